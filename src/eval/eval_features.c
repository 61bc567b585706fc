/* What is looked at (images of labels) and through what (pixels, an untrained network, a checkpoint). */
#include "eval/eval_internal.h"
#include "eval/hash.h"
#include <stdlib.h>
#include <sys/stat.h>

static enum vp_status load_label(void *context, int64_t index, struct vp_image *image, struct vp_error *err) {
    return vp_label_image(context, (int)index, image, err);
}

/* Files by path, size and time of change; pixels in memory by their bytes. */
struct vp_picture_set vp_eval_pictures(const struct vp_labels *labels) {
    uint64_t hash = (uint64_t)labels->count;
    size_t pixels = 3 * (size_t)labels->height * (size_t)labels->width;
    for (int i = 0; i < labels->count; i++) {
        const char *path = labels->items[i].path;
        if (!path) {
            hash = vp_hash_bytes(hash, labels->pixels + (size_t)i * pixels, pixels);
            continue;
        }
        struct stat info = {0};
        (void)stat(path, &info);
        hash = vp_hash_word(vp_hash_text(hash, path), (uint64_t)info.st_size);
        hash = vp_hash_word(hash, (uint64_t)info.st_mtim.tv_sec * 1000000000u + (uint64_t)info.st_mtim.tv_nsec);
    }
    return (struct vp_picture_set){labels->count, load_label, (void *)(uintptr_t)labels, hash};
}

static enum vp_status load_pair(void *context, int64_t index, struct vp_image *image, struct vp_error *err) {
    return vp_pair_image(context, (int)index, image, err);
}

struct vp_picture_set vp_eval_pair_pictures(const struct vp_pairs *pairs) {
    if (!pairs->pixels) return vp_picture_files(pairs->paths, pairs->images);
    uint64_t hash = (uint64_t)pairs->images;
    size_t bytes = 3 * (size_t)pairs->height * (size_t)pairs->width;
    for (int i = 0; i < pairs->images; i++) hash = vp_hash_bytes(hash, pairs->pixels + pairs->row[i] * bytes, bytes);
    return (struct vp_picture_set){pairs->images, load_pair, (void *)(uintptr_t)pairs, hash};
}

static bool wanted(const struct vp_eval_settings *settings, enum vp_eval_source source) {
    return settings->sources >> source & 1;
}

static void add(struct vp_eval_looks *looks, enum vp_eval_source source, struct vp_network *network) {
    looks->look[looks->count++] = (struct vp_eval_look){source, network};
}

enum vp_status vp_eval_looks_open(struct vp_eval_looks *looks, struct vp_gpu *gpu,
                                  const struct vp_eval_settings *settings, struct vp_error *err) {
    *looks = (struct vp_eval_looks){0};
    struct vp_network *trained = &looks->network[VP_SOURCE_CHECKPOINT], *random = &looks->network[VP_SOURCE_RANDOM];
    struct vp_model_shape shape = settings->random_shape;
    if (!(shape.width > 0)) shape = (struct vp_model_shape){1.0, 64};
    bool trained_wanted = wanted(settings, VP_SOURCE_CHECKPOINT);
    if (trained_wanted && !settings->weights)
        return vp_fail(err, VP_ERR_USAGE,
                       "features of a checkpoint are asked for: --weights must name a run or a file");
    enum vp_status status = VP_OK;
    if (settings->weights) {
        status = vp_network_open(trained, gpu, settings->weights, err);
        shape = trained->shape;
    }
    if (status == VP_OK && wanted(settings, VP_SOURCE_PIXELS)) add(looks, VP_SOURCE_PIXELS, NULL);
    if (status == VP_OK && wanted(settings, VP_SOURCE_RANDOM)) {
        status = vp_network_random(random, gpu, &shape, settings->seed, err);
        random->grey = trained->grey;
        add(looks, VP_SOURCE_RANDOM, random);
    }
    if (trained_wanted) add(looks, VP_SOURCE_CHECKPOINT, trained);
    if (status != VP_OK) vp_eval_looks_close(looks);
    return status;
}

void vp_eval_looks_close(struct vp_eval_looks *looks) {
    for (int i = 0; i < VP_EVAL_SOURCES; i++)
        if (looks->network[i].params) vp_network_close(&looks->network[i]);
    *looks = (struct vp_eval_looks){0};
}

enum vp_status vp_eval_look_at(const struct vp_eval_look *look, struct vp_gpu *gpu,
                               const struct vp_eval_settings *settings, int size, const struct vp_picture_set *pictures,
                               unsigned features_wanted, struct vp_features features[VP_FEATURES],
                               struct vp_error *err) {
    struct vp_embed_settings embed = {.size = size,
                                      .batch = settings->embed_batch,
                                      .threads = settings->threads,
                                      .cache = settings->cache,
                                      .log = settings->log};
    if (!look->network) features_wanted = 1u << VP_FEATURE_PIXELS;
    return vp_embed(gpu, look->network, pictures, &embed, features_wanted, features, err);
}
