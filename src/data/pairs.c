/* Pairs of images for verification: building, and the two formats that are a table. */
#include "data/labels_internal.h"
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void vp_pairs_add(struct vp_pairs_builder *builder, const char *root, int fold, bool same, const char *a,
                  const char *b) {
    struct vp_pairs *pairs = &builder->pairs;
    if (pairs->count == builder->room) {
        builder->room = builder->room * 2 + 64;
        pairs->pairs = realloc(pairs->pairs, (size_t)builder->room * sizeof *pairs->pairs);
        vp_assert(pairs->pairs, "out of host memory for %d pairs", builder->room);
    }
    pairs->pairs[pairs->count++] =
        (struct vp_pair){.fold = fold,
                         .same = same,
                         .a = vp_names_add(&builder->paths, vp_path_joined(builder->arena, root, a)),
                         .b = vp_names_add(&builder->paths, vp_path_joined(builder->arena, root, b))};
    if (fold >= pairs->folds) pairs->folds = fold + 1;
}

void vp_pairs_ten_folds(struct vp_pairs_builder *builder) {
    struct vp_pairs *pairs = &builder->pairs;
    long long of[2] = {0}, seen[2] = {0};
    for (int i = 0; i < pairs->count; i++) of[pairs->pairs[i].same]++;
    for (int i = 0; i < pairs->count; i++) {
        bool same = pairs->pairs[i].same;
        pairs->pairs[i].fold = (int)(seen[same]++ * 10 / of[same]);
    }
    pairs->folds = 10;
}

/* ---- the formats ------------------------------------------------------------------------------------------------- */

enum vp_status vp_pairs_read_cplfw(struct vp_pairs_builder *builder, const struct vp_labels_request *request,
                                   struct vp_error *err) {
    struct vp_table table;
    enum vp_status status = vp_table_open(&table, request->path, ' ', err);
    while (status == VP_OK && vp_table_next(&table)) {
        int label = 0;
        status = vp_table_fields(&table, 3, "two images and a label: \"a b label\"", err);
        if (status == VP_OK) status = vp_table_int(&table, 2, "a label", -1, 1, &label, err);
        if (status == VP_OK) vp_pairs_add(builder, request->root, 0, label == 1, table.fields[0], table.fields[1]);
    }
    vp_table_close(&table);
    if (status == VP_OK) vp_pairs_ten_folds(builder);
    return status;
}

enum vp_status vp_pairs_read_csv(struct vp_pairs_builder *builder, const struct vp_labels_request *request,
                                 struct vp_error *err) {
    static const char *const columns[] = {"fold", "same", "image_a", "image_b"};
    int place[4] = {0}, lowest = INT_MAX;
    struct vp_table table;
    enum vp_status status = vp_table_open(&table, request->path, ',', err);
    if (status == VP_OK && vp_table_next(&table))
        for (int i = 0; status == VP_OK && i < 4; i++)
            if ((place[i] = vp_table_find(&table, columns[i])) < 0)
                status = vp_table_fail(&table, err, "expected a header fold,same,image_a,image_b, found no column %s",
                                       columns[i]);
    int fields = table.count;
    while (status == VP_OK && vp_table_next(&table)) {
        int fold = 0, same = 0;
        status = vp_table_fields(&table, fields, "as many fields as the header has", err);
        if (status == VP_OK) status = vp_table_int(&table, place[0], "fold", 0, 9999, &fold, err);
        if (status == VP_OK) status = vp_table_int(&table, place[1], "same", 0, 1, &same, err);
        if (status != VP_OK) break;
        vp_pairs_add(builder, request->root, fold, same == 1, table.fields[place[2]], table.fields[place[3]]);
        if (fold < lowest) lowest = fold;
    }
    vp_table_close(&table);
    /* Folds of files that count from one. */
    for (int i = 0; lowest > 0 && i < builder->pairs.count; i++) builder->pairs.pairs[i].fold -= lowest;
    if (builder->pairs.count) builder->pairs.folds -= lowest;
    return status;
}
