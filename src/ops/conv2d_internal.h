/* What the files of the conv2d room share: the shape of one convolution and the launch of each pass. */
#ifndef VKPCL_CONV2D_INTERNAL_H
#define VKPCL_CONV2D_INTERNAL_H
#include "conv2d/conv2d_args.h"
#include "ops/conv_tile.h"
#include "ops/winograd.h"
#include "vkpcl/ops/conv2d.h"
#include "vkpcl/tune.h"

/* A convolution on the tape: what its backward needs to know. */
struct conv2d {
    int64_t n, h, w, c, k, r, s, p, q;
    struct vp_conv2d_desc desc;
    uint64_t x_element, y_element; /* bytes: floats or halves, and so are their gradients */
};

/* One of the three passes over it: what its rows are chosen by. */
struct conv2d_pass {
    const char *name;
    struct vp_winograd_sizes sizes;
    bool writes_floats; /* Winograd's kernels on tiles write nothing else */
};

/* One way to compute one pass. Tables list them best first; the last row runs on any Vulkan 1.2 device. */
struct conv2d_variant {
    struct vp_conv_tile tile; /* kernel; pixels and channels of a workgroup (backward-filter: channels and taps) */
    bool (*fits)(const struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                 const struct conv2d_variant *variant); /* NULL: always */
    void (*emit)(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_variant *variant,
                 const struct vp_bind *bind, bool accumulate);
};
#define VP_COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
/* A row that is embedded, usable on the device, and fits: the one that tuning chose for this shape, else the first. */
const struct conv2d_variant *vp_conv2d_choose(struct vp_tape *tape, const struct conv2d *conv,
                                              const struct conv2d_pass *pass, const struct conv2d_variant *table,
                                              int count);

/* Bindings: forward {x, w, b, y}; backward-data {dy, w, dx}; backward-filter {dy, x, dw}. */
void vp_conv2d_emit_fwd(struct vp_tape *tape, const struct conv2d *conv, const struct vp_bind *bind);
void vp_conv2d_emit_bwd_data(struct vp_tape *tape, const struct conv2d *conv, const struct vp_bind *bind,
                             bool accumulate);
void vp_conv2d_emit_bwd_filter(struct vp_tape *tape, const struct conv2d *conv, const struct vp_bind *bind,
                               bool accumulate);

/* Push constants for `images` of the convolution. */
struct conv2d_args vp_conv2d_args(const struct conv2d *conv, int64_t images);
/* 2 x multiply-adds of one pass over `images`. */
double vp_conv2d_flops(const struct conv2d *conv, int64_t images);
/* Bytes of one image: input and output. */
static inline uint64_t conv2d_in_bytes(const struct conv2d *conv) {
    return conv->x_element * (uint64_t)(conv->h * conv->w * conv->c);
}
static inline uint64_t conv2d_out_bytes(const struct conv2d *conv) {
    return conv->y_element * (uint64_t)(conv->p * conv->q * conv->k);
}
static inline uint64_t conv2d_filter_bytes(const struct conv2d *conv) {
    return 4 * (uint64_t)(conv->k * conv->r * conv->s * conv->c);
}

/* Rows of more than one pass. Kernels across lanes at all; Winograd's form, where it is worth it, on kernels that hand
 * values across lanes, within quads, or on tiles. */
bool vp_conv2d_lanes_fit(const struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                         const struct conv2d_variant *variant);
bool vp_conv2d_winograd_lanes_fit(const struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                                  const struct conv2d_variant *variant);
bool vp_conv2d_winograd_quads_fit(const struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                                  const struct conv2d_variant *variant);
bool vp_conv2d_winograd_tiles_fit(const struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                                  const struct conv2d_variant *variant);
/* Forward and backward-data choose as for this many images, whatever the batch: what an image gives must not depend,
 * not in its last bit, on the images beside it. */
enum { CONV2D_WINOGRAD_IMAGES = 32 };

/* The question of tuning (conv2d_tune.c): the rows that can run, best first. */
void vp_conv2d_question(struct vp_tape *tape, const struct conv2d *conv, const struct conv2d_pass *pass,
                        const struct conv2d_variant *table, int count, struct vp_question *question,
                        const struct conv2d_variant **fit);

#endif
