/* The format's names of element types. */
#ifndef VKPCL_SAFETENSORS_TYPES_H
#define VKPCL_SAFETENSORS_TYPES_H
#include "vkpcl/array.h"

const char *vp_safetensors_type_name(enum vp_array_type type);        /* "F32" */
bool vp_safetensors_type(const char *name, enum vp_array_type *type); /* false: no such type */

#endif
