/* What the decoder draws, as one picture for people: a row per image, its columns
 *
 *   input | its mirror image | own face, own pose | face with the mirror's pose | mirror's face with own pose | mirror
 *
 * where the last four are the decodes 3, 1, 2 and 4 of phase recon (method, section 2). */
#include "train/checkpoint_internal.h"
#include "vkpcl/file.h"
#include "vkpcl/image.h"
#include <stdlib.h>

enum { ROWS = 8, COLUMNS = 6, SMALL = 128, MARGIN = 2, SHADE = 255 };

static unsigned char shade_of(float value) {
    if (!(value > 0)) return 0; /* NaN too */
    return value >= 1 ? 255 : (unsigned char)(value * 255.0f + 0.5f);
}

struct sheet {
    struct vp_phase *phase;
    int rows, columns;
    int64_t size, scale;
    float *pixels;        /* (rows, size, size, 3), one column */
    unsigned char *tiles; /* (rows, columns, scale * size, scale * size, 3) */
};

/* Images first .. first + rows - 1 of x become a column; each pixel a square of scale x scale. */
static enum vp_status fill_column(struct sheet *sheet, int column, const struct vp_tensor *x, int64_t first,
                                  struct vp_error *err) {
    int64_t size = sheet->size, side = size * sheet->scale;
    uint64_t image = (uint64_t)(size * size * 3) * sizeof(float);
    struct vp_range range = vp_tensor_range(x);
    range.offset += (uint64_t)first * image;
    range.bytes = (uint64_t)sheet->rows * image;
    enum vp_status status = vp_gpu_download(vp_tape_gpu(sheet->phase->tape), range, sheet->pixels, err);
    if (status != VP_OK) return status;
    for (int row = 0; row < sheet->rows; row++) {
        const float *from = sheet->pixels + (size_t)(row * size * size * 3);
        unsigned char *to = sheet->tiles + (size_t)((row * sheet->columns + column) * side * side * 3);
        for (int64_t y = 0; y < side; y++)
            for (int64_t i = 0; i < side * 3; i++)
                *to++ = shade_of(from[(y / sheet->scale * size + i / 3 / sheet->scale) * 3 + i % 3]);
    }
    return VP_OK;
}

static enum vp_status fill(struct sheet *sheet, struct vp_error *err) {
    static const int decode_of[COLUMNS] = {-1, -1, 2, 0, 1, 3};
    const struct vp_phase *phase = sheet->phase;
    int64_t batch = phase->settings.batch;
    enum vp_status status = VP_OK;
    for (int column = 0; status == VP_OK && column < sheet->columns; column++)
        status = column < 2 ? fill_column(sheet, column, phase->images, column * batch, err)
                            : fill_column(sheet, column, phase->decodes, decode_of[column] * batch, err);
    return status;
}

static enum vp_status write_sheet(const struct sheet *sheet, const struct vp_run *run, struct vp_error *err) {
    char path[VP_PATH_BYTES];
    const char *folder = run->request->folder;
    if (snprintf(path, sizeof path, "%s/samples", folder) >= (int)sizeof path - 32)
        return vp_fail(err, VP_ERR_IO, "the path of the run's folder is too long: %.200s...", folder);
    enum vp_status status = vp_make_folder(path, err);
    if (status != VP_OK) return status;
    snprintf(path, sizeof path, "%s/samples/%08lld.png", folder, (long long)run->iteration);
    struct vp_image picture;
    int side = (int)(sheet->size * sheet->scale);
    vp_image_grid(sheet->tiles, sheet->rows * sheet->columns, side, side, sheet->columns, MARGIN, SHADE, &picture);
    status = vp_image_write_png(path, &picture, err);
    vp_image_fini(&picture);
    return status;
}

enum vp_status vp_run_write_samples(struct vp_run *run, struct vp_error *err) {
    struct vp_phase *phase = run->phase[VP_PHASE_RECON];
    if (!phase) return VP_OK;
    int64_t size = phase->settings.model.size, batch = phase->settings.batch;
    struct sheet sheet = {.phase = phase,
                          .rows = batch < ROWS ? (int)batch : ROWS,
                          .columns = phase->decodes ? COLUMNS : 2,
                          .size = size,
                          .scale = size < SMALL ? 2 : 1};
    size_t image = (size_t)(size * size * 3), rows = (size_t)sheet.rows;
    sheet.pixels = malloc(rows * image * sizeof(float));
    sheet.tiles = malloc(rows * (size_t)sheet.columns * image * (size_t)(sheet.scale * sheet.scale));
    enum vp_status status =
        sheet.pixels && sheet.tiles
            ? fill(&sheet, err)
            : vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory for a picture of %d samples", sheet.rows);
    if (status == VP_OK) status = write_sheet(&sheet, run, err);
    free(sheet.pixels);
    free(sheet.tiles);
    return status;
}
