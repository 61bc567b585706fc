/* A set of synthetic faces: checked, written, and taken back when something fails. */
#include "data/synth_set.h"
#include "vkpcl/file.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint32_t vp_synth_images_of(const struct vp_synth_request *request, uint32_t identity) {
    uint32_t each = (uint32_t)(request->images / request->identities),
             rest = (uint32_t)(request->images % request->identities);
    return each + (identity < rest);
}

struct vp_synth_place vp_synth_place_of(const struct vp_synth_request *request, uint32_t row) {
    uint32_t each = (uint32_t)(request->images / request->identities),
             rest = (uint32_t)(request->images % request->identities);
    uint32_t longer = rest * (each + 1);
    if (row < longer) return (struct vp_synth_place){row / (each + 1), row % (each + 1)};
    return (struct vp_synth_place){rest + (row - longer) / each, (row - longer) % each};
}

void vp_synth_name(struct vp_synth_place place, char name[VP_SYNTH_NAME]) {
    snprintf(name, VP_SYNTH_NAME, "identity_%05u/%05u.png", place.identity + 1, place.image + 1);
}

char *vp_synth_path(const struct vp_synth_request *request, const char *name) {
    size_t bytes = strlen(request->folder) + strlen(name) + 2;
    char *path = malloc(bytes);
    vp_assert(path, "out of host memory for a path of %zu bytes", bytes);
    snprintf(path, bytes, "%s/%s", request->folder, name);
    return path;
}

/* Names in the folder: 0 when it is empty or missing. */
static int entries(const char *folder) {
    DIR *directory = opendir(folder);
    int count = 0;
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (directory) closedir(directory);
    return count;
}

enum vp_status vp_synth_check(const struct vp_synth_request *request, struct vp_error *err) {
    if (request->identities < 1)
        return vp_fail(err, VP_ERR_USAGE, "%d identities: expected at least one", request->identities);
    if (request->images < request->identities)
        return vp_fail(err, VP_ERR_USAGE, "%d images of %d identities: expected at least one of each", request->images,
                       request->identities);
    if (request->size < VP_SYNTH_MIN_SIZE || request->size > VP_SYNTH_MAX_SIZE)
        return vp_fail(err, VP_ERR_USAGE, "faces of %d pixels: expected %d to %d", request->size, VP_SYNTH_MIN_SIZE,
                       VP_SYNTH_MAX_SIZE);
    if (!(request->nuisance >= 0 && request->nuisance <= 1))
        return vp_fail(err, VP_ERR_USAGE, "a nuisance of %g: expected 0 to 1", (double)request->nuisance);
    if (entries(request->folder))
        return vp_fail(err, VP_ERR_USAGE, "%s holds something already: name another folder, or remove it first",
                       request->folder);
    return VP_OK;
}

/* Everything the folder can hold of this set; it was empty before. */
static void take_back(const struct vp_synth_request *request) {
    static const char *const files[] = {"images.npy", "index.npz", "labels.csv", "identities.csv", "pairs.csv"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *path = vp_synth_path(request, files[i]);
        unlink(path);
        free(path);
    }
    for (uint32_t row = 0; !request->packed && row < (uint32_t)request->images; row++) {
        struct vp_synth_place place = vp_synth_place_of(request, row);
        char name[VP_SYNTH_NAME];
        vp_synth_name(place, name);
        char *path = vp_synth_path(request, name);
        unlink(path);
        *strrchr(path, '/') = '\0';
        if (place.image + 1 == vp_synth_images_of(request, place.identity)) rmdir(path);
        free(path);
    }
    rmdir(request->folder);
}

enum vp_status vp_synth_write(struct vp_gpu *gpu, const struct vp_synth_request *request, struct vp_error *err) {
    enum vp_status status = vp_synth_check(request, err);
    if (status == VP_OK) status = vp_make_folder(request->folder, err);
    if (status != VP_OK) return status;
    status = request->packed ? vp_synth_write_packed(gpu, request, err) : vp_synth_write_tree(gpu, request, err);
    if (status == VP_OK) status = vp_synth_write_identities(request, err);
    if (status == VP_OK) status = vp_synth_write_pairs(request, err);
    if (status == VP_OK) status = vp_synth_write_labels(request, err); /* last: with it the set is whole */
    if (status != VP_OK) take_back(request);
    return status;
}
