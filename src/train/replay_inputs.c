/* Reading the inputs of a replay: sizes from the arrays, images from NCHW to channels-last, rows in the phase's order.
 */
#include "train/replay_internal.h"
#include <stdlib.h>
#include <string.h>

enum vp_status vp_replay_size(struct vp_npz *npz, const char *key, int rank, int64_t *shape, struct vp_error *err) {
    struct vp_array array;
    enum vp_status status = vp_npz_read(npz, key, &array, err);
    if (status != VP_OK) return status;
    int found = array.rank;
    memcpy(shape, array.shape, sizeof(int64_t) * VP_ARRAY_MAX_RANK);
    vp_array_fini(&array);
    if (found != rank) return vp_fail(err, VP_ERR_FORMAT, "%s has rank %d, %d expected", key, found, rank);
    return VP_OK;
}

/* count images (3, size, size) -> (size, size, 3), mirrored left to right when asked. */
static void to_channels_last(const float *from, float *to, int64_t count, int64_t size, bool mirror) {
    for (int64_t n = 0; n < count; n++)
        for (int64_t c = 0; c < 3; c++)
            for (int64_t row = 0; row < size; row++)
                for (int64_t column = 0; column < size; column++) {
                    int64_t x = mirror ? size - 1 - column : column;
                    to[((n * size + row) * size + column) * 3 + c] = from[((n * 3 + c) * size + row) * size + x];
                }
}

enum vp_status vp_replay_images(struct vp_npz *npz, const struct vp_replay_images *images, float *to,
                                struct vp_error *err) {
    int64_t shape[5] = {images->groups, images->per_group, 3, images->size, images->size};
    const int64_t *want = images->rank == 5 ? shape : shape + 1;
    int64_t four[4] = {images->groups * images->per_group, 3, images->size, images->size};
    struct vp_array array;
    enum vp_status status =
        vp_npz_need(npz, images->key, VP_ARRAY_F32, images->rank, images->rank == 5 ? want : four, &array, err);
    if (status != VP_OK) return status;
    to_channels_last(array.data, to, four[0], images->size, images->mirror);
    vp_array_fini(&array);
    return VP_OK;
}

enum vp_status vp_replay_upload(struct vp_npz *npz, const char *key, struct vp_tape *tape, const struct vp_tensor *to,
                                struct vp_error *err) {
    struct vp_array array;
    bool words = to->dtype == VP_U32;
    enum vp_status status =
        vp_npz_need(npz, key, words ? VP_ARRAY_I64 : VP_ARRAY_F32, to->shape.rank, to->shape.dim, &array, err);
    if (status != VP_OK) return status;
    if (words) { /* numpy's int64, the device's 32 bits; narrowed in place, front to back */
        int64_t count = vp_array_count(&array);
        uint32_t *narrow = array.data;
        for (int64_t i = 0; i < count; i++) {
            int64_t value;
            memcpy(&value, (char *)array.data + 8 * i, sizeof value);
            if (value < 0 || value >= count) {
                vp_array_fini(&array);
                return vp_fail(err, VP_ERR_FORMAT, "%s[%lld] is %lld: a permutation of 0 .. %lld is expected", key,
                               (long long)i, (long long)value, (long long)count - 1);
            }
            narrow[i] = (uint32_t)value;
        }
    }
    status = vp_tensor_upload(tape, to, array.data, err);
    vp_array_fini(&array);
    return status;
}
