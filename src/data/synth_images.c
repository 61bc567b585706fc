/* The pictures of a set: rendered in batches, one being written while the next is rendered. */
#include "data/synth_set.h"
#include "io/npy_header.h"
#include "synth/synth_face.h"
#include "vkpcl/clock.h"
#include "vkpcl/file.h"
#include "vkpcl/npz.h"
#include "vkpcl/thread_pool.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 64 };

/* What is done with rows first..first+count-1. */
typedef enum vp_status write_rows(void *context, uint32_t first, int count, const unsigned char *rgb,
                                  struct vp_error *err);

static enum vp_status begin_batch(struct vp_synth_renderer *renderer, const struct vp_synth_request *request,
                                  uint32_t first, struct vp_synth_face *faces, int *count, struct vp_error *err) {
    uint32_t left = (uint32_t)request->images - first, batch = (uint32_t)vp_synth_renderer_batch(renderer);
    *count = (int)(left < batch ? left : batch);
    for (int i = 0; i < *count; i++) {
        struct vp_synth_place place = vp_synth_place_of(request, first + (uint32_t)i);
        vp_synth_picture(request->seed, place.identity, place.image, request->nuisance, request->size, &faces[i], NULL,
                         NULL);
    }
    return *count ? vp_synth_renderer_begin(renderer, faces, *count, err) : VP_OK;
}

static enum vp_status render_all(struct vp_gpu *gpu, const struct vp_synth_request *request, write_rows *write,
                                 void *context, struct vp_error *err) {
    int batch = request->images < BATCH ? request->images : BATCH, count, next;
    struct vp_synth_renderer *renderer = vp_synth_renderer_create(gpu, request->size, batch, err);
    if (!renderer) return err->status;
    struct vp_synth_face *faces = calloc((size_t)batch, sizeof *faces);
    unsigned char *rgb = malloc(3 * (size_t)request->size * (size_t)request->size * (size_t)batch);
    vp_assert(faces && rgb, "out of host memory for %d pictures of %d pixels", batch, request->size);
    uint32_t first = 0;
    double start = vp_clock_wall(), said = start;
    enum vp_status status = begin_batch(renderer, request, 0, faces, &count, err);
    while (status == VP_OK && count) {
        status = begin_batch(renderer, request, first + (uint32_t)count, faces, &next, err);
        if (status == VP_OK) status = vp_synth_renderer_end(renderer, rgb, err);
        if (status == VP_OK) status = write(context, first, count, rgb, err);
        first += (uint32_t)count, count = next;
        if (request->log && vp_clock_wall() - said > 10) {
            said = vp_clock_wall();
            vp_log(request->log, VP_LOG_INFO, "%u of %d images, %.0f a second", first, request->images,
                   first / (said - start));
        }
    }
    free(faces);
    free(rgb);
    vp_synth_renderer_destroy(renderer);
    return status;
}

/* ---- a tree of PNG files ----------------------------------------------------------------------------------------- */

struct tree {
    const struct vp_synth_request *request;
    struct vp_pool *pool;
    struct vp_error *errors; /* of each image of a batch */
    uint32_t first;
    const unsigned char *rgb;
};

static void write_png(void *context, int index) {
    struct tree *tree = context;
    size_t size = (size_t)tree->request->size;
    char name[VP_SYNTH_NAME];
    vp_synth_name(vp_synth_place_of(tree->request, tree->first + (uint32_t)index), name);
    char *path = vp_synth_path(tree->request, name);
    const struct vp_image picture = {.width = (int)size,
                                     .height = (int)size,
                                     .rgb = (unsigned char *)(uintptr_t)(tree->rgb + 3 * size * size * (size_t)index)};
    tree->errors[index].status = VP_OK;
    vp_image_write_png(path, &picture, &tree->errors[index]);
    free(path);
}

static enum vp_status write_pngs(void *context, uint32_t first, int count, const unsigned char *rgb,
                                 struct vp_error *err) {
    struct tree *tree = context;
    tree->first = first, tree->rgb = rgb;
    vp_pool_for(tree->pool, count, write_png, tree);
    for (int i = 0; i < count; i++)
        if (tree->errors[i].status != VP_OK) return vp_fail(err, tree->errors[i].status, "%s", tree->errors[i].message);
    return VP_OK;
}

enum vp_status vp_synth_write_tree(struct vp_gpu *gpu, const struct vp_synth_request *request, struct vp_error *err) {
    enum vp_status status = VP_OK;
    for (uint32_t i = 0; status == VP_OK && i < (uint32_t)request->identities; i++) {
        char name[VP_SYNTH_NAME];
        vp_synth_name((struct vp_synth_place){i, 0}, name);
        *strchr(name, '/') = '\0';
        char *path = vp_synth_path(request, name);
        status = vp_make_folder(path, err);
        free(path);
    }
    struct tree tree = {.request = request, .pool = vp_pool_create(0), .errors = calloc(BATCH, sizeof *tree.errors)};
    vp_assert(tree.errors, "out of host memory for %d messages", BATCH);
    if (status == VP_OK) status = render_all(gpu, request, write_pngs, &tree, err);
    free(tree.errors);
    vp_pool_destroy(tree.pool);
    return status;
}

/* ---- one array --------------------------------------------------------------------------------------------------- */

struct packed {
    const struct vp_synth_request *request;
    struct vp_file file;
};

static enum vp_status append_rows(void *context, uint32_t first, int count, const unsigned char *rgb,
                                  struct vp_error *err) {
    struct packed *packed = context;
    (void)first;
    size_t bytes = 3 * (size_t)packed->request->size * (size_t)packed->request->size * (size_t)count;
    if (fwrite(rgb, 1, bytes, packed->file.stream) == bytes) return VP_OK;
    return vp_file_commit(&packed->file, err); /* says what is wrong, and removes the file */
}

/* Rows of one identity follow one another: identities are "videos" of their own (src/data/packed.h has the format). */
static enum vp_status write_index(const struct vp_synth_request *request, struct vp_error *err) {
    uint32_t identities = (uint32_t)request->identities,
             part[4] = {2, (uint32_t)request->images, identities, identities};
    uint32_t *images = calloc(identities, sizeof *images), *videos = calloc(identities, sizeof *videos);
    vp_assert(images && videos, "out of host memory for %u identities", identities);
    for (uint32_t i = 0; i < identities; i++) images[i] = vp_synth_images_of(request, i), videos[i] = 1;
    uint64_t origin = request->seed * 0x9E3779B97F4A7C15u + (uint64_t)request->images * 1000003u + identities * 4099u +
                      (uint32_t)request->size + (uint64_t)lrintf((1 - request->nuisance) * 1000) * 7919;
    const struct {
        const char *name;
        struct vp_array array;
    } arrays[] = {{"part", {VP_ARRAY_U32, 2, {1, 4}, part}},
                  {"video", {VP_ARRAY_U32, 1, {identities}, images}},
                  {"identity", {VP_ARRAY_U32, 1, {identities}, videos}},
                  {"origin", {VP_ARRAY_U64, 1, {1}, &origin}}};
    char *path = vp_synth_path(request, "index.npz");
    struct vp_npz_writer *writer = vp_npz_writer_create(path, true, err);
    enum vp_status status = writer ? VP_OK : err->status;
    for (int i = 0; i < 4 && status == VP_OK; i++) status = vp_npz_add(writer, arrays[i].name, &arrays[i].array, err);
    if (status == VP_OK) status = vp_npz_commit(writer, err);
    vp_npz_writer_destroy(writer);
    free(path);
    free(images);
    free(videos);
    return status;
}

enum vp_status vp_synth_write_packed(struct vp_gpu *gpu, const struct vp_synth_request *request, struct vp_error *err) {
    struct packed packed = {.request = request};
    char *path = vp_synth_path(request, "images.npy"), header[VP_NPY_MAX_HEADER];
    enum vp_status status = vp_file_begin(&packed.file, path, err);
    free(path);
    if (status != VP_OK) return status;
    const struct vp_array shape = {
        .type = VP_ARRAY_U8, .rank = 4, .shape = {request->images, request->size, request->size, 3}};
    size_t bytes = vp_npy_header_print(&shape, header);
    fwrite(header, 1, bytes, packed.file.stream);
    status = render_all(gpu, request, append_rows, &packed, err);
    if (status == VP_OK) status = vp_file_commit(&packed.file, err);
    vp_file_discard(&packed.file);
    return status == VP_OK ? write_index(request, err) : status;
}
