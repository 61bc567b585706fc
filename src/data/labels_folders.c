/* A folder for each class, perhaps below one for each split: ROOT/happiness/a.jpg, ROOT/train/happiness/a.jpg. */
#include "data/labels_internal.h"
#include "data/source_internal.h"
#include <stdlib.h>
#include <string.h>

/* The next folder name of a path, copied; returns what lies behind it, or NULL: it is the file's name. */
static const char *next_folder(const char *path, char name[256]) {
    const char *slash = strchr(path, '/');
    if (!slash) return NULL;
    size_t length = (size_t)(slash - path) < 255 ? (size_t)(slash - path) : 255;
    memcpy(name, path, length);
    name[length] = '\0';
    return slash + 1;
}

static enum vp_status add_image(struct vp_labels_builder *builder, const char *root, const char *path,
                                struct vp_error *err) {
    const char *inside = path + strlen(root);
    while (*inside == '/') inside++;
    char name[256];
    enum vp_split split = VP_SPLIT_NONE;
    const char *rest = next_folder(inside, name);
    if (rest && vp_split_of(name) != VP_SPLIT_NONE) {
        split = vp_split_of(name);
        rest = next_folder(rest, name);
    }
    if (!rest)
        return vp_fail(err, VP_ERR_FORMAT, "%s: expected a folder for each class, found an image that lies in none",
                       path);
    struct vp_label *label = vp_labels_add(builder, "", path);
    label->split = split;
    label->category = vp_names_add(&builder->categories, name);
    return VP_OK;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Numbers follow the sorted names, whichever split names a class first. */
static void sort_categories(struct vp_labels_builder *builder) {
    struct vp_names sorted;
    vp_names_init(&sorted, builder->arena);
    const char *const *found = vp_names_array(&builder->categories);
    int count = builder->categories.count;
    const char **order = vp_arena_array(builder->arena, const char *, count);
    memcpy(order, found, (size_t)count * sizeof *order);
    qsort(order, (size_t)count, sizeof *order, by_text);
    for (int i = 0; i < count; i++) vp_names_add(&sorted, order[i]);
    for (int i = 0; i < builder->labels.count; i++) {
        int *category = &builder->labels.items[i].category;
        *category = vp_names_find(&sorted, found[*category]);
    }
    vp_names_fini(&builder->categories);
    builder->categories = sorted;
}

enum vp_status vp_labels_read_folders(struct vp_labels_builder *builder, const struct vp_labels_request *request,
                                      struct vp_error *err) {
    struct vp_source *source;
    enum vp_status status = vp_source_open(&request->path, 1, VP_LAYOUT_FOLDER, NULL, &source, err);
    if (status != VP_OK) return status;
    for (uint32_t i = 0; status == VP_OK && i < vp_source_images(source); i++) {
        char path[4096];
        vp_source_path(source, i, path, sizeof path);
        status = add_image(builder, request->path, path, err);
    }
    vp_source_destroy(source);
    if (status == VP_OK) sort_categories(builder);
    return status;
}
