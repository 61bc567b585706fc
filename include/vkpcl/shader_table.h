/* The SPIR-V modules embedded at build time (generated source; see cmake/shaders.cmake). */
#ifndef VKPCL_SHADER_TABLE_H
#define VKPCL_SHADER_TABLE_H
#include <stddef.h>
#include <stdint.h>

struct vp_shader {
    const char *name; /* "<op>_<pass>" or "<op>_<pass>.<variant>" */
    const uint32_t *words;
    size_t bytes;
};

/* Sorted by name. */
extern const struct vp_shader vp_shaders[];
extern const int vp_shader_count;

#endif
