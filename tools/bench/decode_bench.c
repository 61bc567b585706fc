/* How fast JPEG files become pixels: images a CPU second on one thread. Run by hand: vkpcl_decode_bench FOLDER
 * [SIDE...] The folder's images (500 at most) are resampled to each side, encoded with quality 90 in memory, and
 * decoded. */
#include "data/crop.h"
#include "io/stb.h"
#include "vkpcl/image.h"
#include "vkpcl/source.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { IMAGES = 500, QUALITY = 90, ROUNDS = 3 };

struct jpeg {
    unsigned char *data;
    size_t bytes;
};

static void take(void *context, void *data, int bytes) {
    struct jpeg *jpeg = context;
    jpeg->data = realloc(jpeg->data, jpeg->bytes + (size_t)bytes);
    if (!jpeg->data) abort();
    memcpy(jpeg->data + jpeg->bytes, data, (size_t)bytes);
    jpeg->bytes += (size_t)bytes;
}

static double cpu_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int bench(const struct vp_source *source, int side) {
    static struct jpeg jpegs[IMAGES];
    int count = 0;
    size_t bytes = 0;
    unsigned char *square = malloc((size_t)side * (size_t)side * 3);
    if (!square) return 1;
    for (uint32_t i = 0; i < vp_source_images(source) && count < IMAGES; i++) {
        char path[4096];
        struct vp_image image;
        vp_source_path(source, i, path, sizeof path);
        if (vp_image_load(path, &image, NULL) != VP_OK) continue;
        struct vp_crop crop = vp_crop_centre(image.width, image.height, side);
        vp_crop_sample(&crop, image.rgb, image.width, image.height, side, square);
        vp_image_fini(&image);
        jpegs[count] = (struct jpeg){0};
        stbi_write_jpg_to_func(take, &jpegs[count], side, side, 3, square, QUALITY);
        bytes += jpegs[count++].bytes;
    }
    free(square);
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_seconds();
        for (int i = 0; i < count; i++) {
            struct vp_image image;
            if (vp_image_decode(jpegs[i].data, jpegs[i].bytes, "jpeg", &image, NULL) != VP_OK) return 1;
            vp_image_fini(&image);
        }
        double seconds = cpu_seconds() - start;
        if (seconds < best) best = seconds;
    }
    printf("%4d x %-4d %6.1f KB each %8.0f images per CPU second\n", side, side, (double)bytes / count / 1024,
           count / best);
    for (int i = 0; i < count; i++) free(jpegs[i].data);
    return 0;
}

int main(int argc, char **argv) {
    struct vp_source *source;
    struct vp_error err = {0};
    if (argc < 2 || vp_source_open((const char *const *)&argv[1], 1, VP_LAYOUT_AUTO, NULL, &source, &err) != VP_OK) {
        fprintf(stderr, "usage: vkpcl_decode_bench FOLDER [SIDE...]\n%s\n", err.message);
        return 2;
    }
    static const int usual[] = {160, 250};
    int failed = 0;
    for (int i = 2; i < argc; i++) failed |= bench(source, atoi(argv[i]));
    for (int i = 0; argc == 2 && i < 2; i++) failed |= bench(source, usual[i]);
    vp_source_destroy(source);
    return failed;
}
