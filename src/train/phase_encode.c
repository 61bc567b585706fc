/* Encoding the images of a phase: at once, or in pieces that forget their activations (gradient caching).
 *
 * The encoder treats every image alone, so pieces change nothing but the order in which filter gradients are summed,
 * while whatever stands behind the features - heads with batch norm, decodes, losses - sees all of them. The last
 * pieces come back first; those that fit keep their activations, the others are encoded once more when their turn
 * comes. Source: Gao et al., "Scaling deep contrastive learning batch size under memory limited setup" (2021).
 */
#include "vkpcl/phase.h"

struct branches {
    struct vp_weights *weights;
    bool face, pose;
};

static void build(struct vp_tape *tape, const void *context, struct vp_tensor *const *in, struct vp_tensor **out) {
    (void)tape;
    const struct branches *branches = context;
    struct vp_tensor *trunk = vp_encoder_trunk(branches->weights, in[0]);
    if (branches->face) *out++ = vp_encoder_face(branches->weights, trunk);
    if (branches->pose) *out++ = vp_encoder_pose(branches->weights, trunk);
}

/* Rows first .. first + rows - 1, their features placed in those of all. */
static void encode_piece(struct vp_phase *phase, const struct branches *branches, struct vp_tensor *images,
                         int64_t first, int64_t rows, bool keep, struct vp_tensor **all, int count) {
    struct vp_tape *tape = phase->tape;
    struct vp_tensor *in = vp_rows(tape, images, first, rows), *out[2] = {NULL};
    if (keep)
        build(tape, branches, &in, out);
    else
        vp_recompute(tape, build, branches, &in, 1, out, count);
    vp_tape_scope(tape, "encoder");
    for (int i = 0; i < count; i++) vp_place_rows(tape, out[i], all[i], first);
}

void vp_phase_encode(struct vp_phase *phase, struct vp_tensor *images, struct vp_tensor **face,
                     struct vp_tensor **pose) {
    const struct vp_phase_settings *settings = &phase->settings;
    struct vp_tape *tape = phase->tape;
    struct branches *branches = vp_arena_new(vp_tape_arena(tape), struct branches);
    *branches = (struct branches){phase->weights, face != NULL, pose != NULL};
    int count = branches->face + branches->pose;
    int64_t rows = images->shape.dim[0];
    int64_t pieces = settings->micro_batch > 0 ? (rows + settings->micro_batch - 1) / settings->micro_batch : 1;
    int64_t kept = settings->kept_pieces < pieces ? settings->kept_pieces : pieces;
    phase->pieces = (int)pieces;
    phase->kept_pieces = pieces > 1 ? (int)kept : 1;
    struct vp_tensor *all[2] = {NULL};
    if (pieces == 1) {
        build(tape, branches, &images, all);
    } else {
        struct vp_shape shape = vp_shape2(rows, vp_model_feature(&settings->model));
        vp_tape_scope(tape, "encoder");
        for (int i = 0; i < count; i++) all[i] = vp_tape_output(tape, "features", shape, true);
        for (int64_t piece = 0; piece < pieces; piece++) {
            int64_t first = rows * piece / pieces, end = rows * (piece + 1) / pieces;
            encode_piece(phase, branches, images, first, end - first, piece >= pieces - kept, all, count);
        }
    }
    if (face) *face = all[0];
    if (pose) *pose = all[count - 1];
}
