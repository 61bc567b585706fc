/* The SPIR-V modules embedded at build time (generated source; see cmake/shaders.cmake), each with what reflection
 * found in it: bindings, push constants, sizes and needs are read from the module, never declared a second time. */
#ifndef VKPCL_SHADER_TABLE_H
#define VKPCL_SHADER_TABLE_H
#include "vkpcl/gpu.h"
#include <stddef.h>
#include <stdint.h>

enum { VP_MAX_CAPABILITIES = 24, VP_MAX_EXTENSIONS = 16 };

struct vp_reflection {
    struct vp_kernel_info info;
    uint32_t capabilities[VP_MAX_CAPABILITIES]; /* operands of OpCapability */
    int capability_count;
    const char *extensions[VP_MAX_EXTENSIONS]; /* names in OpExtension */
    int extension_count;
    uint32_t local_default[3]; /* the workgroup size before specialisation */
    int local_spec[3];         /* constant_id that gives it, -1 where it is a literal */
};

struct vp_shader {
    const char *name; /* "<op>_<pass>" or "<op>_<pass>.<variant>" */
    const uint32_t *words;
    size_t bytes;
    struct vp_reflection reflection;
};

/* Sorted by name. */
extern const struct vp_shader vp_shaders[];
extern const int vp_shader_count;

#endif
