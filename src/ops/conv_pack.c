/* Packing filters. */
#include "ops/conv_pack.h"
#include "conv2d/conv2d_pack_args.h"

int64_t vp_conv_pack_fours(const struct vp_convolution *z, const struct vp_conv_packing *l) {
    return l->blocks * z->r * l->taps * l->rounds * l->depth * l->group;
}

/* Small filters that stay as they are through the tape are packed together, and once however often they are used. */
static struct vp_slot *pack_early(struct vp_tape *tape, const struct vp_convolution *z,
                                  const struct conv2d_pack_args *args, bool four, int64_t fours) {
    if (z->filter_stride) return NULL;
    const uint32_t *words = (const uint32_t *)args;
    const struct vp_batch_job job = {.kernel = four ? "conv2d_pack.fourbatch" : "conv2d_pack.batch",
                                     .from = z->filter,
                                     .items = (uint64_t)args->total,
                                     .words = words,
                                     .word_count = sizeof *args / sizeof *words,
                                     .bytes = 32.0 * (double)fours,
                                     .label = "pack filters"};
    return vp_batch_early(tape, &job, 16 * (uint64_t)fours, "packed filter");
}

struct vp_slot *vp_emit_conv_pack(struct vp_tape *tape, const struct vp_convolution *z,
                                  const struct vp_conv_packing *l) {
    int64_t fours = vp_conv_pack_fours(z, l) * (z->filter_stride ? z->n : 1);
    if (!fours) return vp_tape_scratch(tape, "packed filter", 16);
    bool k_runs = z->k_stride == 1 && z->k % 4 == 0 && z->c_stride % 4 == 0;
    bool c_runs = z->c_stride == 1 && z->c % 4 == 0 && z->k_stride % 4 == 0;
    bool four = (k_runs || c_runs) && z->c % 4 == 0 && z->r_stride % 4 == 0 && z->s_stride % 4 == 0 &&
                z->base % 4 == 0 && z->filter_stride % 4 == 0;
    struct conv2d_pack_args args = {.total = (int32_t)(four ? fours / 4 : fours),
                                    .lanes = (int32_t)l->group,
                                    .depth = (int32_t)l->depth,
                                    .rounds = (int32_t)l->rounds,
                                    .rows = (int32_t)z->r,
                                    .columns = (int32_t)l->taps,
                                    .blocks = (int32_t)l->blocks,
                                    .k = (int32_t)z->k,
                                    .c = (int32_t)l->channels,
                                    .c_inner = (int32_t)z->c,
                                    .k_stride = (int32_t)z->k_stride,
                                    .c_stride = (int32_t)z->c_stride,
                                    .base = (int32_t)z->base,
                                    .r_stride = (int32_t)z->r_stride,
                                    .s_stride = (int32_t)z->s_stride,
                                    .filter_stride = (int32_t)z->filter_stride};
    struct vp_slot *packed = pack_early(tape, z, &args, four, fours);
    if (packed) return packed;
    packed = vp_tape_scratch(tape, "packed filter", 16 * (uint64_t)fours);
    struct vp_launch launch = {.kernel = four ? "conv2d_pack.four" : "conv2d_pack",
                               .bind = {z->filter, vp_bind_slot(packed)},
                               VP_PUSH(args),
                               .bytes = 32.0 * (double)fours,
                               .label = "pack filter"};
    vp_groups_flat((uint64_t)args.total, 64, launch.groups);
    vp_emit(tape, &launch);
    return packed;
}
