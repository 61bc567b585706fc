#include "data/pack_internal.h"
#include "data/source_internal.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- paths ------------------------------------------------------------------------------------------------------- */

const char *vp_pack_inner_path(const struct vp_source *source, uint32_t image, const char *path) {
    int count;
    const struct vp_source_part *part = &vp_source_parts(source, &count)[vp_source_part_of(source, image)];
    const char *root = part->path, *slash = strrchr(root, '/');
    size_t length = strlen(root);
    if (part->layout == VP_LAYOUT_LIST) length = slash ? (size_t)(slash - root) : 0; /* paths begin beside the list */
    if (strncmp(path, root, length) != 0) return path;
    path += length;
    while (length > 0 && *path == '/') path++;
    return path;
}

static size_t identity_length(const struct vp_source *source, uint32_t image, const char *inner) {
    int count;
    const struct vp_source_part *part = &vp_source_parts(source, &count)[vp_source_part_of(source, image)];
    return part->layout == VP_LAYOUT_IDENTITY ? strcspn(inner, "/") : 0;
}

/* A field as csv has it, quoted where it must be; `to` has 2 * length + 3 bytes. Returns the end. */
static char *put_field(char *to, const char *text, size_t length) {
    bool quotes = memchr(text, ',', length) || memchr(text, '"', length) || (length && (*text == ' ' || *text == '#'));
    if (quotes) *to++ = '"';
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"') *to++ = '"';
        *to++ = text[i];
    }
    if (quotes) *to++ = '"';
    *to = '\0';
    return to;
}

/* ---- the given csv ----------------------------------------------------------------------------------------------- */

struct columns {
    int path, identity, count;
};

static const char *rest_of(struct vp_arena *arena, const struct vp_table *table, const struct columns *columns) {
    size_t bytes = 1;
    for (int i = 0; i < table->count; i++) bytes += strlen(table->fields[i]) * 2 + 3;
    char *text = vp_arena_alloc(arena, bytes), *to = text;
    for (int i = 0; i < columns->count; i++) {
        if (i == columns->path || i == columns->identity) continue;
        *to++ = ',';
        to = put_field(to, table->fields[i], strlen(table->fields[i]));
    }
    *to = '\0';
    return text;
}

static void *grown(void *array, size_t bytes) {
    void *larger = realloc(array, bytes);
    vp_assert(larger, "out of host memory for %zu bytes of labels", bytes);
    return larger;
}

static enum vp_status read_lines(struct vp_pack_labels *labels, struct vp_table *table, const struct columns *columns,
                                 struct vp_error *err) {
    int room = 0;
    while (vp_table_next(table)) {
        if (table->count != columns->count)
            return vp_table_fail(table, err, "expected %d fields as in the header, found %d", columns->count,
                                 table->count);
        const char *name = table->fields[columns->path];
        if (strncmp(name, "./", 2) == 0) name += 2;
        int before = labels->names.count, number = vp_names_add(&labels->names, name);
        if (number < before)
            return vp_table_fail(table, err, "%s stands in line %d already", name, labels->lines[number]);
        if (number >= room) {
            room = room * 2 + 256;
            labels->rest = grown(labels->rest, (size_t)room * sizeof *labels->rest);
            labels->person = grown(labels->person, (size_t)room * sizeof *labels->person);
            labels->lines = grown(labels->lines, (size_t)room * sizeof *labels->lines);
        }
        labels->lines[number] = table->line;
        labels->rest[number] = rest_of(labels->arena, table, columns);
        labels->person[number] =
            columns->identity < 0 ? NULL : vp_arena_strdup(labels->arena, table->fields[columns->identity]);
        for (const char *at = labels->rest[number]; *at; at++)
            labels->hash = (labels->hash ^ (unsigned char)*at) * 0x100000001b3u;
        for (const char *at = name; *at; at++) labels->hash = (labels->hash ^ (unsigned char)*at) * 0x100000001b3u;
    }
    return VP_OK;
}

static enum vp_status read_csv(struct vp_pack_labels *labels, const char *path, struct vp_error *err) {
    static const char *const known[] = {"path", "file", "image", "filename", "image_path", NULL};
    struct vp_table table;
    struct columns columns = {-1, -1, 0};
    enum vp_status status = vp_table_open(&table, path, ',', err);
    if (status != VP_OK) return status;
    if (vp_table_next(&table))
        for (int i = 0; known[i] && columns.path < 0; i++) columns.path = vp_table_find(&table, known[i]);
    if (columns.path < 0) {
        status = vp_table_fail(&table, err, "expected a header with a column path, file, image or filename");
    } else {
        columns.identity = vp_table_find(&table, "identity");
        columns.count = table.count;
        labels->header = rest_of(labels->arena, &table, &columns);
        char *blank = vp_arena_strdup(labels->arena, labels->header), *to = blank;
        for (const char *at = labels->header; *at; at++)
            if (*at == ',') *to++ = ',';
        *to = '\0';
        labels->blank = blank;
        status = read_lines(labels, &table, &columns, err);
    }
    vp_table_close(&table);
    return status;
}

struct vp_pack_coverage vp_pack_cover(const struct vp_source *source,
                                      int (*find)(const void *context, const char *path), const void *context,
                                      int names) {
    struct vp_pack_coverage cover = {0};
    char *used = calloc((size_t)names + 1, 1);
    vp_assert(used, "out of host memory for %d names", names);
    for (uint32_t i = 0; i < vp_source_images(source); i++) {
        char path[4096];
        vp_source_path(source, i, path, sizeof path);
        int number = find(context, path);
        if (number >= 0) used[number] = 1, cover.images++;
    }
    for (int i = names; i-- > 0;)
        if (!used[i]) cover.first_unknown = i, cover.unknown++;
    free(used);
    return cover;
}

static int find_name(const void *names, const char *path) {
    return vp_names_find_ending(names, path);
}

static enum vp_status compare(const struct vp_pack_labels *labels, const struct vp_log *log, struct vp_error *err) {
    uint32_t images = vp_source_images(labels->source);
    struct vp_pack_coverage cover = vp_pack_cover(labels->source, find_name, &labels->names, labels->names.count);
    if (cover.images == 0)
        return vp_fail(err, VP_ERR_USAGE, "%s labels none of the %u images; its first path is \"%s\" (line %d)",
                       labels->path, images, labels->names.count ? labels->names.text[0] : "",
                       labels->names.count ? labels->lines[0] : 0);
    if (cover.unknown)
        vp_log(log, VP_LOG_WARN, "%s:%d: there is no image %s, nor for %d other lines", labels->path,
               labels->lines[cover.first_unknown], labels->names.text[cover.first_unknown], cover.unknown - 1);
    if (cover.images < images)
        vp_log(log, VP_LOG_WARN, "%u of the %u images have no line in %s", images - cover.images, images, labels->path);
    return VP_OK;
}

enum vp_status vp_pack_labels_open(struct vp_pack_labels *labels, const struct vp_source *source, const char *path,
                                   const struct vp_log *log, struct vp_error *err) {
    *labels =
        (struct vp_pack_labels){.source = source, .arena = vp_arena_create(), .header = "", .blank = "", .path = path};
    vp_names_init(&labels->names, labels->arena);
    enum vp_status status = path ? read_csv(labels, path, err) : VP_OK;
    if (status == VP_OK && path) status = compare(labels, log, err);
    if (status != VP_OK) vp_pack_labels_close(labels);
    return status;
}

void vp_pack_labels_close(struct vp_pack_labels *labels) {
    if (!labels->arena) return;
    vp_names_fini(&labels->names);
    vp_arena_destroy(labels->arena);
    free(labels->rest);
    free(labels->person);
    free(labels->lines);
    *labels = (struct vp_pack_labels){0};
}

void vp_pack_labels_write(const struct vp_pack_labels *labels, uint32_t image, FILE *to) {
    char path[4096], shown[8200], who[8200];
    vp_source_path(labels->source, image, path, sizeof path);
    const char *inner = vp_pack_inner_path(labels->source, image, path);
    int number = vp_names_find_ending(&labels->names, path);
    const char *person = number >= 0 ? labels->person[number] : NULL;
    size_t length = person ? strlen(person) : identity_length(labels->source, image, inner);
    if (!person) person = inner;
    if (length > 4096) length = 4096;
    put_field(shown, inner, strlen(inner));
    put_field(who, person, length);
    fprintf(to, "%s,%s%s\n", shown, who, number >= 0 ? labels->rest[number] : labels->blank);
}
