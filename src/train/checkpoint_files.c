/* The checkpoints of a folder: found by their numbers, pruned to the newest few. */
#include "train/checkpoint_internal.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "checkpoint-"
#define SUFFIX ".safetensors"
enum { DIGITS = 8 };

const char *vp_checkpoint_name(int64_t number, char buffer[64]) {
    snprintf(buffer, 64, PREFIX "%0*lld" SUFFIX, DIGITS, (long long)number);
    return buffer;
}

enum vp_status vp_checkpoint_path(const char *folder, int64_t number, char path[VP_PATH_BYTES], struct vp_error *err) {
    char name[64];
    int length = snprintf(path, VP_PATH_BYTES, "%s/%s", folder, vp_checkpoint_name(number, name));
    if (length < VP_PATH_BYTES) return VP_OK;
    return vp_fail(err, VP_ERR_IO, "the path of the run's folder is too long: %.200s...", folder);
}

/* The number in a file's name that ends in `suffix`; -1: some other file. */
static int64_t number_of(const char *name, const char *suffix) {
    size_t prefix = strlen(PREFIX), digits;
    if (strncmp(name, PREFIX, prefix) != 0) return -1;
    name += prefix;
    digits = strspn(name, "0123456789");
    if (digits < DIGITS || digits > 18 || strcmp(name + digits, suffix) != 0) return -1;
    return (int64_t)strtoll(name, NULL, 10);
}

static int rising(const void *a, const void *b) {
    int64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

enum vp_status vp_checkpoint_list(const char *folder, int64_t **numbers, int *count, struct vp_error *err) {
    *numbers = NULL, *count = 0;
    DIR *dir = opendir(folder);
    if (!dir) return vp_fail(err, VP_ERR_IO, "cannot open the run's folder %s: %s", folder, strerror(errno));
    int capacity = 0;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        int64_t number = number_of(entry->d_name, SUFFIX);
        if (number < 0) continue;
        if (*count == capacity) {
            capacity = capacity ? 2 * capacity : 16;
            *numbers = realloc(*numbers, (size_t)capacity * sizeof **numbers);
            vp_assert(*numbers, "no host memory to list %s", folder);
        }
        (*numbers)[(*count)++] = number;
    }
    closedir(dir);
    if (*count > 0) qsort(*numbers, (size_t)*count, sizeof **numbers, rising);
    return VP_OK;
}

enum vp_status vp_checkpoint_newest(const char *folder, char *path, size_t bytes, struct vp_error *err) {
    int64_t *numbers;
    int count;
    enum vp_status status = vp_checkpoint_list(folder, &numbers, &count, err);
    if (status != VP_OK) return status;
    char newest[VP_PATH_BYTES];
    if (count == 0)
        status = vp_fail(err, VP_ERR_IO,
                         "no checkpoint in %s (%sNNNNNNNN%s): there is nothing to resume; start anew without --resume, "
                         "in another folder or "
                         "after deleting this one",
                         folder, PREFIX, SUFFIX);
    else
        status = vp_checkpoint_path(folder, numbers[count - 1], newest, err);
    free(numbers);
    if (status != VP_OK) return status;
    if (strlen(newest) >= bytes) return vp_fail(err, VP_ERR_IO, "the path %s is too long", newest);
    memcpy(path, newest, strlen(newest) + 1);
    return VP_OK;
}

static void remove_file(const char *folder, const char *name, const struct vp_log *log) {
    char path[VP_PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) return;
    if (unlink(path) != 0 && errno != ENOENT && log)
        vp_log(log, VP_LOG_WARN, "cannot remove the old checkpoint %s: %s", path, strerror(errno));
}

void vp_checkpoint_prune(const char *folder, int64_t newest, int keep, const struct vp_log *log) {
    int64_t *numbers;
    int count, kept = 0;
    if (vp_checkpoint_list(folder, &numbers, &count, NULL) == VP_OK)
        for (int i = count - 1; i >= 0; i--) {
            char name[64];
            if (numbers[i] <= newest && ++kept > keep) remove_file(folder, vp_checkpoint_name(numbers[i], name), log);
        }
    free(numbers);

    DIR *dir = opendir(folder);
    if (!dir) return;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (number_of(entry->d_name, SUFFIX ".tmp") >= 0) remove_file(folder, entry->d_name, log);
    closedir(dir);
}
