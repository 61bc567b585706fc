/* One pass over the images: while the device works on a batch, threads decode the next one. */
#include "vkpcl/embed.h"
#include "eval/embed_internal.h"
#include "eval/hash.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const names[VP_FEATURES] = {"trunk", "face", "pose", "face_projection", "pose_projection", "pixels"};

const char *vp_feature_name(enum vp_feature feature) {
    return names[feature];
}

int vp_feature_find(const char *name) {
    for (int i = 0; i < VP_FEATURES; i++)
        if (strcmp(names[i], name) == 0) return i;
    return -1;
}

int64_t vp_feature_columns(const struct vp_network *network, enum vp_feature feature, int size) {
    if (feature == VP_FEATURE_PIXELS) return (int64_t)size * size;
    int64_t edge = size;
    for (int i = 0; i < 4; i++) edge = (edge + 1) / 2; /* four convolutions of stride 2 */
    int64_t columns = vp_model_channels(&network->shape, 128) * edge * edge;
    bool projection = feature == VP_FEATURE_FACE_PROJECTION || feature == VP_FEATURE_POSE_PROJECTION;
    if (!projection) return columns;
    return network->heads && columns == vp_model_feature(&network->shape) ? vp_model_projection(&network->shape) : 0;
}

static enum vp_status load_file(void *context, int64_t index, struct vp_image *image, struct vp_error *err) {
    const char *const *paths = context;
    return vp_image_load(paths[index], image, err);
}

struct vp_picture_set vp_picture_files(const char *const *paths, int64_t count) {
    uint64_t hash = (uint64_t)count;
    for (int64_t i = 0; i < count; i++) {
        struct stat info = {0};
        (void)stat(paths[i], &info); /* a missing file shows when it is loaded */
        hash = vp_hash_text(hash, paths[i]);
        hash = vp_hash_word(hash, (uint64_t)info.st_size);
        hash = vp_hash_word(hash, (uint64_t)info.st_mtim.tv_sec * 1000000000u + (uint64_t)info.st_mtim.tv_nsec);
    }
    return (struct vp_picture_set){count, load_file, (void *)(uintptr_t)paths, hash};
}

void vp_features_fini(struct vp_features *features) {
    free(features->data);
    *features = (struct vp_features){0};
}

static int default_batch(int size, int64_t count) {
    int64_t batch = 64 * 64 * 64 / ((int64_t)size * size);
    if (batch < 4) batch = 4;
    if (batch > 256) batch = 256;
    return (int)(batch < count ? batch : count);
}

static void draw_progress(const struct vp_log *log, int64_t done, int64_t count) {
    if (!log || !log->is_tty || !log->out) return;
    fprintf(log->out, done < count ? "\rfeatures: %lld of %lld images" : "\r\033[K", (long long)done, (long long)count);
    fflush(log->out);
}

static enum vp_status read_features(const struct vp_embed_program *program, int64_t first, int count, unsigned wanted,
                                    struct vp_features *features, struct vp_error *err) {
    enum vp_status status = VP_OK;
    for (enum vp_feature f = 0; f < VP_FEATURES && status == VP_OK; f++)
        if (wanted >> f & 1)
            status = vp_embed_program_read(program, f, count, features[f].data + first * features[f].columns, err);
    return status;
}

static enum vp_status pass(struct vp_embed_program *program, struct vp_embed_batch *batch, unsigned wanted,
                           struct vp_features *features, const struct vp_log *log, struct vp_error *err) {
    int64_t all = batch->pictures->count, next = 0;
    int count = (int)(all < batch->capacity ? all : batch->capacity);
    enum vp_status status = vp_embed_batch_load(batch, 0, count, err);
    while (status == VP_OK && count > 0) {
        int64_t first = next;
        int running = count;
        status = vp_embed_program_run(program, batch, err); /* has its own copy of the batch when it returns */
        next = first + running;
        count = (int)(all - next < batch->capacity ? all - next : batch->capacity);
        if (status == VP_OK && count > 0) status = vp_embed_batch_load(batch, next, count, err);
        if (status == VP_OK) status = read_features(program, first, running, wanted, features, err);
        draw_progress(log, next, all);
    }
    return status;
}

static enum vp_status compute(struct vp_gpu *gpu, const struct vp_network *network,
                              const struct vp_picture_set *pictures, const struct vp_embed_settings *settings,
                              unsigned wanted, struct vp_features *features, struct vp_error *err) {
    int size = settings->size, max_side = 4 * size;
    int capacity = settings->batch > 0 ? settings->batch : default_batch(size, pictures->count);
    struct vp_embed_program program;
    enum vp_status status = vp_embed_program_init(&program, gpu, network ? network->params : NULL, capacity, size,
                                                  vp_embed_batch_bytes(capacity, max_side), wanted, false, err);
    if (status != VP_OK) return status;
    struct vp_embed_batch batch;
    vp_embed_batch_init(&batch, pictures, capacity, max_side, network && network->grey, settings->threads);
    status = pass(&program, &batch, wanted, features, settings->log, err);
    vp_gpu_wait(gpu, NULL); /* nothing may run on what is freed now */
    vp_embed_batch_fini(&batch);
    vp_embed_program_fini(&program);
    return status;
}

/* Shapes and memory of all wanted features; those in the cache are taken out of *wanted. */
static enum vp_status prepare(const struct vp_network *network, const struct vp_picture_set *pictures,
                              const struct vp_embed_settings *settings, unsigned *wanted, struct vp_features *features,
                              struct vp_error *err) {
    for (enum vp_feature f = 0; f < VP_FEATURES; f++) {
        if (!(*wanted >> f & 1)) continue;
        features[f].rows = pictures->count;
        features[f].columns = vp_feature_columns(network, f, settings->size);
        if (!features[f].columns)
            return vp_fail(err, VP_ERR_USAGE,
                           "%s cannot be had from images of %d px: %s; ask for trunk, face or pose, or for %d px",
                           names[f], settings->size,
                           network->heads ? "the projection heads are linear layers made for the training size"
                                          : "these weights hold no projection heads",
                           network->shape.size);
        if (settings->cache &&
            vp_feature_cache_read(settings->cache, vp_feature_key(network, pictures, settings->size, f), f,
                                  &features[f])) {
            vp_log(settings->log, VP_LOG_DEBUG, "%s features of %lld images: from the cache", names[f],
                   (long long)pictures->count);
            *wanted &= ~(1u << f);
            continue;
        }
        features[f].data = malloc((size_t)(features[f].rows * features[f].columns) * sizeof(float));
        if (!features[f].data)
            return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory for %lld x %lld %s features",
                           (long long)features[f].rows, (long long)features[f].columns, names[f]);
    }
    return VP_OK;
}

/* A cache that cannot be written costs time later, not the result now. */
static void remember(const struct vp_network *network, const struct vp_picture_set *pictures,
                     const struct vp_embed_settings *settings, enum vp_feature f, const struct vp_features *features) {
    struct vp_error why = {0};
    uint64_t key = vp_feature_key(network, pictures, settings->size, f);
    if (vp_feature_cache_write(settings->cache, key, f, features, &why) != VP_OK)
        vp_log(settings->log, VP_LOG_WARN, "features are not kept: %s", why.message);
}

enum vp_status vp_embed(struct vp_gpu *gpu, const struct vp_network *network, const struct vp_picture_set *pictures,
                        const struct vp_embed_settings *settings, unsigned wanted,
                        struct vp_features features[VP_FEATURES], struct vp_error *err) {
    vp_assert(network || !(wanted & ~(1u << VP_FEATURE_PIXELS)), "features %x without a network", wanted);
    memset(features, 0, VP_FEATURES * sizeof *features);
    if (pictures->count == 0) return vp_fail(err, VP_ERR_USAGE, "there are no images to embed");
    if (settings->size < 16 || settings->size > 1024)
        return vp_fail(err, VP_ERR_USAGE, "images of %d px are asked for: 16 to 1024 can be", settings->size);
    unsigned missing = wanted;
    enum vp_status status = prepare(network, pictures, settings, &missing, features, err);
    if (status == VP_OK && missing) status = compute(gpu, network, pictures, settings, missing, features, err);
    for (enum vp_feature f = 0; f < VP_FEATURES && status == VP_OK && settings->cache; f++)
        if (missing >> f & 1) remember(network, pictures, settings, f, &features[f]);
    for (enum vp_feature f = 0; f < VP_FEATURES && status != VP_OK; f++) vp_features_fini(&features[f]);
    return status;
}
