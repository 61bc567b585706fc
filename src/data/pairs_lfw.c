/* LFW, pairs.txt: Huang et al., "Labeled Faces in the Wild" (2007). The first line says how many folds there are and
 * how many pairs of either kind in each (one number: ten folds); then fold by fold "name n m", the same person, and
 * "name n other m". Image n of NAME is NAME/NAME_000n.jpg, or NAME_000n.jpg where all lie in one folder. */
#include "data/labels_internal.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Do images lie in a folder for each person? The first pair is looked up; where it is nowhere, they should. */
static bool lies_flat(const char *root, const char *name, int number) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s/%s_%04d.jpg", root, name, name, number);
    if (access(path, F_OK) == 0) return false;
    snprintf(path, sizeof path, "%s/%s_%04d.jpg", root, name, number);
    return access(path, F_OK) == 0;
}

static void image_path(char path[600], bool flat, const char *name, int number) {
    if (flat)
        snprintf(path, 600, "%.250s_%04d.jpg", name, number);
    else
        snprintf(path, 600, "%.250s/%.250s_%04d.jpg", name, name, number);
}

static enum vp_status read_pair(struct vp_pairs_builder *builder, const struct vp_table *table, const char *root,
                                int fold, struct vp_error *err) {
    bool same = table->count == 3;
    if (!same && table->count != 4)
        return vp_table_fail(table, err, "expected \"name n m\" or \"name n other m\", found %d field%s", table->count,
                             table->count == 1 ? "" : "s");
    const char *name = table->fields[0], *other = same ? name : table->fields[2];
    int n, m;
    enum vp_status status = vp_table_int(table, 1, "an image's number", 0, 9999, &n, err);
    if (status == VP_OK) status = vp_table_int(table, same ? 2 : 3, "an image's number", 0, 9999, &m, err);
    if (status != VP_OK) return status;
    bool flat = lies_flat(root, name, n);
    char a[600], b[600];
    image_path(a, flat, name, n);
    image_path(b, flat, other, m);
    vp_pairs_add(builder, root, fold, same, a, b);
    return VP_OK;
}

enum vp_status vp_pairs_read_lfw(struct vp_pairs_builder *builder, const struct vp_labels_request *request,
                                 struct vp_error *err) {
    struct vp_table table;
    int folds = 10, each = 0;
    enum vp_status status = vp_table_open(&table, request->path, '\0', err);
    if (status != VP_OK) return status;
    if (!vp_table_next(&table) || table.count > 2)
        status = vp_table_fail(&table, err, "expected the number of folds and of pairs in each, such as \"10 300\"");
    if (status == VP_OK && table.count == 2) status = vp_table_int(&table, 0, "folds", 1, 1000, &folds, err);
    if (status == VP_OK)
        status = vp_table_int(&table, table.count - 1, "pairs in a fold", 1, INT_MAX / 2000, &each, err);
    table.separator = strchr(table.next, '\t') ? '\t' : ' ';
    while (status == VP_OK && vp_table_next(&table)) {
        if (builder->pairs.count >= folds * 2 * each)
            status =
                vp_table_fail(&table, err, "expected %d pairs as the first line says, found more", folds * 2 * each);
        else
            status = read_pair(builder, &table, request->root, builder->pairs.count / (2 * each), err);
    }
    if (status == VP_OK && builder->pairs.count != folds * 2 * each)
        status = vp_table_fail(&table, err, "expected %d pairs as the first line says, found %d", folds * 2 * each,
                               builder->pairs.count);
    vp_table_close(&table);
    return status;
}
