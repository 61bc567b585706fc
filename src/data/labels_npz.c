/* Pose sets as one archive: image (N, H, W, 3) and pose (N, 3) in degrees. */
#include "data/labels_internal.h"
#include "vkpcl/npz.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where yaw, pitch and roll stand in a row, and whether pixels are BGR: "pose=pitch-yaw-roll,image=rgb". */
struct order {
    int yaw, pitch, roll;
    bool bgr;
};

static enum vp_status read_order(const char *columns, struct order *order, struct vp_error *err) {
    *order = (struct order){.yaw = 0, .pitch = 1, .roll = 2, .bgr = true};
    for (const char *at = columns; at && *at;) {
        size_t length = strcspn(at, ",");
        if (length == 19 && strncmp(at, "pose=pitch-yaw-roll", length) == 0)
            order->pitch = 0, order->yaw = 1;
        else if (length == 9 && strncmp(at, "image=rgb", length) == 0)
            order->bgr = false;
        else
            return vp_fail(err, VP_ERR_USAGE,
                           "for npz sets, columns are pose=pitch-yaw-roll and image=rgb; \"%.*s\" is neither",
                           (int)length, at);
        at += length + (at[length] == ',');
    }
    return VP_OK;
}

static enum vp_status take_poses(struct vp_labels_builder *builder, const struct vp_array *pose,
                                 const struct order *order, const char *path, struct vp_error *err) {
    int count = (int)pose->shape[0];
    float *angles = malloc((size_t)count * 3 * sizeof *angles + 1);
    if (!angles) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no memory for %d poses", count);
    vp_array_to_f32(pose, angles);
    enum vp_status status = VP_OK;
    for (int i = 0; status == VP_OK && i < count; i++) {
        const float *row = angles + (size_t)i * 3;
        struct vp_label *label = vp_labels_add(builder, "", NULL);
        label->yaw = row[order->yaw], label->pitch = row[order->pitch], label->roll = row[order->roll];
        if (!isfinite(row[0]) || !isfinite(row[1]) || !isfinite(row[2]))
            status = vp_fail(err, VP_ERR_FORMAT, "%s: pose[%d]: expected three angles, found %g, %g, %g", path, i,
                             (double)row[0], (double)row[1], (double)row[2]);
    }
    free(angles);
    return status;
}

enum vp_status vp_labels_read_npz(struct vp_labels_builder *builder, const struct vp_labels_request *request,
                                  struct vp_error *err) {
    struct order order;
    enum vp_status status = read_order(request->columns, &order, err);
    if (status != VP_OK) return status;
    struct vp_npz *npz = vp_npz_open(request->path, err);
    if (!npz) return err->status;
    struct vp_array image = {0}, pose = {0};
    status = vp_npz_need(npz, "image", VP_ARRAY_U8, 4, (const int64_t[]){-1, -1, -1, 3}, &image, err);
    if (status == VP_OK) status = vp_npz_need(npz, "pose", -1, 2, (const int64_t[]){image.shape[0], 3}, &pose, err);
    vp_npz_close(npz);
    if (status == VP_OK) status = take_poses(builder, &pose, &order, request->path, err);
    vp_array_fini(&pose);
    if (status != VP_OK) {
        vp_array_fini(&image);
        return status;
    }
    builder->pixels = image.data;
    builder->labels.height = (int)image.shape[1], builder->labels.width = (int)image.shape[2];
    size_t bytes = vp_array_bytes(&image);
    for (size_t i = 0; order.bgr && i < bytes; i += 3) {
        unsigned char blue = builder->pixels[i];
        builder->pixels[i] = builder->pixels[i + 2];
        builder->pixels[i + 2] = blue;
    }
    return VP_OK;
}
