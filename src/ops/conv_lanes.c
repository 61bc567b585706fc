/* Choosing group and variant, and cutting into pieces. */
#include "ops/conv_lanes.h"
#include "conv2d/conv2d_lanes_args.h"
#include "ops/conv2d_internal.h"
#include "ops/conv_pack.h"
#include "ops/conv_quads.h"

/* As in the shader: pixels of a group; without texel buffers, pixels and lanes of a workgroup of single lanes. */
enum { PIXELS = 6, ALONE_PIXELS = 4, ALONE_LANES = 64 };

/* Variants of shaders/conv2d/conv2d_pixels.comp, the first one that fits is taken. They want subgroups of 8 lanes. */
struct pixels_kernel {
    const char *name;
    int64_t s, stride;       /* width and stride of the filter; stride 0: any */
    int64_t k_least, k_most; /* what it is worth using for */
    bool any_k;              /* and single floats of y; else multiples of four */
    int64_t c_each, k_each, pixels;
};

static const struct pixels_kernel pixels_kernels[] = {
    {"conv2d_pixels.w3k4", 3, 1, 1, 4, true, 4, 4, 8},
    {"conv2d_pixels.w3k8", 3, 1, 5, 8, false, 4, 8, 4},
    {"conv2d_pixels.w3", 3, 1, 9, INT64_MAX, false, 4, 16, 4},
    {"conv2d_pixels.w3s2", 3, 2, 5, INT64_MAX, false, 4, 16, 4},
    {"conv2d_pixels.w2", 2, 1, 5, INT64_MAX, false, 4, 16, 4},
    {"conv2d_pixels.w1", 1, 0, 9, INT64_MAX, false, 4, 16, 4},
    {"conv2d_pixels.c1w3", 3, 1, 5, INT64_MAX, false, 1, 16, 4},
    {"conv2d_pixels.c1w7s2", 7, 2, 5, INT64_MAX, false, 1, 16, 4},
};

/* How the channels are laid out over lanes and rounds. */
struct layout {
    bool texels, x_four, y_four;
    int64_t lanes, pixels;                     /* of a workgroup, of a group */
    struct vp_conv_packing filter;             /* its group: lanes of a group */
    const struct pixels_kernel *pixels_kernel; /* NULL: conv2d_lanes */
    /* Where one output sees a whole image, images are the pixels of one row, with the channels of all their pixels. */
    bool flat;
};

bool vp_conv_lanes_wanted(const struct vp_tape *tape) {
    return vp_tape_caps(tape)->lanes_beat_shared;
}

bool vp_lanes_have_texels(const struct vp_tape *tape) {
    const struct vp_gpu_caps *caps = vp_tape_caps(tape);
    return caps->subgroup_size >= 8 && caps->subgroup_size <= 16 && vp_tape_has_kernel(tape, "conv2d_lanes") &&
           caps->max_texel_elements >= caps->max_binding_bytes / 4;
}

/* For a filter of width s, rows of q pixels. */
static const struct pixels_kernel *find_pixels_kernel(const struct vp_tape *tape, const struct vp_convolution *z,
                                                      int64_t s, int64_t q) {
    if (!vp_lanes_have_texels(tape) || vp_tape_caps(tape)->subgroup_size != 8) return NULL;
    for (size_t i = 0; i < VP_COUNT(pixels_kernels); i++) {
        const struct pixels_kernel *kernel = &pixels_kernels[i];
        if (kernel->s == s && (!kernel->stride || kernel->stride == z->stride) && kernel->k_least <= z->k &&
            z->k <= kernel->k_most && (kernel->any_k ? vp_bind_element(z->y) == 4 : z->k % 4 == 0) &&
            (kernel->c_each == 4) == (z->c % 4 == 0) && kernel->pixels <= q && vp_tape_has_kernel(tape, kernel->name))
            return kernel;
    }
    return NULL;
}

static struct layout lay_out(const struct vp_tape *tape, const struct vp_convolution *z) {
    struct layout l = {.texels = vp_lanes_have_texels(tape), .x_four = z->c % 4 == 0, .y_four = z->k % 4 == 0};
    l.flat = z->p * z->q == 1 && z->r * z->s > 0 && z->r == z->h && z->s == z->w && z->pad_h == 0 && z->pad_w == 0 &&
             !z->filter_stride;
    /* Whatever their number, so that an image's bits do not depend on those beside it. */
    l.pixels_kernel = l.flat ? find_pixels_kernel(tape, z, 1, INT64_MAX) : find_pixels_kernel(tape, z, z->s, z->q);
    l.flat &= l.pixels_kernel != NULL;
    if (l.pixels_kernel) {
        l.filter.group = l.pixels_kernel->k_each / 4;
        l.filter.taps = z->s;
        l.filter.channels = z->c;
        l.filter.depth = l.pixels_kernel->c_each;
        l.filter.rounds = z->c / l.filter.depth;
        l.filter.blocks = (z->k + 4 * l.filter.group - 1) / (4 * l.filter.group);
        return l;
    }
    l.lanes = l.texels ? vp_tape_caps(tape)->subgroup_size : ALONE_LANES;
    l.pixels = l.texels ? PIXELS : ALONE_PIXELS;
    l.filter.group = !l.texels ? 1 : z->k > 16 ? 8 : z->k > 8 ? 4 : z->k > 4 ? 2 : 1;
    l.filter.taps = l.x_four ? z->s : 1;
    l.filter.channels = l.x_four ? z->c : z->s * z->c;
    int64_t whole = (l.filter.channels + 3) / 4 * 4;
    l.filter.depth = whole < 4 * l.filter.group ? whole : 4 * l.filter.group;
    l.filter.rounds = l.filter.depth ? (l.filter.channels + l.filter.depth - 1) / l.filter.depth : 0;
    l.filter.blocks = (z->k + 4 * l.filter.group - 1) / (4 * l.filter.group);
    return l;
}

/* As one image of a row of pixels, for which the packed filter is what it is. */
static void lie_flat(struct conv2d_lanes_args *args) {
    args->c *= args->h * args->w;
    args->rounds *= args->r * args->s;
    args->y_step = args->y_h * args->y_w;
    args->y_column += args->y_row * args->y_w;
    args->w = args->q = args->n;
    args->y_w = args->n * args->y_step;
    args->y_row = 0;
    args->n = args->h = args->r = args->s = args->y_h = args->stride = 1;
}

static void emit_whole(struct vp_tape *tape, const struct vp_convolution *z) {
    static const char *const kernels[2][2][2] = {
        {{"conv2d_lanes.buffer", "conv2d_lanes.y4buffer"}, {"conv2d_lanes.x4buffer", "conv2d_lanes.x4y4buffer"}},
        {{"conv2d_lanes", "conv2d_lanes.y4"}, {"conv2d_lanes.x4", "conv2d_lanes.x4y4"}}};
    if (vp_conv_quads_fit(tape, z)) {
        vp_emit_conv_quads(tape, z);
        return;
    }
    const struct layout l = lay_out(tape, z);
    struct vp_slot *packed = vp_emit_conv_pack(tape, z, &l.filter);
    uint64_t bytes[] = {vp_convolution_x_bytes(z), vp_convolution_y_bytes(z)};
    double all = (double)z->n;
    const struct pixels_kernel *kernel = l.pixels_kernel;
    int64_t items = z->p * z->q, per_group = l.pixels * l.lanes / l.filter.group; /* of an image, of a workgroup */
    if (kernel && l.flat)
        per_group = 8 * kernel->pixels;
    else if (kernel)
        items = z->p * ((z->q + kernel->pixels - 1) / kernel->pixels), per_group = 8;
    for (int64_t first = 0, n; (n = vp_piece_grid(tape, z->n, first, bytes, 2, items, per_group)) > 0; first += n) {
        bool own = z->filter_stride != 0;
        struct conv2d_lanes_args args = {.n = own ? 1 : (int32_t)n,
                                         VP_CONVOLUTION_EXTENTS(z),
                                         .depth = (int32_t)l.filter.depth,
                                         .rounds = (int32_t)l.filter.rounds,
                                         VP_CONVOLUTION_PLACES(z),
                                         .has_bias = z->bias.slot != NULL,
                                         .filter_step = own ? (int32_t)vp_conv_pack_fours(z, &l.filter) : 0,
                                         .first_image = (int32_t)first,
                                         .accumulate = z->accumulate,
                                         .slope = z->slope};
        uint64_t all_items = (uint64_t)(args.n * items);
        if (l.flat) lie_flat(&args);
        vp_emit(tape, &(struct vp_launch){.kernel = kernel ? kernel->name : kernels[l.texels][l.x_four][l.y_four],
                                          .spec = {(uint32_t)l.lanes, (uint32_t)l.filter.group},
                                          .spec_count = l.texels && !kernel ? 2 : 0,
                                          .bind = {vp_bind_rows(z->x, bytes[0], first, n), vp_bind_slot(packed),
                                                   vp_bind_rows(z->y, bytes[1], first, n),
                                                   z->bias.slot ? z->bias : vp_bind_slot(packed)},
                                          VP_PUSH(args),
                                          .groups = {vp_div_up(all_items, (uint64_t)per_group),
                                                     (uint32_t)l.filter.blocks, own ? (uint32_t)n : 1},
                                          .flops = z->flops * (double)n / all,
                                          .bytes = (double)n * (double)(bytes[0] + bytes[1]),
                                          .label = z->label});
    }
}

/* Taps of a filter that meet an input, of those along one edge. */
struct taps {
    int64_t first, count;
};
static struct taps taps_inside(int64_t at, int64_t taps, int64_t pad, int64_t size) {
    int64_t first = pad > at ? pad - at : 0, end = pad + size - at;
    if (end > taps) end = taps;
    return (struct taps){first, end > first ? end - first : 0};
}

/* The convolution of one output pixel, with the taps that meet its image. */
static struct vp_convolution pixel_of(const struct vp_convolution *z, int64_t i, int64_t j) {
    const struct taps rows = taps_inside(i * z->stride, z->r, z->pad_h, z->h),
                      columns = taps_inside(j * z->stride, z->s, z->pad_w, z->w);
    const bool empty = rows.count * columns.count == 0;
    struct vp_convolution one = *z;
    one.r = empty ? 0 : rows.count;
    one.s = empty ? 0 : columns.count;
    one.base += rows.first * z->r_stride + columns.first * z->s_stride;
    one.pad_h -= rows.first + i * z->stride;
    one.pad_w -= columns.first + j * z->stride;
    one.p = one.q = 1;
    one.y_row += i * z->y_step;
    one.y_column += j * z->y_step;
    one.flops /= (double)(z->p * z->q);
    return one;
}

/* An image of 2x2 pixels meets four of nine taps, in other places for each of its outputs: these are apart, where at
 * most half of all products are left. */
static bool apart(const struct vp_convolution *z) {
    const int64_t pixels = z->p * z->q, all = pixels * z->r * z->s;
    int64_t met = 0;
    if (pixels > 4 || z->filter_stride) return false;
    for (int64_t t = 0; t < pixels; t++) {
        const struct vp_convolution one = pixel_of(z, t / z->q, t % z->q);
        met += one.r * one.s;
    }
    return 2 * met <= all && all > 0;
}

void vp_emit_conv_lanes(struct vp_tape *tape, const struct vp_convolution *z) {
    if (!apart(z)) {
        emit_whole(tape, z);
        return;
    }
    for (int64_t t = 0; t < z->p * z->q; t++) {
        const struct vp_convolution one = pixel_of(z, t / z->q, t % z->q);
        emit_whole(tape, &one);
    }
}
