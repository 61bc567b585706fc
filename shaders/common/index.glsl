// A flat item index for grids folded over x and y (vp_groups_flat on the host): groups beyond 65535 spill into y.
// Macros, not functions: gl_WorkGroupSize counts as 1 where it stands before the shader's local size is declared.
#ifndef INDEX_GLSL
#define INDEX_GLSL
#define flat_group() (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x)
#define flat_index() (flat_group() * gl_WorkGroupSize.x + gl_LocalInvocationID.x)
#endif
