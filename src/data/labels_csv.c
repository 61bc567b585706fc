/* Any csv with a header: columns are found by their names (the list stands in labels.h). */
#include "data/labels_internal.h"
#include "data/packed.h"
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PATH, IDENTITY, CATEGORY, SPLIT, YAW, PITCH, ROLL, COLUMNS, MAX_AUS = 64, MAX_NAMES = 6 };

static const struct {
    const char *name;             /* as the request's columns call it */
    const char *known[MAX_NAMES]; /* the first that the file has is taken */
} columns[COLUMNS] = {
    [PATH] = {"path", {"path", "file", "image", "filename", "image_path"}},
    [IDENTITY] = {"identity", {"identity", "subject", "person", "id"}},
    [CATEGORY] = {"category", {"expression", "emotion", "category", "class", "label"}},
    [SPLIT] = {"split", {"id_split", "split", "usage"}},
    [YAW] = {"yaw", {"yaw"}},
    [PITCH] = {"pitch", {"pitch"}},
    [ROLL] = {"roll", {"roll"}},
};

struct csv {
    int place[COLUMNS]; /* field number, or -1 */
    int aus, au_place[MAX_AUS], intensity_place[MAX_AUS];
    const char *au_names[MAX_AUS];
    bool intensity;
    int fields; /* of the header */
};

/* "path=file,identity=subject": the columns that go by another name. */
static enum vp_status take_request(struct csv *csv, const struct vp_table *table, const char *request,
                                   struct vp_error *err) {
    for (const char *at = request; at && *at;) {
        size_t length = strcspn(at, ","), name = strcspn(at, "=");
        char field[128];
        int column = 0;
        while (column < COLUMNS &&
               (strlen(columns[column].name) != name || strncmp(at, columns[column].name, name) != 0))
            column++;
        if (name >= length || column == COLUMNS)
            return vp_fail(
                err, VP_ERR_USAGE,
                "columns: expected NAME=COLUMN with path, identity, category, split, yaw, pitch or roll, found "
                "\"%.*s\"",
                (int)length, at);
        snprintf(field, sizeof field, "%.*s", (int)(length - name - 1), at + name + 1);
        csv->place[column] = vp_table_find(table, field);
        if (csv->place[column] < 0)
            return vp_fail(err, VP_ERR_USAGE, "%s has no column \"%s\"; its first ones are %s%s%s%s%s", table->path,
                           field, table->fields[0], table->count > 1 ? ", " : "",
                           table->count > 1 ? table->fields[1] : "", table->count > 2 ? ", " : "",
                           table->count > 2 ? table->fields[2] : "");
        at += length + (at[length] == ',');
    }
    return VP_OK;
}

/* Splits "AU12_r" into 12 and 'r'; 0: no action unit. */
static int au_column(const char *field, char *suffix) {
    char name[8];
    size_t length = strcspn(field, "_");
    *suffix = '\0';
    if (strncasecmp(field, "au", 2) != 0 || length >= sizeof name) return 0;
    memcpy(name, field, length);
    name[length] = '\0';
    if (field[length]) {
        if ((field[length + 1] != 'r' && field[length + 1] != 'c') || field[length + 2]) return 0;
        *suffix = field[length + 1];
    }
    return vp_au_number(name);
}

static int field_of_au(const struct vp_table *table, int number, char suffix) {
    for (int i = 0; i < table->count; i++) {
        char found;
        if (au_column(table->fields[i], &found) == number && found == suffix) return i;
    }
    return -1;
}

static void find_aus(struct csv *csv, const struct vp_table *table) {
    for (int i = 0; i < table->count && csv->aus < MAX_AUS; i++) {
        char suffix;
        int number = au_column(table->fields[i], &suffix);
        if (!number || suffix == 'r') continue;
        int presence = field_of_au(table, number, 'c'), plain = field_of_au(table, number, '\0');
        if (presence >= 0 && i != presence) continue; /* "AU12" beside "AU12_c" is its intensity */
        int intensity = field_of_au(table, number, 'r');
        if (intensity < 0 && presence >= 0) intensity = plain;
        csv->au_place[csv->aus] = i;
        csv->intensity_place[csv->aus] = intensity;
        csv->intensity |= intensity >= 0;
        csv->aus++;
    }
}

static enum vp_status read_header(struct csv *csv, struct vp_labels_builder *builder, const struct vp_table *table,
                                  const char *request, bool need_path, struct vp_error *err) {
    csv->fields = table->count;
    for (int column = 0; column < COLUMNS; column++) {
        csv->place[column] = -1;
        for (int i = 0; i < MAX_NAMES && columns[column].known[i] && csv->place[column] < 0; i++)
            csv->place[column] = vp_table_find(table, columns[column].known[i]);
    }
    enum vp_status status = take_request(csv, table, request, err);
    if (status != VP_OK) return status;
    if (need_path && csv->place[PATH] < 0)
        return vp_table_fail(
            table, err,
            "expected a header with a column path, file, image or filename, found \"%.60s\"; name it with "
            "columns path=...",
            table->count ? table->fields[0] : "");
    find_aus(csv, table);
    char names[MAX_AUS][8];
    const char *pointers[MAX_AUS];
    for (int i = 0; i < csv->aus; i++) {
        char suffix;
        snprintf(names[i], sizeof names[i], "%d", au_column(table->fields[csv->au_place[i]], &suffix) % 100);
        pointers[i] = names[i];
    }
    if (csv->aus) vp_labels_set_aus(builder, pointers, csv->aus, csv->intensity);
    return VP_OK;
}

static enum vp_status read_angle(const struct csv *csv, int column, const struct vp_table *table, float *angle,
                                 struct vp_error *err) {
    int field = csv->place[column];
    if (field < 0 || !*table->fields[field]) return VP_OK;
    double value;
    enum vp_status status = vp_table_real(table, field, columns[column].name, &value, err);
    if (status == VP_OK) *angle = (float)value;
    return status;
}

static enum vp_status read_aus(const struct csv *csv, struct vp_labels_builder *builder, const struct vp_table *table,
                               struct vp_error *err) {
    enum vp_status status = VP_OK;
    for (int i = 0; status == VP_OK && i < csv->aus; i++) {
        const char *text = table->fields[csv->au_place[i]];
        bool missing = !*text || strcmp(text, "-1") == 0 || strcmp(text, "9") == 0;
        int present;
        if (!missing) status = vp_table_int(table, csv->au_place[i], builder->labels.au_names[i], 0, 1, &present, err);
        if (!missing && status == VP_OK) *vp_labels_au(builder, i) = (signed char)present;
        int place = csv->intensity_place[i];
        if (status != VP_OK || place < 0 || !*table->fields[place]) continue;
        double degree;
        status = vp_table_real(table, place, table->path, &degree, err);
        if (status == VP_OK) *vp_labels_au_intensity(builder, i) = (float)degree;
    }
    return status;
}

static enum vp_status read_line(const struct csv *csv, struct vp_labels_builder *builder, const struct vp_table *table,
                                const char *root, struct vp_error *err) {
    if (table->count != csv->fields)
        return vp_table_fail(table, err, "expected %d fields as in the header, found %d", csv->fields, table->count);
    const int *place = csv->place;
    struct vp_label *label = vp_labels_add(builder, root, root ? table->fields[place[PATH]] : NULL);
    if (place[IDENTITY] >= 0 && *table->fields[place[IDENTITY]])
        label->identity = vp_names_add(&builder->identities, table->fields[place[IDENTITY]]);
    if (place[CATEGORY] >= 0 && *table->fields[place[CATEGORY]])
        label->category = vp_names_add(&builder->categories, table->fields[place[CATEGORY]]);
    if (place[SPLIT] >= 0 && *table->fields[place[SPLIT]]) {
        const char *word = table->fields[place[SPLIT]];
        label->split = vp_split_of(word);
        if (label->split == VP_SPLIT_NONE)
            return vp_table_fail(table, err, "expected train, val or test as split, found \"%.40s\"", word);
    }
    enum vp_status status = read_angle(csv, YAW, table, &label->yaw, err);
    if (status == VP_OK) status = read_angle(csv, PITCH, table, &label->pitch, err);
    if (status == VP_OK) status = read_angle(csv, ROLL, table, &label->roll, err);
    return status == VP_OK ? read_aus(csv, builder, table, err) : status;
}

/* root NULL: the items' pixels are in memory, and no path is needed. */
static enum vp_status read_file(struct vp_labels_builder *builder, const char *path, const char *root,
                                const char *request, struct vp_error *err) {
    struct vp_table table;
    struct csv csv = {0};
    enum vp_status status = vp_table_open(&table, path, ',', err);
    if (status != VP_OK) return status;
    if (vp_table_next(&table)) status = read_header(&csv, builder, &table, request, root != NULL, err);
    while (status == VP_OK && vp_table_next(&table)) status = read_line(&csv, builder, &table, root, err);
    vp_table_close(&table);
    return status;
}

enum vp_status vp_labels_read_csv(struct vp_labels_builder *builder, const struct vp_labels_request *request,
                                  struct vp_error *err) {
    return read_file(builder, request->path, request->root, request->columns, err);
}

enum vp_status vp_labels_read_packed(struct vp_labels_builder *builder, const struct vp_labels_request *request,
                                     struct vp_error *err) {
    size_t length = strlen(request->path), name = strlen(VP_PACKED_LABELS);
    bool file = length >= name && strcmp(request->path + length - name, VP_PACKED_LABELS) == 0;
    const char *folder = !file ? request->path : *request->root ? request->root : ".";
    enum vp_status status = vp_packed_open(folder, &builder->packed, err);
    if (status != VP_OK) return status;
    const struct vp_packed *packed = builder->packed;
    char *path = vp_path_joined(builder->arena, packed->folder, VP_PACKED_LABELS);
    status = read_file(builder, path, NULL, request->columns, err);
    if (status == VP_OK && (uint32_t)builder->labels.count != packed->images)
        status = vp_fail(err, VP_ERR_FORMAT, "%s: expected a line for each of the %u images, found %d", path,
                         packed->images, builder->labels.count);
    builder->labels.pixels = packed->pixels;
    builder->labels.height = packed->height, builder->labels.width = packed->width;
    return status;
}
