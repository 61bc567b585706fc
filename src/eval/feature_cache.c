/* Features on the disk: one .npy per feature, named by what went into it. Written whole or not at all, so that a killed
 * run leaves nothing that a later one could mistake for a result. */
#include "eval/embed_internal.h"
#include "eval/hash.h"
#include "vkpcl/file.h"
#include "vkpcl/npy.h"
#include <stdio.h>

enum { VERSION = 1 }; /* raise it when the same weights and images give other features */

uint64_t vp_feature_key(const struct vp_network *network, const struct vp_picture_set *pictures, int size,
                        enum vp_feature feature) {
    uint64_t key = vp_hash_word(VERSION, (uint64_t)size);
    key = vp_hash_word(vp_hash_word(key, (uint64_t)feature), pictures->hash);
    if (feature == VP_FEATURE_PIXELS) return key;
    return vp_hash_word(vp_hash_word(key, network->hash), network->grey);
}

static void path_of(char path[4096], const char *folder, uint64_t key, enum vp_feature feature) {
    snprintf(path, 4096, "%s/%016llx-%s.npy", folder, (unsigned long long)key, vp_feature_name(feature));
}

bool vp_feature_cache_read(const char *folder, uint64_t key, enum vp_feature feature, struct vp_features *features) {
    char path[4096];
    path_of(path, folder, key, feature);
    struct vp_array array;
    struct vp_error unread = {0};
    if (vp_npy_read(path, &array, &unread) != VP_OK) return false;
    if (!vp_array_is(&array, VP_ARRAY_F32, 2, (const int64_t[]){features->rows, features->columns})) {
        vp_array_fini(&array);
        return false;
    }
    features->data = array.data;
    return true;
}

enum vp_status vp_feature_cache_write(const char *folder, uint64_t key, enum vp_feature feature,
                                      const struct vp_features *features, struct vp_error *err) {
    char path[4096];
    path_of(path, folder, key, feature);
    struct vp_array array = {
        .type = VP_ARRAY_F32, .rank = 2, .shape = {features->rows, features->columns}, .data = features->data};
    enum vp_status status = vp_make_folder(folder, err);
    return status == VP_OK ? vp_npy_write(path, &array, err) : status;
}
