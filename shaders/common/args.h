/* Lets one header of push constants be read by C and by GLSL: 4-byte scalars only, at most 128 bytes.
 *
 *     VP_ARGS(conv2d_args) {
 *         VP_UINT images;  // n
 *         VP_FLOAT slope;
 *     };
 *
 * In C this declares `struct conv2d_args`; in GLSL `layout(push_constant) uniform ... { struct members };` with the
 * members visible by name. Write only plain members: one shader includes exactly one arguments header.
 */
#ifndef VKPCL_SHADER_ARGS_H
#define VKPCL_SHADER_ARGS_H
#ifdef GL_core_profile
#define VP_ARGS(name) layout(push_constant, std430) uniform name
#define VP_UINT uint
#define VP_INT int
#define VP_FLOAT float
#else
#include <stdint.h>
#define VP_ARGS(name) struct name
#define VP_UINT uint32_t
#define VP_INT int32_t
#define VP_FLOAT float
#endif
#endif
