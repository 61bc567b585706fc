// A flat item index for grids folded over x and y (vp_groups_flat on the host): groups beyond 65535 spill into y.
#ifndef INDEX_GLSL
#define INDEX_GLSL
uint flat_group() { return gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x; }
uint flat_index() { return flat_group() * gl_WorkGroupSize.x + gl_LocalInvocationID.x; }
#endif
