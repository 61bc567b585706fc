/* Choosing the variant of a filter gradient across lanes, and cutting the batch into splits. */
#include "ops/filter_lanes.h"
#include "conv2d/conv2d_bwd_filter_lanes_args.h"
#include "ops/column_sum.h"
#include "ops/conv_lanes.h"
#include "ops/conv_quads.h"

/* A compiled variant: the shapes it is made for (0: any) and the tile of a workgroup. */
struct variant {
    const char *kernel;
    int r, s, stride, c, c_most, k, k_most;
    bool k_fours;                        /* k and c come in fours */
    bool quads;                          /* texel buffers of any length, and a workgroup owns one tap; any k */
    bool ones;                           /* any c */
    int c_tile, k_tile, row_tile, lines; /* lines: output lines of one round */
};
static const struct variant variants[] = {
    {"conv2d_bwd_filter_rows.k16", .s = 7, .stride = 2, .c = 3, .k_most = 16, .c_tile = 3, .k_tile = 16, .row_tile = 1,
     .lines = 1},
    {"conv2d_bwd_filter_rows.k32", .s = 7, .stride = 2, .c = 3, .c_tile = 3, .k_tile = 32, .row_tile = 1, .lines = 1},
    {"conv2d_bwd_filter_lanes.rgb", .r = 3, .s = 3, .stride = 1, .k = 3, .c_tile = 32, .k_tile = 3, .row_tile = 3,
     .lines = 1},
    {"conv2d_bwd_filter_lanes.w3narrow", .s = 3, .stride = 1, .c_most = 16, .k_fours = true, .c_tile = 16, .k_tile = 16,
     .row_tile = 1, .lines = 2},
    {"conv2d_bwd_filter_lanes.w3s2narrow", .s = 3, .stride = 2, .c_most = 16, .k_fours = true, .c_tile = 16,
     .k_tile = 16, .row_tile = 1, .lines = 2},
    {"conv2d_bwd_filter_lanes.w3", .s = 3, .stride = 1, .k_fours = true, .c_tile = 32, .k_tile = 16, .row_tile = 1,
     .lines = 2},
    {"conv2d_bwd_filter_lanes.w3s2", .s = 3, .stride = 2, .k_fours = true, .c_tile = 32, .k_tile = 16, .row_tile = 1,
     .lines = 2},
    {"conv2d_bwd_filter_lanes.w1", .s = 1, .k_fours = true, .c_tile = 32, .k_tile = 32, .row_tile = 1, .lines = 2},
};

static bool made_for(const struct variant *v, const struct vp_filter_lanes *z) {
    bool c_fits = v->c ? z->c == v->c : (v->ones || z->c % 4 == 0) && (!v->c_most || z->c <= v->c_most);
    bool k_fits = (!v->k || z->k == v->k) && (!v->k_most || z->k <= v->k_most) && (!v->k_fours || z->k % 4 == 0);
    return c_fits && k_fits && (!v->r || z->r == v->r) && (!v->s || z->s == v->s) &&
           (!v->stride || z->stride == v->stride);
}

/* For subgroups of four lanes, see ops/conv_quads.h. */
static const struct variant quads[] = {
    {"conv2d_bwd_filter_quads.c16", .c_most = 16, .quads = true, .c_tile = 16, .k_tile = 16, .row_tile = 1, .lines = 1},
    {"conv2d_bwd_filter_quads.c32", .quads = true, .c_tile = 32, .k_tile = 16, .row_tile = 1, .lines = 1},
    {"conv2d_bwd_filter_quads.ones", .quads = true, .ones = true, .c_tile = 16, .k_tile = 16, .row_tile = 1,
     .lines = 1},
};

static const struct variant plain = {"conv2d_bwd_filter_plain", .c_tile = 4, .k_tile = 4, .row_tile = 1, .lines = 1};

/* Does a binding hold an image, and all filters where each image has its own? */
static bool bindable(const struct vp_filter_lanes *z, uint64_t most) {
    uint64_t filters = z->per_image ? (uint64_t)z->n : 1;
    return 4 * (uint64_t)(z->h * z->w * z->c) <= most && 4 * (uint64_t)(z->p * z->q * z->k) <= most &&
           4 * filters * (uint64_t)(z->k * z->r * z->s * z->c) <= most;
}

/* Images whose dy and x each fit a texel buffer that may be short; halves are as many texels. */
static int64_t images_of_texels(const struct vp_tape *tape, const struct vp_filter_lanes *z) {
    uint64_t dy = vp_quads_texels(z->p * z->q, z->k), x = vp_quads_texels(z->h * z->w, z->c);
    return (int64_t)(vp_quads_texel_bytes(tape) / 16 / (dy > x ? dy : x));
}

/* Lines of dy that fit, with the rows of x under them, where an image does not. */
static int64_t lines_of_texels(const struct vp_tape *tape, const struct vp_filter_lanes *z) {
    int64_t most = (int64_t)vp_quads_texel_bytes(tape) / 16, dy = most / (int64_t)vp_quads_texels(z->q, z->k),
            x = most / (int64_t)vp_quads_texels(z->w, z->c);
    int64_t under = x < z->r ? 0 : (x - z->r) / z->stride + 1;
    return dy < under ? dy : under;
}

static bool quads_fit(const struct vp_tape *tape, const struct vp_filter_lanes *z, const struct variant *v) {
    uint64_t bytes[] = {vp_filter_lanes_dy_bytes(z), vp_filter_lanes_x_bytes(z)};
    if (!vp_quads_wanted(tape, v->kernel) || !made_for(v, z)) return false;
    if (images_of_texels(tape, z)) return vp_quads_can_cut(tape, z->n, bytes, 2, images_of_texels(tape, z));
    bytes[0] /= (uint64_t)z->p, bytes[1] /= (uint64_t)z->h;
    return !z->per_image && vp_quads_can_cut(tape, z->n * z->h, bytes, 2, lines_of_texels(tape, z));
}

static const struct variant *choose(const struct vp_tape *tape, const struct vp_filter_lanes *z) {
    const struct vp_gpu_caps *caps = vp_tape_caps(tape);
    if (!caps->lanes_beat_shared || !bindable(z, caps->max_binding_bytes)) return NULL;
    bool lanes = vp_lanes_have_texels(tape) && caps->subgroup_size == 8;
    for (size_t i = 0; lanes && i < sizeof variants / sizeof *variants; i++)
        if (made_for(&variants[i], z) && vp_tape_has_kernel(tape, variants[i].kernel)) return &variants[i];
    for (size_t i = 0; i < sizeof quads / sizeof *quads; i++)
        if (quads_fit(tape, z, &quads[i])) return &quads[i];
    return &plain;
}

bool vp_filter_lanes_wanted(const struct vp_tape *tape, const struct vp_filter_lanes *filter) {
    return choose(tape, filter) != NULL;
}

/* Output lines of one split of n images: enough workgroups for every processor, slices of x and dy that stay in a
 * processor's cache, but not more partial sums to write than there is to read. */
static int64_t lines_per_split(const struct vp_filter_lanes *z, const struct variant *v, int64_t n, int64_t tiles) {
    int64_t lines = n * z->p, read = n * (z->h * z->w * z->c + z->p * z->q * z->k), filter = z->k * z->r * z->s * z->c;
    if (z->per_image) return z->p;
    int64_t splits = (128 + tiles - 1) / tiles, cached = read / (128 * 1024), most = read / filter;
    if (splits < cached) splits = cached;
    if (splits > most) splits = most;
    if (splits < 1) splits = 1;
    int64_t each = (lines + splits - 1) / splits;
    return (each + v->lines - 1) / v->lines * v->lines;
}

/* Images of the next launch. */
static int64_t piece(const struct vp_tape *tape, const struct vp_filter_lanes *z, const struct variant *v,
                     int64_t first) {
    uint64_t bytes[] = {vp_filter_lanes_dy_bytes(z), vp_filter_lanes_x_bytes(z)};
    return vp_piece_most(tape, z->n, first, bytes, 2, v->quads ? images_of_texels(tape, z) : z->n);
}

/* One run of images: its splits side by side, then their sum. */
static void emit_run(struct vp_tape *tape, const struct vp_filter_lanes *z, const struct variant *v) {
    int64_t c_blocks = (z->c + v->c_tile - 1) / v->c_tile, k_blocks = (z->k + v->k_tile - 1) / v->k_tile;
    int64_t tiles = c_blocks * k_blocks * (z->r / v->row_tile);
    if (v == &plain) tiles = (tiles * z->s + 63) / 64; /* an invocation is a tile */
    if (v->quads) tiles *= z->s;
    int64_t filter = z->k * z->r * z->s * z->c, splits = 0;
    uint64_t bytes[] = {vp_filter_lanes_dy_bytes(z), vp_filter_lanes_x_bytes(z)};
    for (int64_t first = 0, n; (n = piece(tape, z, v, first)) > 0; first += n)
        splits += vp_div_up((uint64_t)(n * z->p), (uint64_t)lines_per_split(z, v, n, tiles));
    bool direct = (splits == 1 || z->per_image) && !z->accumulate;
    struct vp_bind part = z->dw;
    if (!direct)
        part = vp_bind_slot(vp_partials(tape, 4 * (uint64_t)(splits * filter), z->dw, filter, "filter partials"));
    int64_t split = 0;
    for (int64_t first = 0, n; (n = piece(tape, z, v, first)) > 0; first += n) {
        int64_t lines = lines_per_split(z, v, n, tiles);
        struct conv2d_bwd_filter_lanes_args args = {.n = (int32_t)n,
                                                    VP_CONVOLUTION_EXTENTS(z),
                                                    .pad = (int32_t)z->pad,
                                                    .lines_per_split = (int32_t)lines,
                                                    .first_split = (int32_t)split,
                                                    .c_blocks = (int32_t)c_blocks,
                                                    .k_blocks = (int32_t)k_blocks,
                                                    .pad_h = (int32_t)(z->pad - z->rows_above)};
        uint32_t here = vp_div_up((uint64_t)(n * z->p), (uint64_t)lines);
        struct vp_bind dy = vp_bind_rows(z->dy, bytes[0], first, n), x = vp_bind_rows(z->x, bytes[1], first, n);
        if (v->quads) {
            dy = vp_quads_fours(tape, dy, n * z->p * z->q, z->k);
            x = vp_quads_fours(tape, x, n * z->h * z->w, z->c);
        }
        vp_emit(tape,
                &(struct vp_launch){.kernel = v->kernel,
                                    .bind = {dy, x, part},
                                    VP_PUSH(args),
                                    .groups = {(uint32_t)tiles, here},
                                    .flops = z->flops * (double)n / (double)z->n,
                                    .bytes = (double)n * (double)(bytes[0] + bytes[1]) + 4.0 * here * (double)filter,
                                    .label = z->label});
        split += here;
    }
    if (direct) return;
    if (z->per_image) filter *= splits, splits = 1;
    vp_emit_sum_partials(tape, part.slot, splits, filter, z->dw, z->accumulate, "filter sum");
}

/* Images of a run: as many as keep the partial sums, which the cache asks for in proportion, below a bound. */
static int64_t images_of_run(const struct vp_tape *tape, const struct vp_filter_lanes *z) {
    uint64_t most_bytes = (uint64_t)64 << 20, bindable = vp_tape_caps(tape)->max_binding_bytes / 2;
    if (most_bytes > bindable) most_bytes = bindable;
    uint64_t read = (uint64_t)(z->h * z->w * z->c + z->p * z->q * z->k);
    uint64_t filter_bytes = 4 * (uint64_t)(z->k * z->r * z->s * z->c);
    uint64_t images = most_bytes / filter_bytes * (128 * 1024) / read;
    return images > 1 ? (int64_t)images : 1;
}

/* Each image in bands, with the rows of x that they share. */
static void emit_bands(struct vp_tape *tape, const struct vp_filter_lanes *z, const struct variant *v) {
    const int64_t band = lines_of_texels(tape, z);
    const uint64_t dy_line = vp_filter_lanes_dy_bytes(z) / (uint64_t)z->p,
                   x_row = vp_filter_lanes_x_bytes(z) / (uint64_t)z->h;
    for (int64_t image = 0; image < z->n; image++)
        for (int64_t i = 0; i < z->p; i += band) {
            const int64_t lines = z->p - i < band ? z->p - i : band, first = i * z->stride - z->pad;
            const int64_t begin = first > 0 ? first : 0, end = first + (lines - 1) * z->stride + z->r;
            struct vp_filter_lanes part = *z;
            part.n = 1;
            part.p = lines;
            part.h = (end < z->h ? end : z->h) - begin;
            part.rows_above = z->pad + first - begin;
            part.dy = vp_bind_rows(z->dy, dy_line, image * z->p + i, part.p);
            part.x = vp_bind_rows(z->x, x_row, image * z->h + begin, part.h);
            part.flops = z->flops / (double)z->n * (double)lines / (double)z->p;
            part.accumulate = z->accumulate || image > 0 || i > 0;
            emit_run(tape, &part, v);
        }
}

void vp_emit_filter_lanes(struct vp_tape *tape, const struct vp_filter_lanes *z) {
    const struct variant *v = choose(tape, z);
    uint64_t bytes[] = {vp_filter_lanes_dy_bytes(z), vp_filter_lanes_x_bytes(z)};
    int64_t most = images_of_run(tape, z);
    if (v->quads && !images_of_texels(tape, z)) {
        emit_bands(tape, z, v);
        return;
    }
    if (z->per_image) { /* a filter for every image: no partial sums */
        emit_run(tape, z, v);
        return;
    }
    for (int64_t first = 0, n; (n = vp_piece_most(tape, z->n, first, bytes, 2, most)) > 0; first += n) {
        struct vp_filter_lanes run = *z;
        run.n = n;
        run.dy = vp_bind_rows(z->dy, bytes[0], first, n);
        run.x = vp_bind_rows(z->x, bytes[1], first, n);
        run.flops = z->flops * (double)n / (double)z->n;
        run.accumulate = z->accumulate || first > 0;
        emit_run(tape, &run, v);
    }
}
