/* Augmentation of one image in double, step by step over the whole image; the hue by the six sectors of HSV. */
#include "vkpcl/ops/augment.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double clamp01(double x) {
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

static double weight_at(double start, double extent, int size, int place, int pixel) {
    double scale = extent / size, reach = scale > 1 ? scale : 1, centre = start + (place + 0.5) * scale;
    double weight = 1 - fabs(pixel + 0.5 - centre) / reach;
    bool touched = pixel >= floor(start) && pixel < ceil(start + extent);
    return weight > 0 && touched ? weight : 0;
}

static void resize(const struct vp_augment_block *b, const struct vp_augment_source *s, const unsigned char *pixels,
                   int size, double *y) {
    int width = (int)s->width, height = (int)s->height;
    double *across = malloc(sizeof *across * (size_t)(size * width)), *down = malloc(sizeof *down * (size_t)height);
    vp_assert(across && down, "no memory for %d weights", size * width);
    for (int q = 0; q < size; q++)
        for (int u = 0; u < width; u++) across[q * width + u] = weight_at((double)b->x, (double)b->w, size, q, u);
    for (int p = 0; p < size; p++) {
        for (int v = 0; v < height; v++) down[v] = weight_at((double)b->y, (double)b->h, size, p, v);
        for (int q = 0; q < size; q++) {
            int out = b->flags & AUGMENT_MIRROR ? size - 1 - q : q;
            double sum[3] = {0}, weights = 0;
            for (int v = 0; v < height; v++)
                for (int u = 0; down[v] > 0 && u < width; u++) {
                    double weight = down[v] * across[q * width + u];
                    if (weight == 0) continue;
                    for (int c = 0; c < 3; c++) sum[c] += weight * pixels[(v * width + u) * 3 + c];
                    weights += weight;
                }
            for (int c = 0; c < 3; c++) y[(p * size + out) * 3 + c] = sum[c] / (255 * weights);
        }
    }
    free(across);
    free(down);
}

static double grey_of(const double *c) {
    return 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
}

static void turn_hue(double *c, double turns) {
    double value = fmax(c[0], fmax(c[1], c[2])), chroma = value - fmin(c[0], fmin(c[1], c[2]));
    if (chroma <= 0) return;
    double hue;
    if (value == c[0])
        hue = (c[1] - c[2]) / chroma;
    else if (value == c[1])
        hue = 2 + (c[2] - c[0]) / chroma;
    else
        hue = 4 + (c[0] - c[1]) / chroma;
    hue = fmod(hue / 6 + turns + 2, 1) * 6;
    int sector = (int)hue;
    double part = hue - sector, low = value - chroma, falling = value - chroma * part, rising = low + chroma * part;
    const double red[6] = {value, falling, low, low, rising, value};
    const double green[6] = {rising, value, value, falling, low, low};
    const double blue[6] = {low, low, rising, value, value, falling};
    c[0] = red[sector % 6], c[1] = green[sector % 6], c[2] = blue[sector % 6];
}

static void jitter(const struct vp_augment_block *b, int pixels, double *y) {
    for (int k = 0; k < 4; k++) {
        uint32_t step = (b->order >> (2 * k)) & 3;
        double mean = 0;
        for (int i = 0; i < pixels; i++) mean += grey_of(y + 3 * i) / pixels;
        for (int i = 0; i < pixels; i++) {
            double *c = y + 3 * i, grey = grey_of(c);
            double factor = step == AUGMENT_BRIGHTNESS ? (double)b->brightness
                            : step == AUGMENT_CONTRAST ? (double)b->contrast
                                                       : (double)b->saturation;
            double other = step == AUGMENT_BRIGHTNESS ? 0 : step == AUGMENT_CONTRAST ? mean : grey;
            if (step == AUGMENT_HUE)
                turn_hue(c, (double)b->hue);
            else
                for (int ch = 0; ch < 3; ch++) c[ch] = clamp01(factor * c[ch] + (1 - factor) * other);
        }
    }
}

/* The two-dimensional sum: the product of the axes' weights, borders reflected without repeating the edge. */
static void blur(double sigma, int size, double *y, double *copy) {
    int radius = vp_augment_radius(size), last = size - 1;
    memcpy(copy, y, sizeof *y * (size_t)(size * size * 3));
    for (int i = 0; i < size * size * 3; i++) {
        int ch = i % 3, q = i / 3 % size, p = i / 3 / size;
        double sum = 0, weights = 0;
        for (int v = -radius; v <= radius; v++)
            for (int u = -radius; u <= radius; u++) {
                double weight = exp(-0.5 * (u * u + v * v) / (sigma * sigma));
                int row = abs(p + v), column = abs(q + u);
                if (row > last) row = 2 * last - row;
                if (column > last) column = 2 * last - column;
                sum += weight * copy[(row * size + column) * 3 + ch];
                weights += weight;
            }
        y[i] = sum / weights;
    }
}

static double luma_at(const double *x, int size, int p, int q) {
    if (p < 0 || q < 0 || p >= size || q >= size) return 0;
    const double *c = x + (p * size + q) * 3;
    return (65.738 * c[0] + 129.057 * c[1] + 25.064 * c[2]) / 256;
}

static void gradient(int size, double *y, double *copy) {
    memcpy(copy, y, sizeof *y * (size_t)(size * size * 3));
    for (int p = 0; p < size; p++)
        for (int q = 0; q < size; q++) {
            double v = luma_at(copy, size, p + 1, q) - luma_at(copy, size, p - 1, q);
            double h = luma_at(copy, size, p, q + 1) - luma_at(copy, size, p, q - 1);
            for (int c = 0; c < 3; c++) y[(p * size + q) * 3 + c] = clamp01(sqrt(v * v + h * h + 1e-6));
        }
}

void vp_augment_ref(const struct vp_augment_block *block, const struct vp_augment_source *source,
                    const unsigned char *pixels, int size, bool plain, double *y) {
    resize(block, source, pixels, size, y);
    if (plain) return;
    double *copy = malloc(sizeof *copy * (size_t)(size * size * 3));
    vp_assert(copy, "no memory for an image of %d pixels", size * size);
    if (block->flags & AUGMENT_JITTER) jitter(block, size * size, y);
    for (int i = 0; (block->flags & AUGMENT_GREY) && i < size * size; i++)
        y[3 * i] = y[3 * i + 1] = y[3 * i + 2] = grey_of(y + 3 * i);
    if (block->flags & AUGMENT_BLUR) blur((double)block->sigma, size, y, copy);
    if (block->flags & AUGMENT_GRADIENT) gradient(size, y, copy);
    free(copy);
}
