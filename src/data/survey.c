/* Images: how many, of whom, how large, and which cannot be read. */
#include "vkpcl/survey.h"
#include "data/crop.h"
#include "data/source_internal.h"
#include "data/survey_internal.h"
#include "vkpcl/thread_pool.h"
#include <stdlib.h>
#include <string.h>

enum { TILES = 64, COLUMNS = 8, EXAMPLES = 5, PIECE = 256, MIN_SIDE = 32 };

/* What is looked at: images of a source, or of labels. */
struct survey {
    const struct vp_survey_request *request;
    uint32_t images;
    uint32_t sampled, first, tile_count;
    struct look *looks;   /* (sampled) */
    unsigned char *tiles; /* (tile_count, TILE, TILE, 3) */
};

struct look {
    int width, height; /* 0: broken */
    char *reason;
};

static uint32_t image_at(const struct survey *survey, uint32_t place, uint32_t places) {
    return (uint32_t)((uint64_t)place * survey->images / places);
}

static enum vp_status load(const struct survey *survey, uint32_t number, struct vp_image *image, struct vp_error *err) {
    const struct vp_source *source = survey->request->source;
    if (!source) return vp_label_image(survey->request->labels, (int)number, image, err);
    int width, height;
    const unsigned char *pixels = vp_source_pixels(source, number, &width, &height);
    if (pixels) return vp_image_copy(pixels, width, height, image, err);
    char path[4096];
    vp_source_path(source, number, path, sizeof path);
    return vp_image_load(path, image, err);
}

static void look_at(void *context, int index) {
    struct survey *survey = context;
    uint32_t place = survey->first + (uint32_t)index;
    struct look *look = &survey->looks[place];
    struct vp_image image;
    struct vp_error err = {0};
    if (load(survey, image_at(survey, place, survey->sampled), &image, &err) == VP_OK) {
        look->width = image.width, look->height = image.height;
        vp_image_fini(&image);
    } else {
        look->reason = strdup(err.message);
    }
}

static void make_tile(void *context, int index) {
    struct survey *survey = context;
    unsigned char *tile = survey->tiles + (size_t)index * VP_SURVEY_TILE * VP_SURVEY_TILE * 3;
    struct vp_image image;
    struct vp_error err = {0};
    if (load(survey, image_at(survey, (uint32_t)index, survey->tile_count), &image, &err) != VP_OK) {
        memset(tile, 0, (size_t)VP_SURVEY_TILE * VP_SURVEY_TILE * 3); /* black: broken */
        return;
    }
    struct vp_crop crop = vp_crop_centre(image.width, image.height, VP_SURVEY_TILE);
    vp_crop_sample(&crop, image.rgb, image.width, image.height, VP_SURVEY_TILE, tile);
    vp_image_fini(&image);
}

/* ---- printing ---------------------------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* "images of a person: 2 to 530, median 12". */
static void print_spread(FILE *out, const char *what, uint32_t *counts, uint32_t count) {
    qsort(counts, count, sizeof *counts, by_number);
    fprintf(out, "  %s: %u to %u, median %u\n", what, counts[0], counts[count - 1], counts[count / 2]);
}

static void print_parts(const struct vp_source *source, FILE *out) {
    static const char *const layouts[] = {"?", "folder of images", "identity tree", "list"};
    for (int i = 0; i < source->part_count; i++) {
        const struct vp_source_part *part = &source->parts[i];
        fprintf(out, "%s: %s%s, %u images", part->path, part->packed ? "packed " : "",
                layouts[part->layout <= VP_LAYOUT_LIST ? part->layout : 0], part->images);
        if (part->layout != VP_LAYOUT_IDENTITY) {
            fprintf(out, ", an epoch shows each once\n");
            continue;
        }
        uint32_t first = source->starts[i].folder;
        uint32_t end = i + 1 < source->part_count ? source->starts[i + 1].folder : source->folder_count;
        fprintf(out, " of %u identities in %u videos; an epoch shows one of each identity\n", part->items, end - first);
        uint32_t *counts = calloc(part->items, sizeof *counts);
        vp_assert(counts, "out of host memory for %u identities", part->items);
        for (uint32_t k = 0; k < part->items; k++) {
            const uint32_t *starts = source->identities + source->starts[i].identity + k;
            uint32_t stop = k + 1 < part->items ? starts[1] : end;
            uint32_t last = stop < source->folder_count ? source->folders[stop].first_image : source->images;
            counts[k] = last - source->folders[starts[0]].first_image;
        }
        print_spread(out, "images of an identity", counts, part->items);
        free(counts);
    }
}

struct size_count {
    int width, height;
    uint32_t count;
};

static int by_count(const void *a, const void *b) {
    uint32_t x = ((const struct size_count *)a)->count, y = ((const struct size_count *)b)->count;
    return (x < y) - (x > y);
}

/* Sorts a copy by size, counts runs. */
static int by_size(const void *a, const void *b) {
    const struct look *x = a, *y = b;
    return x->width != y->width ? x->width - y->width : x->height - y->height;
}

static void print_sizes(struct survey *survey, FILE *out) {
    qsort(survey->looks, survey->sampled, sizeof *survey->looks, by_size);
    struct size_count *sizes = calloc(survey->sampled + 1u, sizeof *sizes);
    vp_assert(sizes, "out of host memory for %u sizes", survey->sampled);
    uint32_t kinds = 0, whole = 0, small = 0;
    for (uint32_t i = 0; i < survey->sampled; i++) {
        const struct look *look = &survey->looks[i];
        if (look->width == 0) continue;
        whole++;
        small += look->width < MIN_SIDE || look->height < MIN_SIDE;
        if (kinds == 0 || sizes[kinds - 1].width != look->width || sizes[kinds - 1].height != look->height)
            sizes[kinds++] = (struct size_count){look->width, look->height, 0};
        sizes[kinds - 1].count++;
    }
    qsort(sizes, kinds, sizeof *sizes, by_count);
    fprintf(out, "  sizes:");
    for (uint32_t i = 0; i < kinds && i < EXAMPLES; i++)
        fprintf(out, "%s %d x %d (%.3g %%)", i ? "," : "", sizes[i].width, sizes[i].height,
                100.0 * sizes[i].count / whole);
    if (kinds > EXAMPLES) fprintf(out, " and %u others", kinds - EXAMPLES);
    fprintf(out, "%s\n", kinds ? "" : " none could be read");
    if (small) fprintf(out, "  problem: %u images have a side below %d pixels\n", small, MIN_SIDE);
    free(sizes);
}

static void print_broken(const struct survey *survey, FILE *out) {
    uint32_t broken = 0;
    for (uint32_t i = 0; i < survey->sampled; i++) broken += survey->looks[i].reason != NULL;
    fprintf(out, "  decoded: %u of %u images, %u broken%s\n", survey->sampled, survey->images, broken,
            survey->sampled < survey->images ? " (--all decodes the others, too)" : "");
    uint32_t shown = 0;
    for (uint32_t i = 0; i < survey->sampled && shown < EXAMPLES; i++)
        if (survey->looks[i].reason) fprintf(out, "  problem: %s\n", survey->looks[i].reason), shown++;
    if (broken > shown) fprintf(out, "  problem: and %u more like these\n", broken - shown);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static enum vp_status write_sheet(struct survey *survey, struct vp_pool *pool, struct vp_error *err) {
    survey->tile_count = survey->images < TILES ? survey->images : TILES;
    survey->tiles = malloc((size_t)survey->tile_count * VP_SURVEY_TILE * VP_SURVEY_TILE * 3);
    vp_assert(survey->tiles, "out of host memory for %u thumbnails", survey->tile_count);
    vp_pool_for(pool, (int)survey->tile_count, make_tile, survey);
    struct vp_image sheet;
    vp_image_grid(survey->tiles, (int)survey->tile_count, VP_SURVEY_TILE, VP_SURVEY_TILE, COLUMNS, 4, 255, &sheet);
    free(survey->tiles);
    enum vp_status status = vp_image_write_png(survey->request->sheet, &sheet, err);
    vp_image_fini(&sheet);
    return status;
}

enum vp_status vp_survey(const struct vp_survey_request *request, FILE *out, struct vp_error *err) {
    struct survey survey = {.request = request};
    if (request->source) survey.images = vp_source_images(request->source);
    if (!request->source && request->labels) survey.images = (uint32_t)request->labels->count;
    survey.sampled =
        request->decode_all || survey.images < VP_SURVEY_SAMPLE ? survey.images : (uint32_t)VP_SURVEY_SAMPLE;
    struct vp_pool *pool = vp_pool_create(request->threads);
    survey.looks = calloc(survey.sampled + 1u, sizeof *survey.looks);
    vp_assert(survey.looks, "out of host memory for %u images", survey.sampled);
    for (; survey.first < survey.sampled; survey.first += PIECE) {
        uint32_t left = survey.sampled - survey.first;
        vp_pool_for(pool, left < PIECE ? (int)left : PIECE, look_at, &survey);
    }
    if (request->source) print_parts(request->source, out);
    if (!request->source && request->labels) fprintf(out, "%u images\n", survey.images);
    if (survey.images) print_broken(&survey, out);
    if (survey.images) print_sizes(&survey, out);
    if (request->labels) vp_survey_labels(request->labels, out);
    if (request->labels && request->source) vp_survey_match(request->labels, request->source, out);
    if (request->pairs) vp_survey_pairs(request->pairs, out);
    enum vp_status status = request->sheet && survey.images ? write_sheet(&survey, pool, err) : VP_OK;
    vp_pool_destroy(pool);
    for (uint32_t i = 0; i < survey.sampled; i++) free(survey.looks[i].reason);
    free(survey.looks);
    return status;
}
