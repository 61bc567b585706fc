/* Cutting a convolution into launches whose images and filters fit texel buffers. */
#include "ops/conv_quads.h"
#include "conv2d/conv2d_quads_args.h"
#include "ops/conv_pack.h"

/* As in the shader: pixels and channels of a workgroup, lanes of its subgroup. */
enum { PIXELS = 32, CHANNELS = 16, LANES = 4 };

bool vp_quads_wanted(const struct vp_tape *tape, const char *kernel) {
    const struct vp_gpu_caps *caps = vp_tape_caps(tape);
    return caps->lanes_beat_shared && caps->subgroup_size == LANES && caps->texel && vp_tape_has_kernel(tape, kernel);
}

uint64_t vp_quads_texel_bytes(const struct vp_tape *tape) {
    const struct vp_gpu_caps *caps = vp_tape_caps(tape);
    uint64_t bytes = 16 * caps->max_texel_elements;
    return bytes < caps->max_binding_bytes ? bytes : caps->max_binding_bytes;
}

bool vp_quads_can_cut(const struct vp_tape *tape, int64_t n, const uint64_t *row_bytes, int count, int64_t most) {
    for (int i = 0; i < count && most < n; i++)
        if (row_bytes[i] % vp_tape_caps(tape)->binding_alignment != 0) return false;
    return most >= 1;
}

static const char *kernel_of(const struct vp_convolution *z) {
    return z->c % 8 == 0 ? "conv2d_quads.c8" : "conv2d_quads.c4";
}

/* Per image: what is cut, and how many of them a launch takes. */
struct sizes {
    uint64_t bytes[3]; /* x, y, and the packed filter where images have their own */
    int count;
    uint64_t block_bytes; /* of the packed filter for 16 channels */
    int64_t blocks;
    int64_t images, blocks_at_once;
};

/* How many of `each` bytes fit `most` bytes; INT64_MAX where they take none. */
static int64_t fitting(uint64_t most, uint64_t each) {
    return each ? (int64_t)(most / each) : INT64_MAX;
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static struct sizes sizes_of(const struct vp_tape *tape, const struct vp_convolution *z) {
    int64_t blocks = (z->k + CHANNELS - 1) / CHANNELS;
    uint64_t most = vp_quads_texel_bytes(tape);
    uint64_t block_bytes = 4 * CHANNELS * (uint64_t)(z->r * z->s * z->c), filter_bytes = block_bytes * (uint64_t)blocks;
    struct sizes s = {.bytes = {vp_convolution_x_bytes(z), vp_convolution_y_bytes(z), filter_bytes},
                      .count = z->filter_stride ? 3 : 2,
                      .block_bytes = block_bytes,
                      .blocks = blocks};
    s.images = smaller(fitting(most, 4 * (uint64_t)(z->h * z->w * z->c)), /* halves are as many texels */
                       fitting((uint64_t)vp_tape_caps(tape)->max_groups[0] * PIXELS, (uint64_t)(z->p * z->q)));
    s.blocks_at_once = smaller(fitting(most, block_bytes), blocks);
    if (z->filter_stride) {
        s.images = smaller(s.images, fitting((uint64_t)fitting(most, block_bytes), (uint64_t)blocks));
        s.blocks_at_once = blocks;
    }
    return s;
}

bool vp_conv_quads_fit(const struct vp_tape *tape, const struct vp_convolution *z) {
    if (!vp_quads_wanted(tape, kernel_of(z)) || z->c % 4 != 0 || z->k % 4 != 0) return false;
    const struct sizes s = sizes_of(tape, z);
    return s.blocks_at_once >= 1 && vp_quads_can_cut(tape, z->n, s.bytes, s.count, s.images);
}

static void emit_piece(struct vp_tape *tape, const struct vp_convolution *z, const struct sizes *s,
                       struct vp_slot *packed, int64_t first, int64_t n) {
    bool own = z->filter_stride != 0;
    for (int64_t block = 0; block < s->blocks; block += s->blocks_at_once) {
        int64_t blocks = s->blocks - block < s->blocks_at_once ? s->blocks - block : s->blocks_at_once;
        struct vp_bind filter = vp_bind_slot(packed);
        if (own)
            filter = vp_bind_rows(filter, s->bytes[2], first, n);
        else if (s->block_bytes)
            filter = vp_bind_rows(filter, s->block_bytes, block, blocks);
        struct conv2d_quads_args args = {.n = own ? 1 : (int32_t)n,
                                         VP_CONVOLUTION_EXTENTS(z),
                                         VP_CONVOLUTION_PLACES(z),
                                         .first_block = (int32_t)block,
                                         .filter_step = own ? (int32_t)(s->bytes[2] / 16) : 0,
                                         .has_bias = z->bias.slot != NULL,
                                         .accumulate = z->accumulate,
                                         .slope = z->slope};
        double share = (double)n / (double)z->n * (double)blocks / (double)s->blocks;
        vp_emit(tape, &(struct vp_launch){.kernel = kernel_of(z),
                                          .bind = {vp_bind_rows(z->x, s->bytes[0], first, n), filter,
                                                   vp_bind_rows(z->y, s->bytes[1], first, n),
                                                   z->bias.slot ? z->bias : vp_bind_slot(packed)},
                                          VP_PUSH(args),
                                          .groups = {vp_div_up((uint64_t)(args.n * z->p * z->q), PIXELS),
                                                     (uint32_t)blocks, own ? (uint32_t)n : 1},
                                          .flops = z->flops * share,
                                          .bytes = (double)z->n * share * (double)(s->bytes[0] + s->bytes[1]),
                                          .label = z->label});
    }
}

void vp_emit_conv_quads(struct vp_tape *tape, const struct vp_convolution *z) {
    int64_t depth = z->c % 8 == 0 ? 8 : 4;
    const struct sizes s = sizes_of(tape, z);
    struct vp_slot *packed = vp_emit_conv_pack(tape, z,
                                               &(struct vp_conv_packing){.group = LANES,
                                                                         .taps = z->s,
                                                                         .channels = z->c,
                                                                         .depth = depth,
                                                                         .rounds = z->c / depth,
                                                                         .blocks = s.blocks});
    for (int64_t first = 0, n; (n = vp_piece_most(tape, z->n, first, s.bytes, s.count, s.images)) > 0; first += n)
        emit_piece(tape, z, &s, packed, first, n);
}
