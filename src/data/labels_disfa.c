/* Action units as csv, as DISFA's are passed round: a header "path,AU1,AU2,..." and 0 or 1 for each. Mavadati et al.,
 * "DISFA: a spontaneous facial action intensity database" (2013). */
#include "data/labels_internal.h"
#include <string.h>

enum { MAX_AUS = 64 };

static enum vp_status read_header(struct vp_labels_builder *builder, const struct vp_table *table,
                                  struct vp_error *err) {
    if (table->count < 2 || table->count > MAX_AUS)
        return vp_table_fail(table, err, "expected a header \"path,AU1,AU2,...\", found %d columns", table->count);
    for (int i = 1; i < table->count; i++)
        if (!vp_au_number(table->fields[i]))
            return vp_table_fail(table, err, "expected the name of an action unit, such as AU12, found \"%.40s\"",
                                 table->fields[i]);
    vp_labels_set_aus(builder, (const char *const *)table->fields + 1, table->count - 1, false);
    return VP_OK;
}

static enum vp_status read_line(struct vp_labels_builder *builder, const struct vp_table *table, const char *root,
                                struct vp_error *err) {
    enum vp_status status = vp_table_fields(table, builder->labels.aus + 1, "a path and a number for each AU", err);
    if (status != VP_OK) return status;
    vp_labels_add(builder, root, table->fields[0]);
    for (int i = 0; i < builder->labels.aus; i++) {
        const char *text = table->fields[i + 1];
        int value;
        if (!*text || strcmp(text, "-1") == 0 || strcmp(text, "9") == 0) continue; /* missing */
        status = vp_table_int(table, i + 1, builder->labels.au_names[i], 0, 1, &value, err);
        if (status != VP_OK) return status;
        *vp_labels_au(builder, i) = (signed char)value;
    }
    return VP_OK;
}

enum vp_status vp_labels_read_disfa(struct vp_labels_builder *builder, const struct vp_labels_request *request,
                                    struct vp_error *err) {
    struct vp_table table;
    enum vp_status status = vp_table_open(&table, request->path, ',', err);
    if (status != VP_OK) return status;
    if (vp_table_next(&table)) status = read_header(builder, &table, err);
    while (status == VP_OK && vp_table_next(&table)) status = read_line(builder, &table, request->root, err);
    vp_table_close(&table);
    return status;
}
