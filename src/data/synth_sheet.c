/* A contact sheet: identities by expressions, poses and drawn shots. */
#include "synth/synth_face.h"
#include "vkpcl/synth.h"
#include <stdlib.h>

enum { POSES = 4, DRAWN = 5, COLUMNS = VP_MIXED + POSES + DRAWN };

static struct vp_synth_shot shot_of(uint64_t seed, int row, int column, float nuisance,
                                    const struct vp_synth_identity *who) {
    static const float poses[POSES][3] = {{-55, 0, 0}, {40, -8, 0}, {0, 25, 0}, {-15, -25, 15}}; /* yaw, pitch, roll */
    struct vp_synth_shot how = vp_synth_shot_plain();
    if (column < VP_MIXED)
        vp_synth_express(&how, (enum vp_synth_expression)column, 1);
    else if (column < VP_MIXED + POSES)
        how.yaw = poses[column - VP_MIXED][0], how.pitch = poses[column - VP_MIXED][1],
        how.roll = poses[column - VP_MIXED][2];
    else
        how = vp_synth_shot_draw(seed, (uint32_t)row, (uint32_t)(column - VP_MIXED - POSES), nuisance, who);
    return how;
}

enum vp_status vp_synth_sheet(struct vp_gpu *gpu, uint64_t seed, int rows, int size, float nuisance,
                              struct vp_image *sheet, struct vp_error *err) {
    struct vp_synth_renderer *renderer = vp_synth_renderer_create(gpu, size, COLUMNS, err);
    if (!renderer) return err->status;
    int batch = vp_synth_renderer_batch(renderer), total = rows * COLUMNS;
    size_t picture = 3 * (size_t)size * (size_t)size;
    struct vp_synth_face *faces = calloc((size_t)batch, sizeof *faces);
    unsigned char *tiles = malloc(picture * (size_t)total);
    vp_assert(faces && tiles, "out of host memory for %d pictures of %d pixels", total, size);
    enum vp_status status = VP_OK;
    for (int first = 0; first < total && status == VP_OK; first += batch) {
        int count = total - first < batch ? total - first : batch;
        for (int i = 0; i < count; i++) {
            int row = (first + i) / COLUMNS, column = (first + i) % COLUMNS;
            struct vp_synth_identity who = vp_synth_identity_draw(seed, (uint32_t)row);
            struct vp_synth_shot how = shot_of(seed, row, column, nuisance, &who);
            vp_synth_rig(&who, &how, size, &faces[i]);
        }
        status = vp_synth_renderer_begin(renderer, faces, count, err);
        if (status == VP_OK) status = vp_synth_renderer_end(renderer, tiles + picture * (size_t)first, err);
    }
    if (status == VP_OK) vp_image_grid(tiles, total, size, size, COLUMNS, 2, 255, sheet);
    free(faces);
    free(tiles);
    vp_synth_renderer_destroy(renderer);
    return status;
}
