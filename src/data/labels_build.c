/* Growing a set of labels item by item. */
#include "data/labels_internal.h"
#include "data/packed.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What the public struct stands in. */
struct owned {
    struct vp_labels labels;
    struct vp_arena *arena;
    signed char *au;
    float *au_intensity;
    unsigned char *pixels;
    struct vp_packed *packed;
};

void vp_labels_begin(struct vp_labels_builder *builder) {
    *builder = (struct vp_labels_builder){.arena = vp_arena_create()};
    vp_names_init(&builder->identities, builder->arena);
    vp_names_init(&builder->categories, builder->arena);
}

void vp_labels_set_aus(struct vp_labels_builder *builder, const char *const *names, int count, bool intensity) {
    vp_assert(builder->labels.count == 0, "action units behind %d items", builder->labels.count);
    const char **copy = vp_arena_array(builder->arena, const char *, count);
    for (int i = 0; i < count; i++) copy[i] = vp_arena_printf(builder->arena, "AU%d", vp_au_number(names[i]));
    builder->labels.aus = count;
    builder->labels.au_names = copy;
    if (intensity) builder->au_intensity = malloc(1); /* grows with the items */
}

static void *grown(void *array, int count, size_t bytes) {
    void *larger = realloc(array, (size_t)count * bytes + 1);
    vp_assert(larger, "out of host memory for %d labels", count);
    return larger;
}

static void make_room(struct vp_labels_builder *builder) {
    struct vp_labels *labels = &builder->labels;
    if (labels->count < builder->room) return;
    builder->room = builder->room * 2 + 64;
    labels->items = grown(labels->items, builder->room, sizeof *labels->items);
    if (!labels->aus) return;
    builder->au = grown(builder->au, builder->room, (size_t)labels->aus);
    if (builder->au_intensity)
        builder->au_intensity =
            grown(builder->au_intensity, builder->room, (size_t)labels->aus * sizeof *builder->au_intensity);
}

struct vp_label *vp_labels_add(struct vp_labels_builder *builder, const char *root, const char *path) {
    make_room(builder);
    int item = builder->labels.count++;
    struct vp_label *label = &builder->labels.items[item];
    *label = (struct vp_label){.path = path ? vp_path_joined(builder->arena, root, path) : NULL,
                               .identity = VP_LABEL_MISSING,
                               .category = VP_LABEL_MISSING,
                               .yaw = NAN,
                               .pitch = NAN,
                               .roll = NAN};
    for (int i = 0; i < builder->labels.aus; i++) {
        *vp_labels_au(builder, i) = VP_LABEL_MISSING;
        if (builder->au_intensity) *vp_labels_au_intensity(builder, i) = NAN;
    }
    return label;
}

static size_t au_place(const struct vp_labels_builder *builder, int au) {
    return (size_t)(builder->labels.count - 1) * (size_t)builder->labels.aus + (size_t)au;
}

signed char *vp_labels_au(struct vp_labels_builder *builder, int au) {
    return builder->au + au_place(builder, au);
}

float *vp_labels_au_intensity(struct vp_labels_builder *builder, int au) {
    return builder->au_intensity + au_place(builder, au);
}

struct vp_labels *vp_labels_end(struct vp_labels_builder *builder, const char *format) {
    struct owned *owned = malloc(sizeof *owned);
    vp_assert(owned, "out of host memory for labels");
    struct vp_labels *labels = &builder->labels;
    labels->format = format;
    labels->identities = builder->identities.count;
    labels->identity_names = vp_names_array(&builder->identities);
    labels->categories = builder->categories.count;
    labels->category_names = vp_names_array(&builder->categories);
    labels->au = builder->au;
    labels->au_intensity = builder->au_intensity;
    if (builder->pixels) labels->pixels = builder->pixels;
    *owned =
        (struct owned){*labels, builder->arena, builder->au, builder->au_intensity, builder->pixels, builder->packed};
    vp_names_fini(&builder->identities);
    vp_names_fini(&builder->categories);
    return &owned->labels;
}

void vp_labels_abandon(struct vp_labels_builder *builder) {
    vp_labels_destroy(vp_labels_end(builder, ""));
}

void vp_labels_destroy(struct vp_labels *labels) {
    if (!labels) return;
    struct owned *owned = (struct owned *)labels;
    free(labels->items);
    free(owned->au);
    free(owned->au_intensity);
    free(owned->pixels);
    vp_packed_close(owned->packed);
    vp_arena_destroy(owned->arena);
    free(owned);
}

enum vp_status vp_label_image(const struct vp_labels *labels, int item, struct vp_image *image, struct vp_error *err) {
    vp_assert(item >= 0 && item < labels->count, "item %d of %d", item, labels->count);
    if (labels->items[item].path) return vp_image_load(labels->items[item].path, image, err);
    size_t bytes = (size_t)labels->width * (size_t)labels->height * 3;
    return vp_image_copy(labels->pixels + (size_t)item * bytes, labels->width, labels->height, image, err);
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

enum vp_split vp_split_of(const char *word) {
    static const struct {
        const char *word;
        enum vp_split split;
    } words[] = {{"train", VP_SPLIT_TRAIN},           {"training", VP_SPLIT_TRAIN}, {"val", VP_SPLIT_VALIDATION},
                 {"valid", VP_SPLIT_VALIDATION},      {"dev", VP_SPLIT_VALIDATION}, {"validation", VP_SPLIT_VALIDATION},
                 {"publictest", VP_SPLIT_VALIDATION}, {"test", VP_SPLIT_TEST},      {"testing", VP_SPLIT_TEST},
                 {"privatetest", VP_SPLIT_TEST}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(word, words[i].word) == 0) return words[i].split;
    return VP_SPLIT_NONE;
}

char *vp_path_joined(struct vp_arena *arena, const char *root, const char *path) {
    size_t length = strlen(root);
    if (path[0] == '/' || length == 0) return vp_arena_strdup(arena, path);
    return vp_arena_printf(arena, "%s%s%s", root, root[length - 1] == '/' ? "" : "/", path);
}

int vp_au_number(const char *name) {
    if (strncasecmp(name, "au", 2) == 0) name += 2;
    int number = 0, digits = 0;
    for (; isdigit((unsigned char)*name) && digits < 3; name++, digits++) number = number * 10 + (*name - '0');
    return *name || number < 1 || number > 99 ? 0 : number;
}
