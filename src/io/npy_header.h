/* The head of a .npy: magic, version, and a Python dictionary {'descr', 'fortran_order', 'shape'}. */
#ifndef VKPCL_NPY_HEADER_H
#define VKPCL_NPY_HEADER_H
#include "vkpcl/array.h"

enum { VP_NPY_MAX_HEADER = 512 };

/* Reads type and shape into *array (data untouched) and tells where the data begins; checks that it is all there.
 * `name` stands for the file in messages. */
enum vp_status vp_npy_header_parse(const unsigned char *bytes, size_t count, const char *name, struct vp_array *array,
                                   size_t *data_begin, struct vp_error *err);
/* Writes the head of *array (a multiple of 64 bytes) and returns its length. Not for bf16, which numpy lacks. */
size_t vp_npy_header_print(const struct vp_array *array, char header[VP_NPY_MAX_HEADER]);

#endif
