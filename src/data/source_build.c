/* Growing the index of a source. */
#include "data/packed.h"
#include "data/source_internal.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void *grown(void *array, uint64_t room, size_t element) {
    void *larger = realloc(array, (size_t)room * element);
    vp_assert(larger, "out of host memory for an index of %llu entries", (unsigned long long)room);
    return larger;
}

/* Makes room for one more element. */
#define RESERVE(array, used, room)                                                                                     \
    do {                                                                                                               \
        if ((used) == (room)) {                                                                                        \
            (room) += (room) / 2 + 16;                                                                                 \
            (array) = grown((array), (room), sizeof *(array));                                                         \
        }                                                                                                              \
    } while (0)

static uint32_t add_text(struct vp_source *source, const char *text) {
    uint64_t bytes = strlen(text) + 1, place = source->text_used;
    if (place + bytes > source->text_room) {
        source->text_room += source->text_room / 2 + bytes + 256;
        source->text = grown(source->text, source->text_room, 1);
    }
    memcpy(source->text + place, text, bytes);
    source->text_used += bytes;
    return (uint32_t)place;
}

struct vp_source *vp_source_begin(void) {
    struct vp_source *source = calloc(1, sizeof *source);
    vp_assert(source, "out of host memory for a source");
    return source;
}

void vp_source_begin_part(struct vp_source *source, const char *path) {
    char *copy = grown(NULL, strlen(path) + 1, 1);
    strcpy(copy, path);
    if (source->part_count == source->part_room) {
        source->part_room += source->part_room / 2 + 4;
        source->parts = grown(source->parts, (uint64_t)source->part_room, sizeof *source->parts);
        source->starts = grown(source->starts, (uint64_t)source->part_room, sizeof *source->starts);
    }
    source->parts[source->part_count] =
        (struct vp_source_part){.path = copy, .first_image = source->images, .first_item = source->items};
    source->starts[source->part_count++] =
        (struct vp_source_start){.folder = source->folder_count, .identity = source->identity_count};
}

void vp_source_add_folder(struct vp_source *source, const char *path, bool starts_identity) {
    if (starts_identity) {
        RESERVE(source->identities, source->identity_count, source->identity_room);
        source->identities[source->identity_count++] = source->folder_count;
    }
    RESERVE(source->folders, source->folder_count, source->folder_room);
    source->folders[source->folder_count++] =
        (struct vp_source_folder){.path = add_text(source, path), .first_image = source->images};
}

void vp_source_add_image(struct vp_source *source, const char *name) {
    RESERVE(source->names, source->images, source->image_room);
    source->names[source->images++] = add_text(source, name);
}

void vp_source_add_rows(struct vp_source *source, uint32_t count) {
    uint32_t empty = add_text(source, "");
    for (uint32_t i = 0; i < count; i++) {
        RESERVE(source->names, source->images, source->image_room);
        source->names[source->images++] = empty;
    }
}

uint32_t vp_source_part_identities(const struct vp_source *source) {
    return source->identity_count - source->starts[source->part_count - 1].identity;
}

void vp_source_end_part(struct vp_source *source, enum vp_data_layout layout) {
    struct vp_source_part *part = &source->parts[source->part_count - 1];
    part->layout = layout;
    part->images = source->images - part->first_image;
    if (layout != VP_LAYOUT_IDENTITY) source->identity_count = source->starts[source->part_count - 1].identity;
    part->items = layout == VP_LAYOUT_IDENTITY ? vp_source_part_identities(source) : part->images;
    source->items += part->items;
}

void vp_source_finish(struct vp_source *source) {
    vp_assert(source->images > 0, "a source without images");
    source->text = grown(source->text, source->text_room = source->text_used, 1);
    source->names = grown(source->names, source->image_room = source->images, sizeof *source->names);
    source->folders = grown(source->folders, source->folder_room = source->folder_count, sizeof *source->folders);
    if (source->identity_count)
        source->identities =
            grown(source->identities, source->identity_room = source->identity_count, sizeof *source->identities);
}

void vp_source_destroy(struct vp_source *source) {
    if (!source) return;
    for (int i = 0; i < source->part_count; i++) {
        free((char *)source->parts[i].path);
        if (source->starts[i].row == 0) vp_packed_close(source->starts[i].packed);
    }
    free(source->parts);
    free(source->starts);
    free(source->text);
    free(source->names);
    free(source->folders);
    free(source->identities);
    free(source);
}

/* ---- names of images --------------------------------------------------------------------------------------------- */

static const char *const endings[] = {".jpg", ".jpeg", ".png", ".bmp", ".pgm", ".ppm"};
enum { ENDINGS = sizeof endings / sizeof *endings };

bool vp_source_is_image(const char *name) {
    size_t bytes = strlen(name);
    for (int i = 0; i < ENDINGS; i++) {
        size_t ending = strlen(endings[i]);
        if (bytes > ending && strcasecmp(name + bytes - ending, endings[i]) == 0) return true;
    }
    return false;
}

size_t vp_source_image_end(const char *text, size_t bytes) {
    for (size_t place = 1; place < bytes; place++) {
        if (text[place] != '.') continue;
        for (int i = 0; i < ENDINGS; i++) {
            size_t end = place + strlen(endings[i]);
            if (end > bytes || strncasecmp(text + place, endings[i], end - place) != 0) continue;
            if (end == bytes || strchr(" \t,;\"", text[end])) return end;
        }
    }
    return 0;
}
