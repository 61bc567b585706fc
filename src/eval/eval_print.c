/* The result as aligned text. */
#include "vkpcl/eval.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 40, MAX_COLUMNS = 16, METRICS_ACROSS = 6 };

/* Cells are collected first, so that columns are as wide as what they hold. */
struct table {
    int columns, rows;
    char (*cell)[CELL]; /* (rows, columns) */
};

static char *new_row(struct table *t) {
    t->cell = realloc(t->cell, (size_t)((t->rows + 1) * t->columns) * sizeof *t->cell);
    if (!t->cell) abort();
    char *row = t->cell[t->rows++ * t->columns];
    memset(row, 0, (size_t)t->columns * sizeof *t->cell);
    return row;
}

static void print_table(const struct table *t, int left_columns, FILE *out) {
    int width[MAX_COLUMNS] = {0};
    for (int i = 0; i < t->rows * t->columns; i++) {
        int length = (int)strlen(t->cell[i]);
        if (length > width[i % t->columns]) width[i % t->columns] = length;
    }
    for (int r = 0; r < t->rows; r++) {
        for (int c = 0; c < t->columns; c++)
            fprintf(out, c < left_columns ? "%s%-*s" : "%s%*s", c ? " | " : "", width[c], t->cell[r * t->columns + c]);
        fputc('\n', out);
    }
}

/* Angles with two decimals, shares with three. */
static int decimals(const char *name) {
    return strncmp(name, "MAE", 3) == 0 ? 2 : 3;
}

/* "0.812 +-0.011 [0.790, 0.834]": what is there of it. */
static void write_value(char *cell, const struct vp_eval_metric *m, bool interval) {
    int d = decimals(m->name), used = 0;
    if (isnan(m->value)) {
        snprintf(cell, CELL, "-");
        return;
    }
    used = snprintf(cell, CELL, "%.*f", d, m->value);
    if (!isnan(m->deviation)) used += snprintf(cell + used, (size_t)(CELL - used), " +-%.*f", d, m->deviation);
    if (interval && !isnan(m->low))
        snprintf(cell + used, (size_t)(CELL - used), " [%.*f, %.*f]", d, m->low, d, m->high);
}

static void label_cells(char *cell, const struct vp_eval_row *row) {
    const char *const labels[4] = {row->source, row->feature, row->probe, row->protocol};
    for (int i = 0; i < 4; i++) snprintf(cell + i * CELL, CELL, "%.39s", labels[i]);
}

/* Metrics first .. first + METRICS_ACROSS - 1 of every line; the very first carries its interval. */
static void print_metrics(const struct vp_eval_result *result, int first, int metrics, FILE *out) {
    int across = metrics - first < METRICS_ACROSS ? metrics - first : METRICS_ACROSS;
    struct table t = {.columns = 4 + across};
    static const char *const heads[4] = {"source", "feature", "probe", "protocol"};
    char *cell = new_row(&t);
    for (int i = 0; i < 4; i++) snprintf(cell + i * CELL, CELL, "%s", heads[i]);
    const struct vp_eval_row *widest = result->row;
    for (int i = 0; i < result->rows; i++)
        if (result->row[i].metrics > widest->metrics) widest = &result->row[i];
    for (int m = 0; m < across; m++) snprintf(cell + (4 + m) * CELL, CELL, "%.39s", widest->metric[first + m].name);
    for (int i = 0; i < result->rows; i++) {
        const struct vp_eval_row *row = &result->row[i];
        cell = new_row(&t);
        label_cells(cell, row);
        for (int m = 0; m < across && first + m < row->metrics; m++)
            write_value(cell + (4 + m) * CELL, &row->metric[first + m], first + m == 0);
    }
    print_table(&t, 4, out);
    free(t.cell);
}

static void print_confusion(const struct vp_eval_result *result, const struct vp_eval_row *row, FILE *out) {
    if (result->classes > 12) return;
    fprintf(out, "\nconfusion of %s, %s, %s (rows: truth)\n", row->source, row->probe, row->protocol);
    struct table t = {.columns = 1 + result->classes};
    char *cell = new_row(&t);
    for (int k = 0; k < result->classes; k++) snprintf(cell + (k + 1) * CELL, CELL, "%.12s", result->class_name[k]);
    for (int k = 0; k < result->classes; k++) {
        cell = new_row(&t);
        snprintf(cell, CELL, "%.12s", result->class_name[k]);
        for (int j = 0; j < result->classes; j++)
            snprintf(cell + (j + 1) * CELL, CELL, "%lld", (long long)row->confusion[k * result->classes + j]);
    }
    print_table(&t, 1, out);
    free(t.cell);
}

/* ---- disentanglement: features x factors
 * ------------------------------------------------------------------------------ */

static const struct vp_eval_metric *find(const struct vp_eval_result *result, const struct vp_eval_row *like,
                                         const char *factor, const char *metric) {
    for (int i = 0; i < result->rows; i++) {
        const struct vp_eval_row *row = &result->row[i];
        if (strcmp(row->source, like->source) != 0 || strcmp(row->feature, like->feature) != 0 ||
            strcmp(row->protocol, like->protocol) != 0 || strcmp(row->factor, factor) != 0)
            continue;
        for (int m = 0; m < row->metrics; m++)
            if (strcmp(row->metric[m].name, metric) == 0) return &row->metric[m];
    }
    return NULL;
}

static const struct {
    const char *head, *factor, *metric;
} matrix[] = {{"R2 yaw", "pose", "R2 yaw"},         {"R2 pitch", "pose", "R2 pitch"},
              {"R2 roll", "pose", "R2 roll"},       {"MAE yaw", "pose", "MAE yaw"},
              {"MAE pitch", "pose", "MAE pitch"},   {"MAE roll", "pose", "MAE roll"},
              {"identity", "identity", "accuracy"}, {"expression", "expression", "accuracy"}};
enum { MATRIX = (int)(sizeof matrix / sizeof *matrix) };

/* Is this the first line of its source, feature and protocol? */
static bool first_of_kind(const struct vp_eval_result *result, int at) {
    const struct vp_eval_row *row = &result->row[at];
    if (strcmp(row->factor, "each other") == 0) return false;
    for (int i = 0; i < at; i++)
        if (!strcmp(result->row[i].source, row->source) && !strcmp(result->row[i].feature, row->feature) &&
            !strcmp(result->row[i].protocol, row->protocol))
            return false;
    return true;
}

static void print_leakage(const struct vp_eval_result *result, FILE *out) {
    for (int i = 0; i < result->rows; i++) {
        const struct vp_eval_row *row = &result->row[i];
        if (strcmp(row->factor, "each other") == 0)
            fprintf(out, "%s: mean |cosine| between face and pose feature %.3f\n", row->source, row->metric[0].value);
        if (!first_of_kind(result, i)) continue;
        const struct vp_eval_metric *yaw = find(result, row, "pose", "R2 yaw"),
                                    *who = find(result, row, "identity", "accuracy");
        if (strcmp(row->feature, "face") == 0 && yaw)
            fprintf(out, "%s, %s: pose leaks into the face feature: R2 of yaw %.3f\n", row->source, row->protocol,
                    yaw->value);
        if (strcmp(row->feature, "pose") == 0 && who)
            fprintf(out, "%s, %s: identity leaks into the pose feature: accuracy %.3f\n", row->source, row->protocol,
                    who->value);
    }
}

static void print_matrix(const struct vp_eval_result *result, FILE *out) {
    struct table t = {.columns = 3 + MATRIX};
    char *cell = new_row(&t);
    snprintf(cell, CELL, "source");
    snprintf(cell + CELL, CELL, "feature");
    snprintf(cell + 2 * CELL, CELL, "protocol");
    for (int m = 0; m < MATRIX; m++) snprintf(cell + (3 + m) * CELL, CELL, "%s", matrix[m].head);
    for (int i = 0; i < result->rows; i++) {
        if (!first_of_kind(result, i)) continue;
        const struct vp_eval_row *row = &result->row[i];
        cell = new_row(&t);
        snprintf(cell, CELL, "%.39s", row->source);
        snprintf(cell + CELL, CELL, "%.39s", row->feature);
        snprintf(cell + 2 * CELL, CELL, "%.39s", row->protocol);
        for (int m = 0; m < MATRIX; m++) {
            const struct vp_eval_metric *value = find(result, row, matrix[m].factor, matrix[m].metric);
            if (value) write_value(cell + (3 + m) * CELL, value, false);
        }
    }
    print_table(&t, 3, out);
    free(t.cell);
    print_leakage(result, out);
}

void vp_eval_print(const struct vp_eval_result *result, FILE *out) {
    fprintf(out, "%s on %s: %lld images at %d px", vp_eval_task_name(result->task), result->data,
            (long long)result->images, result->size);
    if (result->identities) fprintf(out, ", %lld identities", (long long)result->identities);
    fprintf(out, ", %d %s; weights: %s\n", result->folds, result->folds == 1 ? "split" : "folds", result->weights);
    if (result->task == VP_EVAL_DISENTANGLE) {
        print_matrix(result, out);
        return;
    }
    int metrics = 0;
    for (int i = 0; i < result->rows; i++)
        if (result->row[i].metrics > metrics) metrics = result->row[i].metrics;
    for (int first = 0; first < metrics; first += METRICS_ACROSS) {
        if (first) fputc('\n', out);
        print_metrics(result, first, metrics, out);
    }
    for (int i = 0; i < result->rows; i++)
        if (result->row[i].confusion && strcmp(result->row[i].protocol, "released") != 0)
            print_confusion(result, &result->row[i], out);
}
