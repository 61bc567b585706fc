/* Cutting a convolution into launches whose images and filters fit texel buffers. */
#include "ops/conv_quads.h"
#include "conv2d/conv2d_fours_args.h"
#include "conv2d/conv2d_quads_args.h"
#include "ops/conv_pack.h"

enum { LANES = 4, DEPTH = 4 /* input channels of a round, as in the shader */ };

/* What a workgroup owns, as in the shader. */
struct form {
    const char *kernel;
    int64_t pixels, channels;
};

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

static struct form form_of(const struct vp_tape *tape, const struct vp_convolution *z) {
    static const struct form alone = {"conv2d_quads.k4", 64, 4}, shared = {"conv2d_quads", 32, 16};
    return z->k <= 4 && vp_tape_has_kernel(tape, alone.kernel) ? alone : shared;
}

struct vp_bind vp_quads_fours(struct vp_tape *tape, struct vp_bind from, int64_t pixels, int64_t c) {
    if (c % 4 == 0) return from;
    const uint64_t texels = vp_quads_texels(pixels, c);
    struct vp_bind to = vp_bind_slot(vp_tape_scratch(tape, "channels in fours", 16 * texels));
    struct conv2d_fours_args args = {.c = (int32_t)c, .total = (int32_t)texels};
    struct vp_launch launch = {.kernel = "conv2d_fours",
                               .bind = {from, to},
                               VP_PUSH(args),
                               .bytes = (double)(4 * pixels * c) + 16 * (double)texels,
                               .label = "channels in fours"};
    vp_groups_flat(texels, 64, launch.groups);
    vp_emit(tape, &launch);
    return to;
}

/* Per image: what is cut, and how many of them a launch takes. */
struct sizes {
    uint64_t bytes[3]; /* x, y, and the packed filter where images have their own */
    int count;
    struct form form;
    struct vp_conv_packing filter;
    uint64_t block_bytes; /* of a block of the packed filter */
    int64_t images, blocks_at_once;
};

/* How many of `each` fit `most`; INT64_MAX where they take none. */
static int64_t fitting(uint64_t most, uint64_t each) {
    return each ? (int64_t)(most / each) : INT64_MAX;
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static struct sizes sizes_of(const struct vp_tape *tape, const struct vp_convolution *z) {
    const struct form form = form_of(tape, z);
    const int64_t blocks = (z->k + form.channels - 1) / form.channels, rounds = (z->c + DEPTH - 1) / DEPTH;
    const uint64_t texels = vp_quads_texel_bytes(tape) / 16;
    const uint64_t block_texels = (uint64_t)(form.channels / 4 * z->r * z->s * rounds * DEPTH);
    struct sizes s = {
        .bytes = {vp_convolution_x_bytes(z), vp_convolution_y_bytes(z), 16 * block_texels * (uint64_t)blocks},
        .count = z->filter_stride ? 3 : 2,
        .form = form,
        .filter = {.group = form.channels / 4,
                   .taps = z->s,
                   .channels = z->c,
                   .depth = DEPTH,
                   .rounds = rounds,
                   .blocks = blocks},
        .block_bytes = 16 * block_texels};
    s.images = smaller(fitting(texels, vp_quads_texels(z->h * z->w, z->c)), /* halves are as many texels */
                       fitting((uint64_t)(vp_tape_caps(tape)->max_groups[0] * form.pixels), (uint64_t)(z->p * z->q)));
    s.blocks_at_once = smaller(fitting(texels, block_texels), blocks);
    if (z->filter_stride) {
        s.images = smaller(s.images, fitting((uint64_t)fitting(texels, block_texels), (uint64_t)blocks));
        s.blocks_at_once = blocks;
    }
    return s;
}

/* Rows of y whose inputs fit a texel buffer, where an image does not; 0: not even one, or bindings do not allow it. */
static int64_t band_of(const struct vp_tape *tape, const struct vp_convolution *z, const struct sizes *s) {
    const int64_t rows = fitting(vp_quads_texel_bytes(tape) / 16, vp_quads_texels(z->w, z->c));
    const uint64_t bytes[] = {s->bytes[0] / (uint64_t)z->h, s->bytes[1]};
    if (z->filter_stride || !vp_quads_can_cut(tape, z->n * z->h, bytes, 2, 1)) return 0;
    return rows < z->r ? 0 : (rows - z->r) / z->stride + 1;
}

bool vp_conv_quads_fit(const struct vp_tape *tape, const struct vp_convolution *z) {
    const struct sizes s = sizes_of(tape, z);
    if (!vp_quads_wanted(tape, s.form.kernel)) return false;
    if (s.form.channels == 4 ? vp_bind_element(z->y) != 4 : z->k % 4 != 0) return false;
    if (s.blocks_at_once < 1) return false;
    return s.images ? vp_quads_can_cut(tape, z->n, s.bytes, s.count, s.images) : band_of(tape, z, &s) > 0;
}

static void emit_piece(struct vp_tape *tape, const struct vp_convolution *z, const struct sizes *s,
                       struct vp_slot *packed, int64_t first, int64_t n) {
    const bool own = z->filter_stride != 0;
    const int64_t all = s->filter.blocks;
    struct vp_bind x = vp_quads_fours(tape, vp_bind_rows(z->x, s->bytes[0], first, n), n * z->h * z->w, z->c);
    for (int64_t block = 0; block < all; block += s->blocks_at_once) {
        int64_t blocks = smaller(all - block, s->blocks_at_once);
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
        args.c = (int32_t)((z->c + 3) / 4 * 4);
        double share = (double)n / (double)z->n * (double)blocks / (double)all;
        vp_emit(tape,
                &(struct vp_launch){.kernel = s->form.kernel,
                                    .bind = {x, filter, vp_bind_rows(z->y, s->bytes[1], first, n),
                                             z->bias.slot ? z->bias : vp_bind_slot(packed)},
                                    VP_PUSH(args),
                                    .groups = {vp_div_up((uint64_t)(args.n * z->p * z->q), (uint32_t)s->form.pixels),
                                               (uint32_t)blocks, own ? (uint32_t)n : 1},
                                    .flops = z->flops * share,
                                    .bytes = (double)z->n * share * (double)(s->bytes[0] + s->bytes[1]),
                                    .label = z->label});
    }
}

/* Each image in bands of rows, with the inputs that they share. */
static void emit_bands(struct vp_tape *tape, const struct vp_convolution *z, const struct sizes *s,
                       struct vp_slot *packed) {
    const int64_t band = band_of(tape, z, s);
    for (int64_t image = 0; image < z->n; image++)
        for (int64_t i = 0; i < z->p; i += band) {
            const int64_t rows = smaller(z->p - i, band), first = i * z->stride - z->pad_h;
            const int64_t begin = first > 0 ? first : 0, end = smaller(z->h, first + (rows - 1) * z->stride + z->r);
            struct vp_convolution part = *z;
            part.n = 1;
            part.h = end - begin;
            part.p = rows;
            part.pad_h = begin - first;
            part.y_row += i * z->y_step;
            part.x = vp_bind_rows(z->x, s->bytes[0] / (uint64_t)z->h, image * z->h + begin, part.h);
            part.y = vp_bind_rows(z->y, s->bytes[1], image, 1);
            part.flops = z->flops / (double)z->n * (double)rows / (double)z->p;
            struct sizes sizes = *s;
            sizes.bytes[0] = vp_convolution_x_bytes(&part);
            emit_piece(tape, &part, &sizes, packed, 0, 1);
        }
}

void vp_emit_conv_quads(struct vp_tape *tape, const struct vp_convolution *z) {
    const struct sizes s = sizes_of(tape, z);
    struct vp_slot *packed = vp_emit_conv_pack(tape, z, &s.filter);
    if (!s.images) emit_bands(tape, z, &s, packed);
    for (int64_t first = 0, n; s.images && (n = vp_piece_most(tape, z->n, first, s.bytes, s.count, s.images)) > 0;
         first += n)
        emit_piece(tape, z, &s, packed, first, n);
}
