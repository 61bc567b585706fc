/* The sentence for an array that is not what was needed, shared by the readers of array files. */
#ifndef VKPCL_ARRAY_CHECK_H
#define VKPCL_ARRAY_CHECK_H
#include "vkpcl/array.h"

/* VP_ERR_FORMAT "path: name: expected f32 (any, 3), found i64 (2)" unless vp_array_is. */
enum vp_status vp_array_check(const struct vp_array *array, const char *path, const char *name, int type, int rank,
                              const int64_t *shape, struct vp_error *err);

#endif
