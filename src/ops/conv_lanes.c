/* Packing the filter, choosing group and variant, and cutting into pieces. */
#include "ops/conv_lanes.h"
#include "conv2d/conv2d_lanes_args.h"
#include "conv2d/conv2d_pack_args.h"
#include "ops/conv2d_internal.h"

/* As in the shader: pixels of a group; without texel buffers, pixels and lanes of a workgroup of single lanes. */
enum { PIXELS = 6, ALONE_PIXELS = 4, ALONE_LANES = 64 };

/* Variants of shaders/conv2d/conv2d_pixels.comp, the first one that fits is taken. They want subgroups of 8 lanes. */
struct pixels_kernel {
    const char *name;
    int64_t s, stride;       /* width and stride of the filter; stride 0: any */
    int64_t k_least, k_most; /* what it is worth using for */
    bool any_k;              /* else multiples of four */
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
    int64_t lanes, pixels;  /* of a workgroup, of a group */
    int64_t group;          /* lanes of a group: 4 * group output channels */
    int64_t taps, channels; /* columns and input channels as the kernel sees them */
    int64_t depth, rounds;
    int64_t blocks;                            /* of 4 * group output channels */
    int64_t fours;                             /* vec4 of one packed filter */
    const struct pixels_kernel *pixels_kernel; /* NULL: conv2d_lanes */
    bool flat;                                 /* images of one pixel: as one image, a row of them */
};

bool vp_conv_lanes_wanted(const struct vp_tape *tape) {
    return vp_tape_caps(tape)->lanes_beat_shared;
}

bool vp_lanes_have_texels(const struct vp_tape *tape) {
    const struct vp_gpu_caps *caps = vp_tape_caps(tape);
    return caps->subgroup_size >= 8 && caps->subgroup_size <= 16 && vp_tape_has_kernel(tape, "conv2d_lanes") &&
           caps->max_texel_elements >= caps->max_binding_bytes / 4;
}

static const struct pixels_kernel *find_pixels_kernel(const struct vp_tape *tape, const struct vp_convolution *z,
                                                      int64_t q) {
    if (!vp_lanes_have_texels(tape) || vp_tape_caps(tape)->subgroup_size != 8) return NULL;
    for (size_t i = 0; i < VP_COUNT(pixels_kernels); i++) {
        const struct pixels_kernel *kernel = &pixels_kernels[i];
        if (kernel->s == z->s && (!kernel->stride || kernel->stride == z->stride) && kernel->k_least <= z->k &&
            z->k <= kernel->k_most && (kernel->any_k || z->k % 4 == 0) && (kernel->c_each == 4) == (z->c % 4 == 0) &&
            kernel->pixels <= q && vp_tape_has_kernel(tape, kernel->name))
            return kernel;
    }
    return NULL;
}

static struct layout lay_out(const struct vp_tape *tape, const struct vp_convolution *z) {
    struct layout l = {.texels = vp_lanes_have_texels(tape), .x_four = z->c % 4 == 0, .y_four = z->k % 4 == 0};
    l.flat = z->h * z->w * z->p * z->q * z->y_h * z->y_w == 1 && z->r * z->s == 1 && z->pad_h == 0 && z->pad_w == 0 &&
             !z->filter_stride;
    l.pixels_kernel = find_pixels_kernel(tape, z, l.flat ? z->n : z->q);
    l.flat &= l.pixels_kernel != NULL;
    if (l.pixels_kernel) {
        l.group = l.pixels_kernel->k_each / 4;
        l.taps = z->s;
        l.channels = z->c;
        l.depth = l.pixels_kernel->c_each;
        l.rounds = z->c / l.depth;
        l.blocks = (z->k + 4 * l.group - 1) / (4 * l.group);
        l.fours = l.blocks * z->r * l.taps * l.rounds * l.depth * l.group;
        return l;
    }
    l.lanes = l.texels ? vp_tape_caps(tape)->subgroup_size : ALONE_LANES;
    l.pixels = l.texels ? PIXELS : ALONE_PIXELS;
    l.group = !l.texels ? 1 : z->k > 16 ? 8 : z->k > 8 ? 4 : z->k > 4 ? 2 : 1;
    l.taps = l.x_four ? z->s : 1;
    l.channels = l.x_four ? z->c : z->s * z->c;
    int64_t whole = (l.channels + 3) / 4 * 4;
    l.depth = whole < 4 * l.group ? whole : 4 * l.group;
    l.rounds = l.depth ? (l.channels + l.depth - 1) / l.depth : 0;
    l.blocks = (z->k + 4 * l.group - 1) / (4 * l.group);
    l.fours = l.blocks * z->r * l.taps * l.rounds * l.depth * l.group;
    return l;
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

/* Emits the packing; returns the packed filter. */
static struct vp_slot *pack(struct vp_tape *tape, const struct vp_convolution *z, const struct layout *l) {
    int64_t fours = l->fours * (z->filter_stride ? z->n : 1);
    if (!fours) return vp_tape_scratch(tape, "packed filter", 16);
    bool k_runs = z->k_stride == 1 && z->k % 4 == 0 && z->c_stride % 4 == 0;
    bool c_runs = z->c_stride == 1 && z->c % 4 == 0 && z->k_stride % 4 == 0;
    bool four = (k_runs || c_runs) && l->x_four && z->r_stride % 4 == 0 && z->s_stride % 4 == 0 && z->base % 4 == 0 &&
                z->filter_stride % 4 == 0;
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

void vp_emit_conv_lanes(struct vp_tape *tape, const struct vp_convolution *z) {
    static const char *const kernels[2][2][2] = {
        {{"conv2d_lanes.buffer", "conv2d_lanes.y4buffer"}, {"conv2d_lanes.x4buffer", "conv2d_lanes.x4y4buffer"}},
        {{"conv2d_lanes", "conv2d_lanes.y4"}, {"conv2d_lanes.x4", "conv2d_lanes.x4y4"}}};
    const struct layout l = lay_out(tape, z);
    struct vp_slot *packed = pack(tape, z, &l);
    uint64_t bytes[] = {4 * (uint64_t)(z->h * z->w * z->c), 4 * (uint64_t)(z->y_h * z->y_w * z->k)};
    double all = (double)z->n;
    const struct pixels_kernel *kernel = l.pixels_kernel;
    int64_t items = z->p * z->q, per_group = l.pixels * l.lanes / l.group; /* of an image, of a workgroup */
    if (kernel && l.flat)
        per_group = 8 * kernel->pixels;
    else if (kernel)
        items = z->p * ((z->q + kernel->pixels - 1) / kernel->pixels), per_group = 8;
    for (int64_t first = 0, n; (n = vp_piece_grid(tape, z->n, first, bytes, 2, items, per_group)) > 0; first += n) {
        bool own = z->filter_stride != 0;
        struct conv2d_lanes_args args = {.n = own ? 1 : (int32_t)n,
                                         .h = (int32_t)z->h,
                                         .w = (int32_t)z->w,
                                         .c = (int32_t)z->c,
                                         .k = (int32_t)z->k,
                                         .r = (int32_t)z->r,
                                         .s = (int32_t)z->s,
                                         .p = (int32_t)z->p,
                                         .q = (int32_t)z->q,
                                         .stride = z->stride,
                                         .pad_h = (int32_t)z->pad_h,
                                         .pad_w = (int32_t)z->pad_w,
                                         .depth = (int32_t)l.depth,
                                         .rounds = (int32_t)l.rounds,
                                         .y_h = (int32_t)z->y_h,
                                         .y_w = (int32_t)z->y_w,
                                         .y_step = (int32_t)z->y_step,
                                         .y_row = (int32_t)z->y_row,
                                         .y_column = (int32_t)z->y_column,
                                         .has_bias = z->bias.slot != NULL,
                                         .filter_step = own ? (int32_t)l.fours : 0,
                                         .first_image = (int32_t)first,
                                         .accumulate = z->accumulate,
                                         .slope = z->slope};
        uint64_t all_items = (uint64_t)(args.n * items);
        if (l.flat) {
            args.w = args.q = args.y_w = args.n;
            args.n = 1;
        }
        vp_emit(tape,
                &(struct vp_launch){
                    .kernel = kernel ? kernel->name : kernels[l.texels][l.x_four][l.y_four],
                    .spec = {(uint32_t)l.lanes, (uint32_t)l.group},
                    .spec_count = l.texels && !kernel ? 2 : 0,
                    .bind = {vp_bind_rows(z->x, bytes[0], first, n), vp_bind_slot(packed),
                             vp_bind_rows(z->y, bytes[1], first, n), z->bias.slot ? z->bias : vp_bind_slot(packed)},
                    VP_PUSH(args),
                    .groups = {vp_div_up(all_items, (uint64_t)per_group), (uint32_t)l.blocks, own ? (uint32_t)n : 1},
                    .flops = z->flops * (double)n / all,
                    .bytes = (double)n * (double)(bytes[0] + bytes[1]),
                    .label = z->label});
    }
}
