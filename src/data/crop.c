#include "data/crop.h"
#include <math.h>
#include <stddef.h>

/* ---- where ------------------------------------------------------------------------------------------------------- */

static struct vp_crop square(double x, double y, double side, int size) {
    return (struct vp_crop){.a = side / size, .b = 0, .x0 = x - side / 2, .y0 = y - side / 2};
}

struct vp_crop vp_crop_centre(int width, int height, int size) {
    return square(width / 2.0, height / 2.0, width < height ? width : height, size);
}

struct vp_crop vp_crop_box(const float box[4], int size, double margin) {
    double w = (double)box[2] - (double)box[0], h = (double)box[3] - (double)box[1];
    return square((double)box[0] + w / 2, (double)box[1] + h / 2, (w > h ? w : h) * (1 + 2 * margin), size);
}

void vp_crop_five_of_68(const float points[136], float five[10]) {
    for (int axis = 0; axis < 2; axis++) {
        float left = 0, right = 0;
        for (int i = 0; i < 6; i++) {
            left += points[2 * (36 + i) + axis];
            right += points[2 * (42 + i) + axis];
        }
        five[axis] = left / 6;
        five[2 + axis] = right / 6;
        five[4 + axis] = points[2 * 30 + axis];
        five[6 + axis] = points[2 * 48 + axis];
        five[8 + axis] = points[2 * 54 + axis];
    }
}

struct vp_crop vp_crop_points(const float points[10], int size, double margin) {
    static const double place[10] = {0.342, 0.460, 0.658, 0.460, 0.5, 0.640, 0.371, 0.824, 0.629, 0.824};
    double p[10], p_mean[2] = {0}, q_mean[2] = {0};
    for (int i = 0; i < 10; i++) {
        p[i] = (0.5 + (place[i] - 0.5) / (1 + 2 * margin)) * size;
        p_mean[i % 2] += p[i] / 5;
        q_mean[i % 2] += (double)points[i] / 5;
    }
    double dot = 0, cross = 0, square_sum = 0;
    for (int i = 0; i < 10; i += 2) {
        double u = p[i] - p_mean[0], v = p[i + 1] - p_mean[1];
        double x = (double)points[i] - q_mean[0], y = (double)points[i + 1] - q_mean[1];
        dot += u * x + v * y;
        cross += u * y - v * x;
        square_sum += u * u + v * v;
    }
    double a = dot / square_sum, b = cross / square_sum;
    return (struct vp_crop){.a = a,
                            .b = b,
                            .x0 = q_mean[0] - a * p_mean[0] + b * p_mean[1],
                            .y0 = q_mean[1] - b * p_mean[0] - a * p_mean[1]};
}

bool vp_crop_plausible(const struct vp_crop *crop, int width, int height, int size) {
    double side = hypot(crop->a, crop->b) * size, middle = size / 2.0;
    double x = crop->a * middle - crop->b * middle + crop->x0, y = crop->b * middle + crop->a * middle + crop->y0;
    double longer = width > height ? width : height;
    return isfinite(side) && isfinite(x) && isfinite(y) && side >= 1 && side <= 4 * longer && x >= 0 && y >= 0 &&
           x <= width && y <= height;
}

/* ---- how --------------------------------------------------------------------------------------------------------- */

static int clamped(int x, int end) {
    return x < 0 ? 0 : x >= end ? end - 1 : x;
}

void vp_crop_sample(const struct vp_crop *crop, const unsigned char *rgb, int width, int height, int size,
                    unsigned char *out) {
    double scale = hypot(crop->a, crop->b), reach = scale > 1 ? scale : 1;
    /* From an offset in the image to one in the crop's axes, in units of the tent's half width. */
    float cosine = (float)(crop->a / scale / reach), sine = (float)(crop->b / scale / reach);
    double extent = reach * (fabs(crop->a) + fabs(crop->b)) / scale;
    for (int j = 0; j < size; j++) {
        for (int i = 0; i < size; i++, out += 3) {
            double u = i + 0.5, v = j + 0.5;
            double x = crop->a * u - crop->b * v + crop->x0 - 0.5, y = crop->b * u + crop->a * v + crop->y0 - 0.5;
            int left = (int)ceil(x - extent), right = (int)floor(x + extent);
            int top = (int)ceil(y - extent), bottom = (int)floor(y + extent);
            float sum[3] = {0}, total = 0;
            for (int py = top; py <= bottom; py++) {
                const unsigned char *row = rgb + (size_t)clamped(py, height) * (size_t)width * 3;
                float dy = (float)(py - y);
                for (int px = left; px <= right; px++) {
                    float dx = (float)(px - x);
                    float across = 1 - fabsf(cosine * dx + sine * dy), along = 1 - fabsf(cosine * dy - sine * dx);
                    if (across <= 0 || along <= 0) continue;
                    float weight = across * along;
                    const unsigned char *p = row + (size_t)clamped(px, width) * 3;
                    for (int k = 0; k < 3; k++) sum[k] += weight * (float)p[k];
                    total += weight;
                }
            }
            for (int k = 0; k < 3; k++) out[k] = (unsigned char)(sum[k] / total + 0.5f);
        }
    }
}
