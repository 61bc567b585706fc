/* Packing filters. */
#include "ops/conv_pack.h"
#include "conv2d/conv2d_pack_args.h"

int64_t vp_conv_pack_fours(const struct vp_convolution *z, const struct vp_conv_packing *l) {
    return l->blocks * z->r * l->taps * l->rounds * l->depth * l->group;
}

struct vp_slot *vp_emit_conv_pack(struct vp_tape *tape, const struct vp_convolution *z,
                                  const struct vp_conv_packing *l) {
    int64_t fours = vp_conv_pack_fours(z, l) * (z->filter_stride ? z->n : 1);
    struct vp_slot *packed = vp_tape_scratch(tape, "packed filter", 16 * (uint64_t)(fours ? fours : 1));
    if (!fours) return packed;
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
    struct vp_launch launch = {.kernel = four ? "conv2d_pack.four" : "conv2d_pack",
                               .bind = {z->filter, vp_bind_slot(packed)},
                               VP_PUSH(args),
                               .bytes = 32.0 * (double)fours,
                               .label = "pack filter"};
    vp_groups_flat((uint64_t)args.total, 64, launch.groups);
    vp_emit(tape, &launch);
    return packed;
}
