#include "cli/image_list.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void add(struct vp_image_list *list, const char *path, struct vp_listed_image item) {
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 256;
        list->path = realloc(list->path, (size_t)list->room * sizeof *list->path);
        list->item = realloc(list->item, (size_t)list->room * sizeof *list->item);
        vp_assert(list->path && list->item, "no host memory for %lld paths", (long long)list->room);
    }
    char *copy = malloc(strlen(path) + 1);
    vp_assert(copy, "no host memory for a path");
    list->item[list->count] = item;
    list->path[list->count++] = strcpy(copy, path);
}

static bool is_image(const char *path) {
    static const char *const endings[] = {".jpg", ".jpeg", ".png", ".bmp", ".pgm", ".ppm"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot, endings[i]) == 0) return true;
    return false;
}

enum vp_status vp_image_list_open(struct vp_image_list *list, const struct vp_texts *operands, const struct vp_log *log,
                                  struct vp_error *err) {
    *list = (struct vp_image_list){0};
    for (int i = 0; i < operands->count; i++) {
        if (is_image(operands->text[i])) {
            add(list, operands->text[i], (struct vp_listed_image){0});
            continue;
        }
        struct vp_source *source;
        enum vp_status status = vp_source_open(&operands->text[i], 1, VP_LAYOUT_AUTO, log, &source, err);
        if (status != VP_OK) return status;
        list->source[list->sources++] = source;
        char path[4096];
        for (uint32_t image = 0; image < vp_source_images(source); image++) {
            vp_source_path(source, image, path, sizeof path);
            add(list, path, (struct vp_listed_image){source, image});
        }
    }
    return VP_OK;
}

void vp_image_list_fini(struct vp_image_list *list) {
    for (int64_t i = 0; i < list->count; i++) free(list->path[i]);
    for (int i = 0; i < list->sources; i++) vp_source_destroy(list->source[i]);
    free(list->path);
    free(list->item);
    *list = (struct vp_image_list){0};
}

static enum vp_status load(void *context, int64_t index, struct vp_image *image, struct vp_error *err) {
    const struct vp_image_list *list = context;
    const struct vp_listed_image *item = &list->item[index];
    int width, height;
    const unsigned char *packed = item->source ? vp_source_pixels(item->source, item->image, &width, &height) : NULL;
    return packed ? vp_image_copy(packed, width, height, image, err) : vp_image_load(list->path[index], image, err);
}

struct vp_picture_set vp_image_list_pictures(const struct vp_image_list *list) {
    return (struct vp_picture_set){.count = list->count, .load = load, .context = (void *)(uintptr_t)list};
}
