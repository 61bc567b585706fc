/* The result as JSON: {task, data, weights, images, ..., classes: [names], rows: [{source, feature, probe, protocol,
 * factor, seconds, metrics: {name: {value, deviation, low, high}}, confusion: [[...]], roc: [[fpr, tpr], ...], of
 * action units {name: [[fpr, tpr], ...], ...}}]}. What is undefined is null. */
#include "vkpcl/eval.h"
#include "vkpcl/file.h"
#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void add_number(cJSON *object, const char *name, double value) {
    if (isfinite(value))
        cJSON_AddNumberToObject(object, name, value);
    else
        cJSON_AddNullToObject(object, name);
}

static cJSON *metrics_of(const struct vp_eval_row *row) {
    cJSON *metrics = cJSON_CreateObject();
    for (int m = 0; m < row->metrics; m++) {
        const struct vp_eval_metric *metric = &row->metric[m];
        cJSON *entry = cJSON_AddObjectToObject(metrics, metric->name);
        add_number(entry, "value", metric->value);
        add_number(entry, "deviation", metric->deviation);
        add_number(entry, "low", metric->low);
        add_number(entry, "high", metric->high);
    }
    return metrics;
}

static cJSON *confusion_of(const struct vp_eval_row *row, int classes) {
    cJSON *lines = cJSON_CreateArray();
    for (int k = 0; k < classes; k++) {
        cJSON *line = cJSON_CreateArray();
        for (int j = 0; j < classes; j++)
            cJSON_AddItemToArray(line, cJSON_CreateNumber((double)row->confusion[k * classes + j]));
        cJSON_AddItemToArray(lines, line);
    }
    return lines;
}

/* Six decimals: a millionth is less than one pair. */
static cJSON *points_of(const struct vp_eval_curve *curve) {
    cJSON *points = cJSON_CreateArray();
    for (int i = 0; i < curve->points; i++) {
        double rounded[2] = {round(curve->point[i][0] * 1e6) / 1e6, round(curve->point[i][1] * 1e6) / 1e6};
        cJSON_AddItemToArray(points, cJSON_CreateDoubleArray(rounded, 2));
    }
    return points;
}

static cJSON *curves_of(const struct vp_eval_row *row) {
    if (row->curves == 1 && !*row->curve[0].name) return points_of(&row->curve[0]);
    cJSON *named = cJSON_CreateObject();
    for (int i = 0; i < row->curves; i++) cJSON_AddItemToObject(named, row->curve[i].name, points_of(&row->curve[i]));
    return named;
}

static cJSON *row_of(const struct vp_eval_row *row, int classes) {
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "source", row->source);
    cJSON_AddStringToObject(object, "feature", row->feature);
    cJSON_AddStringToObject(object, "probe", row->probe);
    cJSON_AddStringToObject(object, "protocol", row->protocol);
    if (*row->factor) cJSON_AddStringToObject(object, "factor", row->factor);
    add_number(object, "seconds", row->seconds);
    cJSON_AddItemToObject(object, "metrics", metrics_of(row));
    if (row->confusion) cJSON_AddItemToObject(object, "confusion", confusion_of(row, classes));
    if (row->curves) cJSON_AddItemToObject(object, "roc", curves_of(row));
    return object;
}

enum vp_status vp_eval_write_json(const struct vp_eval_result *result, const char *path, struct vp_error *err) {
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "task", vp_eval_task_name(result->task));
    cJSON_AddStringToObject(root, "data", result->data);
    cJSON_AddStringToObject(root, "weights", result->weights);
    add_number(root, "images", (double)result->images);
    add_number(root, "identities", (double)result->identities);
    add_number(root, "size", result->size);
    add_number(root, "folds", result->folds);
    cJSON *classes = cJSON_AddArrayToObject(root, "classes");
    for (int k = 0; k < result->classes; k++) cJSON_AddItemToArray(classes, cJSON_CreateString(result->class_name[k]));
    cJSON *rows = cJSON_AddArrayToObject(root, "rows");
    for (int i = 0; i < result->rows; i++) cJSON_AddItemToArray(rows, row_of(&result->row[i], result->classes));
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (!text) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory for %s", path);
    enum vp_status status = vp_file_write(path, text, strlen(text), err);
    free(text);
    return status;
}
