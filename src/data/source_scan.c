/* Folders: read recursively, in the order of names, so that the numbers of images are the same on every machine. */
#include "data/source_internal.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_DEPTH = 32 };

/* What is being looked for, and what was seen. */
struct scan {
    struct vp_source *source;
    enum vp_data_layout layout;
    bool starts_identity; /* the next folder with images is the first of an identity */
    bool split_names;     /* a folder right below the root is called train, images, ... */
    uint32_t root_images, other_files;
    struct vp_error *err;
};

struct entry {
    char *name;
    bool is_folder;
};

struct listing {
    struct entry *entries;
    size_t count, room;
};

static char *joined(const char *folder, const char *name) {
    size_t a = strlen(folder), b = strlen(name);
    bool slash = a > 0 && folder[a - 1] != '/';
    char *path = malloc(a + b + 2);
    vp_assert(path, "out of host memory for a path of %zu bytes", a + b + 2);
    memcpy(path, folder, a);
    if (slash) path[a] = '/';
    memcpy(path + a + slash, name, b + 1);
    return path;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static void forget(struct listing *list) {
    for (size_t i = 0; i < list->count; i++) free(list->entries[i].name);
    free(list->entries);
}

/* 'f' a file, 'd' a folder, 0 neither. Asking the folder entry first spares a call per file on most file systems. */
static char kind_of(const struct dirent *found, const char *folder) {
    if (found->d_type == DT_REG) return 'f';
    if (found->d_type == DT_DIR) return 'd';
    if (found->d_type != DT_UNKNOWN && found->d_type != DT_LNK) return 0;
    struct stat info;
    char *path = joined(folder, found->d_name);
    int failed = stat(path, &info);
    free(path);
    return failed ? 0 : S_ISREG(info.st_mode) ? 'f' : S_ISDIR(info.st_mode) ? 'd' : 0;
}

static enum vp_status list_folder(struct scan *scan, const char *folder, struct listing *list) {
    *list = (struct listing){0};
    DIR *stream = opendir(folder);
    if (!stream) return vp_fail(scan->err, VP_ERR_IO, "cannot read the folder %s: %s", folder, strerror(errno));
    const struct dirent *found;
    while ((errno = 0, found = readdir(stream))) {
        if (found->d_name[0] == '.') continue;
        char kind = kind_of(found, folder);
        if (kind == 'f' && !vp_source_is_image(found->d_name)) scan->other_files++, kind = 0;
        if (!kind) continue;
        if (list->count == list->room) {
            list->room = list->room * 2 + 64;
            list->entries = realloc(list->entries, list->room * sizeof *list->entries);
            vp_assert(list->entries, "out of host memory for %zu names", list->room);
        }
        list->entries[list->count++] = (struct entry){.name = joined("", found->d_name), .is_folder = kind == 'd'};
    }
    int error = errno;
    closedir(stream);
    if (error) {
        forget(list);
        return vp_fail(scan->err, VP_ERR_IO, "cannot read the folder %s: %s", folder, strerror(error));
    }
    if (list->count) qsort(list->entries, list->count, sizeof *list->entries, by_name);
    return VP_OK;
}

static void add_images(struct scan *scan, const char *folder, int depth, const struct listing *list) {
    bool begun = false;
    for (size_t i = 0; i < list->count; i++) {
        if (list->entries[i].is_folder) continue;
        if (depth == 0) scan->root_images++;
        if (depth == 0 && scan->layout == VP_LAYOUT_IDENTITY) continue; /* they belong to nobody */
        if (!begun) vp_source_add_folder(scan->source, folder, scan->starts_identity);
        begun = true, scan->starts_identity = false;
        vp_source_add_image(scan->source, list->entries[i].name);
    }
}

/* Common names of folders that hold many people each. */
static bool names_a_split(const char *name) {
    static const char *const names[] = {"train",   "training", "val",  "valid", "validation", "test",
                                        "testing", "dev",      "img",  "imgs",  "image",      "images",
                                        "crops",   "frames",   "data", NULL};
    for (int i = 0; names[i]; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

static enum vp_status scan_folder(struct scan *scan, const char *folder, int depth) {
    if (depth > MAX_DEPTH)
        return vp_fail(scan->err, VP_ERR_USAGE,
                       "%s lies more than %d folders deep: perhaps a link leads back to a folder above it", folder,
                       MAX_DEPTH);
    struct listing list;
    enum vp_status status = list_folder(scan, folder, &list);
    if (status != VP_OK) return status;
    add_images(scan, folder, depth, &list);
    for (size_t i = 0; status == VP_OK && i < list.count; i++) {
        if (!list.entries[i].is_folder) continue;
        if (depth == 0) {
            scan->starts_identity = true;
            scan->split_names |= names_a_split(list.entries[i].name);
        }
        char *path = joined(folder, list.entries[i].name);
        status = scan_folder(scan, path, depth + 1);
        free(path);
    }
    forget(&list);
    return status;
}

enum vp_status vp_source_scan(struct vp_source *source, const char *path, enum vp_data_layout layout,
                              const struct vp_log *log, struct vp_error *err) {
    uint32_t before = source->images;
    struct scan scan = {.source = source, .layout = layout, .err = err};
    vp_source_begin_part(source, path);
    enum vp_status status = scan_folder(&scan, path, 0);
    if (status != VP_OK) return status;
    uint32_t images = source->images - before, identities = vp_source_part_identities(source);
    if (images == 0 && scan.root_images > 0)
        return vp_fail(err, VP_ERR_USAGE,
                       "%s is no identity tree: its %u images lie in the folder itself and not in one folder for each "
                       "person; use data.layout: folder",
                       path, scan.root_images);
    if (images == 0)
        return vp_fail(err, VP_ERR_USAGE, "%s holds no images (%s): %u other files were found", path, VP_SOURCE_ENDINGS,
                       scan.other_files);
    if (layout == VP_LAYOUT_AUTO) {
        bool is_tree = scan.root_images == 0 && identities >= 2 && images > identities && !scan.split_names;
        layout = is_tree ? VP_LAYOUT_IDENTITY : VP_LAYOUT_FOLDER;
    } else if (scan.root_images > 0 && layout == VP_LAYOUT_IDENTITY) {
        vp_log(log, VP_LOG_WARN, "%u images directly in %s belong to no identity and are left out", scan.root_images,
               path);
    }
    vp_source_end_part(source, layout);
    return VP_OK;
}
