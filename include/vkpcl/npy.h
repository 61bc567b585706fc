/* .npy files: one array, as numpy.save writes it. Versions 1 to 3, little-endian, C order. */
#ifndef VKPCL_NPY_H
#define VKPCL_NPY_H
#include "vkpcl/array.h"
#include "vkpcl/status.h"

/* The caller owns the array (vp_array_fini). Fortran order, big-endian and structured arrays are refused by name. */
enum vp_status vp_npy_read(const char *path, struct vp_array *array, struct vp_error *err);
enum vp_status vp_npy_write(const char *path, const struct vp_array *array, struct vp_error *err);

#endif
