/* The log for the curves. A long one is thinned: a point then is the mean of a few lines, as every line is the mean of
 * a few iterations. */
#include "report/parts.h"
#include <math.h>
#include <string.h>

enum { MOST_POINTS = 2000 };

/* Counters stay those of the last line of a group; everything else is averaged over its finite numbers. */
static double grouped(const struct vp_tsv *table, int column, int first, int end) {
    const char *name = table->names[column];
    if (strcmp(name, "iteration") == 0 || strcmp(name, "epoch") == 0) return vp_tsv_number(table, end - 1, column);
    double sum = 0;
    int count = 0;
    for (int row = first; row < end; row++) {
        double value = vp_tsv_number(table, row, column);
        if (isfinite(value)) sum += value, count++;
    }
    return count ? sum / count : NAN;
}

static cJSON *table_json(const struct vp_tsv *table) {
    int group = (table->rows + MOST_POINTS - 1) / MOST_POINTS;
    cJSON *log = cJSON_CreateObject(), *columns = cJSON_AddArrayToObject(log, "columns");
    cJSON *values = cJSON_AddArrayToObject(log, "values");
    cJSON_AddNumberToObject(log, "lines", table->rows);
    cJSON_AddNumberToObject(log, "lines_per_point", group);
    for (int column = 0; column < table->columns; column++) {
        cJSON_AddItemToArray(columns, cJSON_CreateString(table->names[column]));
        cJSON *list = cJSON_CreateArray();
        for (int row = 0; row < table->rows; row += group) {
            int end = row + group < table->rows ? row + group : table->rows;
            int digits = column == 0 ? 15 : 6;
            cJSON_AddItemToArray(list, vp_report_number(grouped(table, column, row, end), digits));
        }
        cJSON_AddItemToArray(values, list);
    }
    return log;
}

void vp_report_log(struct vp_report *report) {
    char path[VP_REPORT_PATH];
    struct vp_tsv table;
    struct vp_error err;
    if (!vp_report_has(report, "log.tsv") || !vp_report_path(report, "log.tsv", path)) return;
    if (vp_tsv_read(path, &table, &err) != VP_OK) {
        vp_report_note(report, "%s", err.message);
        return;
    }
    if (table.skipped)
        vp_report_note(report, "log.tsv: %d line%s cut or damaged and left out", table.skipped,
                       table.skipped == 1 ? " was" : "s were");
    if (strcmp(table.names[0], "iteration") != 0)
        vp_report_note(report, "log.tsv: the first column is \"%.60s\", not \"iteration\"; no curves are drawn",
                       table.names[0]);
    else if (table.rows > 0)
        cJSON_AddItemToObject(report->page, "log", table_json(&table));
    vp_tsv_fini(&table);
}
