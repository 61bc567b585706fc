/* Drawn faces as pixels and as folders. */
#include "vkpcl/faces.h"
#include "data/face_model.h"
#include "vkpcl/file.h"
#include "vkpcl/rng.h"
#include "vkpcl/thread_pool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char byte_of(float light, float noise) {
    float value = sqrtf(light < 0 ? 0 : light) + noise;
    return (unsigned char)((value < 0 ? 0 : value > 1 ? 1 : value) * 255 + 0.5f);
}

/* Light at the image point (column, row), in pixels. */
static struct vp_v3 look(const struct vp_face_scene *scene, float pixel, float column, float row) {
    const struct vp_face_shot *how = &scene->how;
    return vp_face_trace(scene, column * pixel - how->zoom + how->shift_x, how->zoom - row * pixel + how->shift_y);
}

static float contrast(struct vp_v3 a, struct vp_v3 b) {
    return fabsf(a.x - b.x) + fabsf(a.y - b.y) + fabsf(a.z - b.z);
}

/* Four rays for each pixel that differs from a neighbour. */
static void smooth_edges(const struct vp_face_scene *scene, float pixel, int size, const struct vp_v3 *sharp,
                         struct vp_v3 *smooth) {
    for (int row = 0; row < size; row++) {
        for (int column = 0; column < size; column++) {
            int place = row * size + column;
            struct vp_v3 here = sharp[place];
            smooth[place] = here;
            float most = 0;
            if (column > 0) most = fmaxf(most, contrast(here, sharp[place - 1]));
            if (column + 1 < size) most = fmaxf(most, contrast(here, sharp[place + 1]));
            if (row > 0) most = fmaxf(most, contrast(here, sharp[place - size]));
            if (row + 1 < size) most = fmaxf(most, contrast(here, sharp[place + size]));
            if (most < 0.2f) continue;
            struct vp_v3 sum = {0};
            for (int s = 0; s < 4; s++)
                sum = vp_v3_add(sum, look(scene, pixel, (float)column + 0.25f + 0.5f * (float)(s & 1),
                                          (float)row + 0.25f + 0.5f * (float)(s >> 1)));
            smooth[place] = vp_v3_scale(sum, 0.25f);
        }
    }
}

void vp_face_draw(uint64_t seed, uint32_t identity, uint32_t image, int size, unsigned char *rgb) {
    vp_assert(size >= VP_FACES_MIN_SIZE && size <= VP_FACES_MAX_SIZE, "a face of %d pixels", size);
    struct vp_face_shot how = vp_face_shot_draw(seed, identity, image);
    struct vp_face_scene scene;
    float pixel = 2 * how.zoom / (float)size;
    vp_face_scene_init(&scene, vp_face_person_draw(seed, identity), how, pixel);
    int pixels = size * size;
    struct vp_v3 *sharp = malloc(2 * (size_t)pixels * sizeof *sharp), *smooth = sharp + pixels;
    vp_assert(sharp, "out of host memory for a face of %d pixels", size);
    for (int i = 0; i < pixels; i++) sharp[i] = look(&scene, pixel, (float)(i % size) + 0.5f, (float)(i / size) + 0.5f);
    smooth_edges(&scene, pixel, size, sharp, smooth);
    uint64_t noise_stream = vp_rng_stream(VP_RNG_FACES, identity);
    for (int i = 0; i < pixels; i++) {
        uint32_t words[4];
        vp_philox(seed, noise_stream, (uint64_t)1 << 63 | (uint64_t)image << 24 | (uint32_t)i, words);
        float grain[3];
        for (int k = 0; k < 3; k++) /* two uniform halves: a tent, near enough to a bell */
            grain[k] = how.noise * ((float)(words[k] & 0xffff) + (float)(words[k] >> 16) - 65535) / 26755;
        rgb[3 * i] = byte_of(smooth[i].x, grain[0]);
        rgb[3 * i + 1] = byte_of(smooth[i].y, grain[1]);
        rgb[3 * i + 2] = byte_of(smooth[i].z, grain[2]);
    }
    free(sharp);
}

struct writing {
    const struct vp_faces_request *request;
    struct vp_error *errors; /* of each image of the group */
    int first;
};

static void folder_of(const struct vp_faces_request *request, int identity, char *path, size_t bytes) {
    snprintf(path, bytes, "%s/identity_%04d/clip", request->folder, identity + 1);
}

static void write_one(void *context, int index) {
    struct writing *writing = context;
    const struct vp_faces_request *request = writing->request;
    int number = writing->first + index, identity = number % request->identities, image = number / request->identities;
    size_t bytes = strlen(request->folder) + 64;
    char *path = malloc(bytes);
    struct vp_image picture = {
        .width = request->size, .height = request->size, .rgb = malloc((size_t)(request->size * request->size * 3))};
    vp_assert(path && picture.rgb, "out of host memory for a face of %d pixels", request->size);
    folder_of(request, identity, path, bytes);
    size_t used = strlen(path);
    snprintf(path + used, bytes - used, "/%04d.png", image + 1);
    vp_face_draw(request->seed, (uint32_t)identity, (uint32_t)image, request->size, picture.rgb);
    writing->errors[index].status = VP_OK;
    vp_image_write_png(path, &picture, &writing->errors[index]);
    vp_image_fini(&picture);
    free(path);
}

static enum vp_status make_folders(const struct vp_faces_request *request, struct vp_error *err) {
    size_t bytes = strlen(request->folder) + 64;
    char *path = malloc(bytes);
    vp_assert(path, "out of host memory for a path of %zu bytes", bytes);
    enum vp_status status = VP_OK;
    for (int i = 0; status == VP_OK && i < request->identities; i++) {
        folder_of(request, i, path, bytes);
        status = vp_make_folder(path, err);
    }
    free(path);
    return status;
}

enum { GROUP = 256 }; /* images between two looks at whether writing still works */

enum vp_status vp_faces_write(const struct vp_faces_request *request, struct vp_error *err) {
    if (request->identities < 1 || request->images < request->identities)
        return vp_fail(err, VP_ERR_USAGE, "%d images of %d people: expected at least one person, and one image of each",
                       request->images, request->identities);
    if (request->size < VP_FACES_MIN_SIZE || request->size > VP_FACES_MAX_SIZE)
        return vp_fail(err, VP_ERR_USAGE, "faces of %d pixels: expected %d to %d", request->size, VP_FACES_MIN_SIZE,
                       VP_FACES_MAX_SIZE);
    enum vp_status status = make_folders(request, err);
    if (status != VP_OK) return status;
    struct vp_pool *pool = vp_pool_create(request->threads);
    struct vp_error *errors = calloc(GROUP, sizeof *errors);
    vp_assert(errors, "out of host memory for %d messages", GROUP);
    int total = request->images;
    for (int first = 0; status == VP_OK && first < total; first += GROUP) {
        struct writing writing = {.request = request, .errors = errors, .first = first};
        int count = total - first < GROUP ? total - first : GROUP;
        vp_pool_for(pool, count, write_one, &writing);
        for (int i = 0; status == VP_OK && i < count; i++)
            if (errors[i].status != VP_OK) status = vp_fail(err, errors[i].status, "%s", errors[i].message);
    }
    free(errors);
    vp_pool_destroy(pool);
    return status;
}
