/* Random augmentations as numbers: every draw has a fixed place in the stream, whether it is used or not. */
#include "vkpcl/augment.h"
#include "vkpcl/rng.h"
#include "vkpcl/status.h"
#include <math.h>
#include <stdbool.h>

/* Places of an image's numbers within its 256. */
enum {
    DRAW_JITTER,
    DRAW_BRIGHTNESS,
    DRAW_CONTRAST,
    DRAW_SATURATION,
    DRAW_HUE,
    DRAW_GREY,
    DRAW_BLUR,
    DRAW_SIGMA,
    DRAW_GRADIENT,
    DRAW_WINDOW_X,
    DRAW_WINDOW_Y,
    DRAW_QUADRANT,
    DRAW_OTHER_QUADRANT,
    DRAW_MIRROR,
    DRAW_ORDER = 16, /* four */
};
enum { SHARED_VIEW = 0xffff }; /* numbers that both face views of an image look at */

struct numbers {
    uint64_t seed, stream, base;
};

static struct numbers numbers_of(const struct vp_augment_draw *draw, enum vp_augment_kind kind, uint32_t view) {
    return (struct numbers){.seed = draw->seed,
                            .stream = vp_rng_stream(VP_RNG_AUGMENT, draw->step),
                            .base = (uint64_t)kind << 56 | (uint64_t)draw->image << 24 | (uint64_t)view << 8};
}

static bool chance(struct numbers r, unsigned place, double probability) {
    return (double)vp_rng_uniform(r.seed, r.stream, r.base + place) < probability;
}

static float between(struct numbers r, unsigned place, const double range[2]) {
    return (float)(range[0] + (range[1] - range[0]) * (double)vp_rng_uniform(r.seed, r.stream, r.base + place));
}

static uint32_t below(struct numbers r, unsigned place, uint32_t bound) {
    return vp_rng_below(r.seed, r.stream, r.base + place, bound);
}

struct vp_augment_settings vp_augment_released(void) {
    return (struct vp_augment_settings){.crop_share = 0.4,
                                        .quadrant = VP_QUADRANT_INSIDE,
                                        .jitter = 0.8,
                                        .grey = 0.2,
                                        .blur = 0.8,
                                        .gradient = 0.6,
                                        .brightness = {0.2, 1.8},
                                        .contrast = {0.2, 1.8},
                                        .saturation = {0.2, 1.8},
                                        .hue = {-0.2, 0.2},
                                        .sigma = {0.1, 2}};
}

/* Start and length of the window along one axis of `extent` pixels; far: the right or lower quadrant. */
static void window(const struct vp_augment_settings *s, struct numbers r, unsigned place, int64_t extent, bool far,
                   float *start, float *length) {
    int64_t side = llround(s->crop_share * (double)extent);
    if (side < 1) side = 1;
    if (side > extent) side = extent;
    int64_t low, high;
    if (s->quadrant == VP_QUADRANT_INSIDE) {
        low = far ? (extent + 1) / 2 : 0;
        high = (far ? extent : extent / 2) - side;
    } else {
        low = far ? (extent - side + 1) / 2 : 0;
        high = far ? extent - side : (extent - side) / 2;
    }
    int64_t x = high > low ? low + (int64_t)below(r, place, (uint32_t)(high - low + 1)) : (low + high) / 2;
    if (x > extent - side) x = extent - side;
    if (x < 0) x = 0;
    *start = (float)x;
    *length = (float)side;
}

/* What only a face view has: its window, and perhaps its being mirrored. */
static void face_view(const struct vp_augment_settings *s, const struct vp_augment_draw *draw, struct numbers r,
                      struct vp_augment_block *block) {
    struct numbers shared = numbers_of(draw, VP_AUGMENT_FACE_VIEW1, SHARED_VIEW);
    uint32_t quadrant = below(shared, DRAW_QUADRANT, 4);
    if (draw->kind == VP_AUGMENT_FACE_VIEW2) quadrant = (quadrant + 1 + below(shared, DRAW_OTHER_QUADRANT, 3)) % 4;
    window(s, r, DRAW_WINDOW_X, draw->width, quadrant & 1, &block->x, &block->w);
    window(s, r, DRAW_WINDOW_Y, draw->height, quadrant & 2, &block->y, &block->h);
    if (chance(r, DRAW_MIRROR, s->mirror)) block->flags |= AUGMENT_MIRROR;
}

struct vp_augment_block vp_augment_draw(const struct vp_augment_settings *s, const struct vp_augment_draw *draw) {
    vp_assert(draw->width > 0 && draw->height > 0, "source %u is %u x %u", draw->source, draw->width, draw->height);
    vp_assert(draw->view < SHARED_VIEW, "view %u", draw->view);
    vp_assert(s->crop_share > 0, "a crop of %g of the image", s->crop_share);
    struct vp_augment_block block = {.source = draw->source,
                                     .w = (float)draw->width,
                                     .h = (float)draw->height,
                                     .brightness = 1,
                                     .contrast = 1,
                                     .saturation = 1,
                                     .sigma = 1};
    struct numbers r = numbers_of(draw, draw->kind, draw->view);
    if (draw->kind == VP_AUGMENT_POSE_NEGATIVE || draw->kind == VP_AUGMENT_PLAIN_MIRROR) block.flags |= AUGMENT_MIRROR;
    if (draw->kind == VP_AUGMENT_PLAIN || draw->kind == VP_AUGMENT_PLAIN_MIRROR) return block;
    if (draw->kind != VP_AUGMENT_POSE_VIEW && draw->kind != VP_AUGMENT_POSE_NEGATIVE) face_view(s, draw, r, &block);
    uint32_t order[4];
    vp_rng_permutation(r.seed, r.stream, r.base + DRAW_ORDER, 4, order);
    for (int k = 0; k < 4; k++) block.order |= order[k] << (2 * k);
    if (chance(r, DRAW_JITTER, s->jitter)) block.flags |= AUGMENT_JITTER;
    if (chance(r, DRAW_GREY, s->grey)) block.flags |= AUGMENT_GREY;
    if (chance(r, DRAW_BLUR, s->blur)) block.flags |= AUGMENT_BLUR;
    if (chance(r, DRAW_GRADIENT, s->gradient)) block.flags |= AUGMENT_GRADIENT;
    block.brightness = between(r, DRAW_BRIGHTNESS, s->brightness);
    block.contrast = between(r, DRAW_CONTRAST, s->contrast);
    block.saturation = between(r, DRAW_SATURATION, s->saturation);
    block.hue = between(r, DRAW_HUE, s->hue);
    block.sigma = between(r, DRAW_SIGMA, s->sigma);
    return block;
}
