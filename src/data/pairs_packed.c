/* Pairs whose images lie in a packed set: its labels.csv says which row of the array each path is. */
#include "data/labels_internal.h"
#include <stdlib.h>

/* The paths of labels.csv in their order, and the row of each; of one that comes twice, the first. */
static enum vp_status read_paths(const struct vp_packed *packed, const char *path, struct vp_names *names,
                                 uint32_t *rows, struct vp_error *err) {
    struct vp_table table;
    int column = -1;
    uint32_t row = 0;
    enum vp_status status = vp_table_open(&table, path, ',', err);
    if (status == VP_OK && vp_table_next(&table) && (column = vp_table_find(&table, "path")) < 0)
        status = vp_table_fail(&table, err, "expected a header with a column path");
    int fields = table.count;
    for (; status == VP_OK && vp_table_next(&table); row++) {
        status = vp_table_fields(&table, fields, "as many fields as the header has", err);
        if (status == VP_OK && row == packed->images)
            status = vp_table_fail(&table, err, "expected a line for each of the %u images, found more", row);
        if (status != VP_OK) break;
        int before = names->count, number = vp_names_add(names, table.fields[column]);
        if (number == before) rows[number] = row;
    }
    vp_table_close(&table);
    if (status == VP_OK && row != packed->images)
        status = vp_fail(err, VP_ERR_FORMAT, "%s: expected a line for each of the %u images, found %u", path,
                         packed->images, row);
    return status;
}

static enum vp_status find_rows(struct vp_pairs_builder *builder, const struct vp_names *names, const uint32_t *rows,
                                const char *pairs_path, struct vp_error *err) {
    int unknown = 0;
    const char *first = NULL;
    uint32_t *found = vp_arena_array(builder->arena, uint32_t, builder->paths.count);
    for (int i = builder->paths.count; i-- > 0;) {
        int number = vp_names_find_ending(names, builder->paths.text[i]);
        if (number < 0) first = builder->paths.text[i], unknown++;
        found[i] = number < 0 ? 0 : rows[number];
    }
    builder->pairs.row = found;
    if (!unknown) return VP_OK;
    return vp_fail(err, VP_ERR_FORMAT, "%s: the packed set %s lacks %d of its %d images; the first is %s", pairs_path,
                   builder->packed->folder, unknown, builder->paths.count, first);
}

enum vp_status vp_pairs_find_packed(struct vp_pairs_builder *builder, const struct vp_labels_request *request,
                                    struct vp_error *err) {
    const char *folder = *request->root ? request->root : ".";
    if (!vp_packed_is(folder)) return VP_OK;
    enum vp_status status = vp_packed_open(folder, &builder->packed, err);
    if (status != VP_OK) return status;
    const struct vp_packed *packed = builder->packed;
    struct vp_names names;
    vp_names_init(&names, builder->arena);
    uint32_t *rows = calloc((size_t)packed->images + 1, sizeof *rows);
    vp_assert(rows, "out of host memory for %u rows", packed->images);
    char *path = vp_path_joined(builder->arena, packed->folder, VP_PACKED_LABELS);
    status = read_paths(packed, path, &names, rows, err);
    if (status == VP_OK) status = find_rows(builder, &names, rows, request->path, err);
    builder->pairs.pixels = packed->pixels;
    builder->pairs.height = packed->height, builder->pairs.width = packed->width;
    vp_names_fini(&names);
    free(rows);
    return status;
}

enum vp_status vp_pair_image(const struct vp_pairs *pairs, int image, struct vp_image *out, struct vp_error *err) {
    vp_assert(image >= 0 && image < pairs->images, "image %d of %d", image, pairs->images);
    if (!pairs->pixels) return vp_image_load(pairs->paths[image], out, err);
    size_t bytes = 3 * (size_t)pairs->height * (size_t)pairs->width;
    return vp_image_copy(pairs->pixels + pairs->row[image] * bytes, pairs->width, pairs->height, out, err);
}
