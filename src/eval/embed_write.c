/* Features as files that numpy and PyTorch read. */
#include "vkpcl/embed.h"
#include "vkpcl/file.h"
#include "vkpcl/npy.h"
#include "vkpcl/npz.h"
#include "vkpcl/safetensors.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool ends_in(const char *path, const char *ending) {
    size_t length = strlen(path), tail = strlen(ending);
    return length > tail && strcmp(path + length - tail, ending) == 0;
}

enum vp_status vp_embed_check_path(const char *path, unsigned wanted, struct vp_error *err) {
    bool many = ends_in(path, ".npz") || ends_in(path, ".safetensors");
    if (!many && !ends_in(path, ".npy"))
        return vp_fail(err, VP_ERR_USAGE, "cannot tell the format of %s: it must end in .npz, .npy or .safetensors",
                       path);
    if (!many && wanted & (wanted - 1))
        return vp_fail(err, VP_ERR_USAGE, "%s holds one array only: name one feature, or write .npz or .safetensors",
                       path);
    struct vp_file file;
    enum vp_status status = vp_file_begin(&file, path, err);
    if (status == VP_OK) vp_file_discard(&file);
    return status;
}

static int list_arrays(const struct vp_features *features, unsigned wanted, struct vp_named_array *arrays) {
    int count = 0;
    for (enum vp_feature f = 0; f < VP_FEATURES; f++)
        if (wanted >> f & 1)
            arrays[count++] = (struct vp_named_array){vp_feature_name(f),
                                                      {.type = VP_ARRAY_F32,
                                                       .rank = 2,
                                                       .shape = {features[f].rows, features[f].columns},
                                                       .data = features[f].data}};
    return count;
}

static enum vp_status write_npz(const char *path, const struct vp_named_array *arrays, int count,
                                struct vp_error *err) {
    struct vp_npz_writer *writer = vp_npz_writer_create(path, false, err);
    enum vp_status status = writer ? VP_OK : err->status;
    for (int i = 0; i < count && status == VP_OK; i++)
        status = vp_npz_add(writer, arrays[i].name, &arrays[i].array, err);
    if (status == VP_OK) status = vp_npz_commit(writer, err);
    vp_npz_writer_destroy(writer);
    return status;
}

static char *join_lines(const char *const *images, int64_t count) {
    size_t bytes = 1;
    for (int64_t i = 0; i < count; i++) bytes += strlen(images[i]) + 1;
    char *text = malloc(bytes), *end = text;
    vp_assert(text, "no host memory for a list of %lld paths", (long long)count);
    for (int64_t i = 0; i < count; i++) {
        size_t length = strlen(images[i]);
        memcpy(end, images[i], length);
        end[length] = '\n';
        end += length + 1;
    }
    *end = '\0';
    return text;
}

enum vp_status vp_embed_write(const char *path, const struct vp_features features[VP_FEATURES], unsigned wanted,
                              const char *const *images, int64_t count, struct vp_error *err) {
    struct vp_named_array arrays[VP_FEATURES];
    int array_count = list_arrays(features, wanted, arrays);
    char list[4096];
    enum vp_status status = vp_embed_check_path(path, wanted, err);
    if (status != VP_OK) return status;
    if (snprintf(list, sizeof list, "%s.images.txt", path) >= (int)sizeof list)
        return vp_fail(err, VP_ERR_IO, "the path %.80s... is too long", path);
    char *lines = join_lines(images, count);
    status = vp_file_write(list, lines, strlen(lines), err);
    if (status == VP_OK && ends_in(path, ".npy")) status = vp_npy_write(path, &arrays[0].array, err);
    if (status == VP_OK && ends_in(path, ".npz")) status = write_npz(path, arrays, array_count, err);
    if (status == VP_OK && ends_in(path, ".safetensors"))
        status = vp_safetensors_write(path, arrays, array_count, &(struct vp_metadata){"images", lines}, 1, err);
    free(lines);
    return status;
}
