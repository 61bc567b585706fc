/* The crop recipe: which part of an image becomes a square of size x size pixels, and how it is resampled.
 *
 *   centre     the largest square in the middle of the image
 *   box        the square round the box's middle whose side is the box's longer one, grown by `margin` of it on each
 * side landmarks  the similarity (turn, scale, shift; no mirror, no shear) that brings five points nearest, in the
 * sense of least squares in the image, to fixed places in the crop. The places are those of the 112 x 112 alignment
 *              that face recognition has settled on (eyes at 0.342 and 0.658 of the width and 0.460 of the height, nose
 *              tip at 0.5, 0.640, mouth corners at 0.371 and 0.629, 0.824), drawn in towards the middle by `margin`.
 *              68 points (iBUG) are reduced to five: means of 36..41 and 42..47, 30, 48, 54.
 *
 * Points and boxes are in pixels of the image, (0, 0) its upper left corner. Resampling weighs the image's pixels with
 * a tent as wide as two pixels of the crop, or of the image where that is coarser: bilinear when enlarging, antialiased
 * when shrinking, turned with the crop. Outside the image its border is repeated. */
#ifndef VKPCL_DATA_CROP_H
#define VKPCL_DATA_CROP_H
#include <stdbool.h>

/* Crop to image: x = a u - b v + x0, y = b u + a v + y0. */
struct vp_crop {
    double a, b, x0, y0;
};
struct vp_crop vp_crop_centre(int width, int height, int size);
struct vp_crop vp_crop_box(const float box[4], int size, double margin); /* left, top, right, bottom */
/* Five points x, y: eyes, nose tip, mouth corners; the left one in the image first. */
struct vp_crop vp_crop_points(const float points[10], int size, double margin);
void vp_crop_five_of_68(const float points[136], float five[10]);

/* Is it a crop of an image of that size: finite, no smaller than a pixel, no wider than four times the image, and with
 * its middle inside? */
bool vp_crop_plausible(const struct vp_crop *crop, int width, int height, int size);

/* rgb (height, width, 3) -> out (size, size, 3). */
void vp_crop_sample(const struct vp_crop *crop, const unsigned char *rgb, int width, int height, int size,
                    unsigned char *out);

#endif
