/* Action units as sparse lines, as BP4D's are passed round: "path 1:+1 2:-1 12:+1", +1 present, -1 absent, unnamed
 * missing. Zhang et al., "BP4D-Spontaneous" (2014). */
#include "data/labels_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 99 };

/* "12:+1" -> 12 and 1. */
static enum vp_status read_entry(const struct vp_table *table, int field, int *au, int *present, struct vp_error *err) {
    const char *text = table->fields[field];
    char *end;
    long number = strtol(text, &end, 10), sign = 0;
    if (end != text && *end == ':') {
        const char *value = end + 1;
        sign = strtol(value, &end, 10);
        if (end == value || *end) sign = 0;
    }
    if (number < 1 || number > LARGEST || (sign != 1 && sign != -1))
        return vp_table_fail(table, err,
                             "expected an action unit and its sign, such as 12:+1 or 12:-1, found \"%.40s\"", text);
    *au = (int)number, *present = sign == 1;
    return VP_OK;
}

/* Twice through the file: first to see which action units there are, then to read them. */
static enum vp_status read_all(struct vp_labels_builder *builder, const struct vp_labels_request *request,
                               int place[LARGEST + 1], bool store, struct vp_error *err) {
    struct vp_table table;
    enum vp_status status = vp_table_open(&table, request->path, ' ', err);
    while (status == VP_OK && vp_table_next(&table)) {
        if (table.count < 2)
            status = vp_table_fail(&table, err, "expected a path and action units such as 12:+1, found 1 field");
        if (status == VP_OK && store) vp_labels_add(builder, request->root, table.fields[0]);
        for (int i = 1; status == VP_OK && i < table.count; i++) {
            int au = 0, present = 0;
            status = read_entry(&table, i, &au, &present, err);
            if (status != VP_OK) break;
            if (store)
                *vp_labels_au(builder, place[au]) = (signed char)present;
            else
                place[au] = 1;
        }
    }
    vp_table_close(&table);
    return status;
}

enum vp_status vp_labels_read_bp4d(struct vp_labels_builder *builder, const struct vp_labels_request *request,
                                   struct vp_error *err) {
    int place[LARGEST + 1] = {0}, count = 0;
    char text[LARGEST][4];
    const char *names[LARGEST];
    enum vp_status status = read_all(builder, request, place, false, err);
    if (status != VP_OK) return status;
    for (int au = 1; au <= LARGEST; au++) {
        if (!place[au]) continue;
        snprintf(text[count], sizeof text[count], "%d", au % 100);
        names[count] = text[count];
        place[au] = count++;
    }
    vp_labels_set_aus(builder, names, count, false);
    return read_all(builder, request, place, true, err);
}
