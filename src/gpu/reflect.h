/* A small SPIR-V reader. It runs in the build (cmake/embed.c), so a module it cannot describe never reaches a user. */
#ifndef VKPCL_GPU_REFLECT_H
#define VKPCL_GPU_REFLECT_H
#include "vkpcl/shader_table.h"

/* Describes one compute module of `count` words. Strings in *out point into `words`; info.name is left alone. False
 * with *why set when the module is damaged or uses something programs of dispatches do not offer (uniform blocks,
 * images, descriptor arrays, sets other than 0, more than VP_MAX_BINDINGS bindings or VP_MAX_PUSH_BYTES of push
 * constants). */
bool vp_reflect(const uint32_t *words, size_t count, struct vp_reflection *out, const char **why);

#endif
