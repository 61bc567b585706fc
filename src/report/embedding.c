/* Maps of the embedding: principal components and t-SNE of each kind of feature, with the labels as colours. */
#include "report/parts.h"
#include "vkpcl/npz.h"
#include "vkpcl/pca.h"
#include "vkpcl/tsne.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 1000, COMPONENTS = 30 }; /* t-SNE sees the points along this many principal components */

/* Which of the images are shown: `shown` of `all`, evenly spaced. */
struct choice {
    int64_t all;
    int shown;
};

static int64_t chosen(const struct choice *choice, int i) {
    return i * choice->all / choice->shown;
}

static bool is_real(const struct vp_array *array) {
    return array->type == VP_ARRAY_F32 || array->type == VP_ARRAY_F64 || array->type == VP_ARRAY_F16;
}

static bool is_feature(const char *name, const struct vp_array *array) {
    return is_real(array) && array->rank == 2 && array->shape[1] > 1 && strcmp(name, "angles") != 0;
}

static float *as_f32(const struct vp_array *array) {
    float *values = malloc((size_t)vp_array_count(array) * sizeof *values);
    vp_assert(values || vp_array_count(array) == 0, "no host memory for %lld numbers",
              (long long)vp_array_count(array));
    vp_array_to_f32(array, values);
    return values;
}

static cJSON *coordinates(const double *xy, int points, int stride) {
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < points; i++)
        for (int d = 0; d < 2; d++)
            cJSON_AddItemToArray(list, vp_report_number(xy[(size_t)i * (size_t)stride + (size_t)d], 5));
    return list;
}

static cJSON *map_json(const char *name, const float *x, int points, int64_t dims) {
    double *scores = calloc((size_t)points * COMPONENTS, sizeof *scores),
           *map = calloc(2 * (size_t)points, sizeof *map);
    double share[COMPONENTS];
    vp_assert(scores && map, "no host memory for maps of %d points", points);
    vp_pca(x, points, dims, COMPONENTS, scores, share);
    double divergence = vp_tsne(scores, points, COMPONENTS, &(struct vp_tsne_settings){0}, map);
    cJSON *object = cJSON_CreateObject(), *pca, *tsne;
    cJSON_AddStringToObject(object, "feature", name);
    cJSON_AddNumberToObject(object, "dims", (double)dims);
    pca = cJSON_AddObjectToObject(object, "pca");
    cJSON_AddItemToObject(pca, "xy", coordinates(scores, points, COMPONENTS));
    cJSON *shares = cJSON_AddArrayToObject(pca, "share");
    for (int k = 0; k < 2; k++) cJSON_AddItemToArray(shares, vp_report_number(share[k], 6));
    tsne = cJSON_AddObjectToObject(object, "tsne");
    cJSON_AddItemToObject(tsne, "xy", coordinates(map, points, 2));
    cJSON_AddItemToObject(tsne, "divergence", vp_report_number(divergence, 5));
    free(scores), free(map);
    return object;
}

/* The chosen rows of a feature; NULL when a number among them is not finite. */
static float *rows_of(const struct vp_array *array, const struct choice *choice) {
    int64_t dims = array->shape[1];
    float *all = as_f32(array), *rows = malloc((size_t)choice->shown * (size_t)dims * sizeof *rows);
    vp_assert(rows, "no host memory for %d points", choice->shown);
    bool finite = true;
    for (int i = 0; i < choice->shown; i++)
        memcpy(rows + i * dims, all + chosen(choice, i) * dims, (size_t)dims * sizeof *rows);
    for (int64_t i = 0; i < choice->shown * dims; i++) finite = finite && isfinite(rows[i]);
    free(all);
    if (finite) return rows;
    free(rows);
    return NULL;
}

/* Column `column` of `columns` as a label; whole numbers below zero mean that there is none. */
static void add_label(cJSON *labels, const char *name, const struct vp_array *array, int column,
                      const struct choice *choice) {
    int64_t columns = array->rank == 2 ? array->shape[1] : 1;
    float *all = as_f32(array);
    cJSON *label = cJSON_CreateObject(), *values;
    cJSON_AddStringToObject(label, "name", name);
    cJSON_AddBoolToObject(label, "continuous", is_real(array));
    values = cJSON_AddArrayToObject(label, "values");
    for (int i = 0; i < choice->shown; i++) {
        double value = (double)all[chosen(choice, i) * columns + column];
        cJSON_AddItemToArray(values, !is_real(array) && value < 0 ? cJSON_CreateNull() : vp_report_number(value, 6));
    }
    cJSON_AddItemToArray(labels, label);
    free(all);
}

static void add_array(struct vp_report *report, const char *name, const struct vp_array *array,
                      const struct choice *choice, cJSON *maps, cJSON *labels) {
    static const char *const angles[] = {"pitch", "yaw", "roll"};
    if (array->rank < 1 || array->shape[0] != choice->all) return;
    if (is_feature(name, array)) {
        float *rows = rows_of(array, choice);
        if (rows)
            cJSON_AddItemToArray(maps, map_json(name, rows, choice->shown, array->shape[1]));
        else
            vp_report_note(report, "the feature %s holds numbers that are not finite; it has no map", name);
        free(rows);
    } else if (array->rank == 1) {
        add_label(labels, name, array, 0, choice);
    } else if (array->rank == 2 && array->shape[1] == 3 && strcmp(name, "angles") == 0) {
        for (int i = 0; i < 3; i++) add_label(labels, angles[i], array, i, choice);
    }
}

/* How many images there are: as many as the first feature has rows. */
static enum vp_status count_images(struct vp_npz *npz, const char *path, int64_t *count, struct vp_error *err) {
    for (int i = 0; i < vp_npz_count(npz); i++) {
        struct vp_array array;
        enum vp_status status = vp_npz_read(npz, vp_npz_name(npz, i), &array, err);
        if (status != VP_OK) return status;
        *count = is_feature(vp_npz_name(npz, i), &array) ? array.shape[0] : 0;
        vp_array_fini(&array);
        if (*count > 0) return VP_OK;
    }
    return vp_fail(err, VP_ERR_FORMAT, "%s holds no features: an array (images, numbers) in floating point is expected",
                   path);
}

static enum vp_status read_embedding(struct vp_report *report, const char *path, struct vp_error *err) {
    struct vp_npz *npz = vp_npz_open(path, err);
    if (!npz) return err->status;
    struct choice choice = {0};
    int points = report->request->points > 0 ? report->request->points : POINTS;
    if (points > VP_TSNE_MAX_POINTS) points = VP_TSNE_MAX_POINTS;
    enum vp_status status = count_images(npz, path, &choice.all, err);
    choice.shown = choice.all < points ? (int)choice.all : points;
    cJSON *embedding = cJSON_CreateObject(), *maps = cJSON_AddArrayToObject(embedding, "maps");
    cJSON *labels = cJSON_AddArrayToObject(embedding, "labels");
    cJSON_AddNumberToObject(embedding, "count", choice.shown);
    cJSON_AddNumberToObject(embedding, "of", (double)choice.all);
    for (int i = 0; status == VP_OK && i < vp_npz_count(npz); i++) {
        struct vp_array array;
        status = vp_npz_read(npz, vp_npz_name(npz, i), &array, err);
        if (status != VP_OK) break;
        add_array(report, vp_npz_name(npz, i), &array, &choice, maps, labels);
        vp_array_fini(&array);
    }
    if (status == VP_OK && cJSON_GetArraySize(maps) > 0)
        cJSON_AddItemToObject(report->page, "embedding", embedding);
    else
        cJSON_Delete(embedding);
    vp_npz_close(npz);
    return status;
}

enum vp_status vp_report_embedding(struct vp_report *report, struct vp_error *err) {
    char path[VP_REPORT_PATH];
    if (report->request->embedding) return read_embedding(report, report->request->embedding, err);
    if (!vp_report_has(report, "embedding.npz") || !vp_report_path(report, "embedding.npz", path)) return VP_OK;
    struct vp_error broken;
    if (read_embedding(report, path, &broken) != VP_OK) vp_report_note(report, "%s; there are no maps", broken.message);
    return VP_OK;
}
