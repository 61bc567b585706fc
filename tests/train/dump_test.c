/* What a run dumps and draws is what it computed: replay on the dumped inputs gives the losses of the log, and the
 * decodes of the replay are those of the picture. */
#include "gpu_for_tests.h"
#include "image_tree.h"
#include "vkpcl/file.h"
#include "vkpcl/image.h"
#include "vkpcl/npz.h"
#include "vkpcl/pretrain.h"
#include "vkpcl/replay.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BATCH = 3, SIZE = 64, SIDE = 2 * SIZE, MARGIN = 2, COLUMNS = 6 };

struct fixture {
    char folder[256];
    struct vp_gpu *gpu;
    struct vp_config config;
    struct vp_npz *replayed; /* results of the first iteration */
};

static const char *below(const struct fixture *f, const char *name, char path[400]) {
    snprintf(path, 400, "%s/%s", f->folder, name);
    return path;
}

static void pretrain(struct fixture *f, const char *out, bool dump) {
    struct vp_error err = {0};
    struct vp_log silent = {0};
    char images[400], run[400], dumped[400];
    const char *path = below(f, "images", images);
    struct vp_source *source;
    must(vp_source_open(&path, 1, VP_LAYOUT_FOLDER, &silent, &source, &err), &err);
    struct vp_pretrain_request request = {.source = source,
                                          .folder = below(f, out, run),
                                          .dump_inputs = dump ? below(f, "dump", dumped) : NULL,
                                          .log = &silent};
    must(vp_pretrain(f->gpu, &f->config, &request, &err), &err);
    vp_source_destroy(source);
}

static struct vp_npz *replay(struct fixture *f) {
    struct vp_error err = {0};
    char weights[400], inputs[400], outputs[400];
    struct vp_replay_request request = {.weights = below(f, "dump/init.safetensors", weights),
                                        .inputs = below(f, "dump/it000000.npz", inputs),
                                        .outputs = below(f, "out.npz", outputs)};
    must(vp_replay(f->gpu, &f->config, &request, &err), &err);
    struct vp_npz *npz = vp_npz_open(outputs, &err);
    assert_non_null(npz);
    return npz;
}

/* One run for all: its kernels take long to compile on some drivers. Replay starts every phase from the same weights,
 * so the run has a learning rate of 0. */
static int enter(void **state) {
    struct vp_error err = {0};
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    *state = f;
    tree_create(f->folder);
    for (int i = 0; i < 5; i++) {
        char name[32];
        snprintf(name, sizeof name, "images/%d.png", i);
        tree_image(f->folder, name, 70 + i, 90 - i, i);
    }
    vp_config_init(&f->config);
    static const char *const settings[] = {"model.width=0.0625",    "data.batch=3",       "data.pose_batch=2",
                                           "data.pose_negatives=3", "train.iterations=2", "sample.every=1",
                                           "optimizer.lr=0"};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        must(vp_config_set(&f->config, settings[i], &err), &err);
    f->gpu = gpu_for_tests(NULL);
    pretrain(f, "run", true);
    f->replayed = replay(f);
    return 0;
}

static int leave(void **state) {
    struct fixture *f = *state;
    vp_npz_close(f->replayed);
    assert_int_equal(vp_gpu_validation_messages(f->gpu), 0);
    vp_gpu_destroy(f->gpu);
    tree_remove(f->folder);
    free(f);
    return 0;
}

static double mean_or_sum(struct vp_npz *npz, const char *name, bool mean) {
    struct vp_error err = {0};
    struct vp_array array;
    must(vp_npz_read(npz, name, &array, &err), &err);
    double sum = 0;
    int64_t count = vp_array_count(&array);
    for (int64_t i = 0; i < count; i++) sum += (double)((const float *)array.data)[i];
    vp_array_fini(&array);
    return mean ? sum / (double)count : sum;
}

static void the_log_tells_the_losses_of_the_dumped_inputs(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    char path[400];
    unsigned char *text;
    size_t bytes;
    must(vp_file_read(below(f, "run/log.tsv", path), &text, &bytes, &err), &err);
    const char *line = strchr((char *)text, '\n');
    double column[16];
    assert_non_null(line);
    char *at = (char *)(uintptr_t)line;
    for (int i = 0; i < 16; i++) column[i] = strtod(at, &at);
    free(text);
    assert_true(column[0] == 1); /* with a dump, every iteration has a line */
    const struct {
        const char *name;
        int column;
        bool mean;
    } losses[] = {{"recon.l1", 2, true}, {"recon.orth", 3, false}, {"face.loss", 4, false}, {"pose.loss", 6, false}};
    for (int i = 0; i < 4; i++) {
        double expected = mean_or_sum(f->replayed, losses[i].name, losses[i].mean), found = column[losses[i].column];
        if (!(fabs(found - expected) <= 1e-5 * fabs(expected)))
            fail_msg("%s: %.8g in the log, %.8g by replay", losses[i].name, found, expected);
    }
}

/* Pixel x, y of the tile at row, column, enlarged twice. */
static const unsigned char *tile_pixel(const struct vp_image *sheet, int row, int column, int x, int y) {
    int left = MARGIN + column * (SIDE + MARGIN) + x, top = MARGIN + row * (SIDE + MARGIN) + y;
    return sheet->rgb + 3 * ((size_t)top * (size_t)sheet->width + (size_t)left);
}

static void near_pixel(const unsigned char *pixel, double red, double green, double blue) {
    const double value[3] = {red, green, blue};
    for (int c = 0; c < 3; c++) {
        double shade = 255 * fmin(fmax(value[c], 0), 1);
        if (fabs(shade - pixel[c]) > 1) fail_msg("channel %d is %d, %.2f expected", c, pixel[c], shade);
    }
}

static void the_picture_shows_what_was_decoded(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    char path[400];
    struct vp_image sheet;
    must(vp_image_load(below(f, "run/samples/00000001.png", path), &sheet, &err), &err);
    assert_int_equal(sheet.width, COLUMNS * (SIDE + MARGIN) + MARGIN);
    assert_int_equal(sheet.height, BATCH * (SIDE + MARGIN) + MARGIN);
    for (int row = 0; row < BATCH; row++)
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                const unsigned char *twin = tile_pixel(&sheet, row, 1, SIDE - 1 - x, y);
                near_pixel(tile_pixel(&sheet, row, 0, x, y), twin[0] / 255.0, twin[1] / 255.0, twin[2] / 255.0);
            }
    static const char *const decode[COLUMNS] = {NULL,           NULL,           "recon.image3",
                                                "recon.image1", "recon.image2", "recon.image4"};
    for (int column = 2; column < COLUMNS; column++) {
        struct vp_array array;
        must(vp_npz_read(f->replayed, decode[column], &array, &err), &err);
        const float *data = array.data;
        for (int row = 0; row < BATCH; row++)
            for (int y = 0; y < SIDE; y++)
                for (int x = 0; x < SIDE; x++) {
                    const float *red = data + (row * 3 * SIZE + y / 2) * SIZE + x / 2;
                    near_pixel(tile_pixel(&sheet, row, column, x, y), (double)red[0], (double)red[SIZE * SIZE],
                               (double)red[2 * SIZE * SIZE]);
                }
        vp_array_fini(&array);
    }
    vp_image_fini(&sheet);
}

static void without_a_decoder_the_inputs_are_drawn(void **state) {
    struct fixture *f = *state;
    struct vp_error err = {0};
    char path[400];
    int width, height;
    must(vp_config_set(&f->config, "loss.decoder=false", &err), &err);
    must(vp_config_set(&f->config, "loss.face=false", &err), &err);
    must(vp_config_set(&f->config, "train.iterations=1", &err), &err);
    pretrain(f, "plain", false);
    must(vp_image_size(below(f, "plain/samples/00000001.png", path), &width, &height, &err), &err);
    assert_int_equal(width, 2 * (SIDE + MARGIN) + MARGIN);
    assert_int_equal(height, BATCH * (SIDE + MARGIN) + MARGIN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_tells_the_losses_of_the_dumped_inputs),
        cmocka_unit_test(the_picture_shows_what_was_decoded),
        cmocka_unit_test(without_a_decoder_the_inputs_are_drawn),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
