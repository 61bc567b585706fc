/* Formats that are a table: a few fields, the same in every line. */
#include "data/labels_internal.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Grey numbers 0..255 with blanks between, as equal RGB. */
static enum vp_status take_pixels(const struct vp_line_format *format, struct vp_labels_builder *builder,
                                  const struct vp_table *table, int field, struct vp_error *err) {
    size_t count = (size_t)format->side * (size_t)format->side, item = (size_t)builder->labels.count - 1;
    if (((item + 1) & item) == 0) { /* room doubles at powers of two */
        unsigned char *larger = realloc(builder->pixels, (item + 1) * 2 * count * 3);
        if (!larger) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no memory for the pixels of %s", table->path);
        builder->pixels = larger;
    }
    unsigned char *to = builder->pixels + item * count * 3;
    char *at = table->fields[field], *end;
    for (size_t i = 0; i < count; i++, at = end) {
        long value = strtol(at, &end, 10);
        if (end == at || value < 0 || value > 255)
            return vp_table_fail(table, err, "expected %zu pixels from 0 to 255, found \"%.20s\" as number %zu", count,
                                 at, i + 1);
        to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = (unsigned char)value;
    }
    if (at[strspn(at, " ")]) return vp_table_fail(table, err, "expected %zu pixels, found more: \"%.20s\"", count, at);
    return VP_OK;
}

static enum vp_status take_field(const struct vp_line_format *format, int field, struct vp_labels_builder *builder,
                                 struct vp_label *label, const struct vp_table *table, struct vp_error *err) {
    const struct vp_line_field *f = &format->fields[field];
    switch (f->kind) {
    case VP_LINE_PATH: /* taken already: it makes the item */
        return VP_OK;
    case VP_LINE_CATEGORY: {
        enum vp_status status = vp_table_int(table, field, f->what, f->min, f->max, &label->category, err);
        label->category -= f->min;
        return status;
    }
    case VP_LINE_SPLIT:
        label->split = vp_split_of(table->fields[field]);
        if (label->split == VP_SPLIT_NONE)
            return vp_table_fail(table, err, "expected %s, found \"%.60s\"", f->what, table->fields[field]);
        return VP_OK;
    case VP_LINE_PIXELS:
        return take_pixels(format, builder, table, field, err);
    }
    return VP_OK;
}

/* Categories are numbers in the file: all up to the largest exist, met or not. */
static void name_categories(const struct vp_line_format *format, struct vp_labels_builder *builder) {
    for (int field = 0; field < format->count; field++) {
        const struct vp_line_field *f = &format->fields[field];
        if (f->kind != VP_LINE_CATEGORY) continue;
        int last = f->max - f->min;
        if (f->max == INT_MAX) last = 0;
        for (int i = 0; f->max == INT_MAX && i < builder->labels.count; i++)
            if (builder->labels.items[i].category > last) last = builder->labels.items[i].category;
        for (int i = 0; i <= last; i++) {
            char number[16];
            snprintf(number, sizeof number, "%d", f->min + i);
            vp_names_add(&builder->categories, format->names ? format->names[i] : number);
        }
    }
}

enum vp_status vp_labels_read_lines(const struct vp_line_format *format, struct vp_labels_builder *builder,
                                    const struct vp_labels_request *request, struct vp_error *err) {
    struct vp_table table;
    enum vp_status status = vp_table_open(&table, request->path, format->separator, err);
    if (status == VP_OK && format->header) vp_table_next(&table);
    builder->labels.height = builder->labels.width = format->side;
    while (status == VP_OK && vp_table_next(&table)) {
        status = vp_table_fields(&table, format->count, format->form, err);
        if (status != VP_OK) break;
        const char *path = NULL;
        for (int i = 0; i < format->count; i++)
            if (format->fields[i].kind == VP_LINE_PATH) path = table.fields[i];
        struct vp_label *label = vp_labels_add(builder, request->root, path);
        for (int i = 0; status == VP_OK && i < format->count; i++)
            status = take_field(format, i, builder, label, &table, err);
        if (status == VP_OK && format->finish) format->finish(builder, label, request->root, path);
    }
    vp_table_close(&table);
    if (status == VP_OK) name_categories(format, builder);
    return status;
}
