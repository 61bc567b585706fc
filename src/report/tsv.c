#include "report/parts.h"
#include "vkpcl/file.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int count_of(const char *text, char what) {
    int count = 0;
    for (; *text; text++) count += *text == what;
    return count;
}

/* Cuts `line` at its tabs into at most `room` cells; returns how many there are in all. */
static int cut(char *line, char **cells, int room) {
    int count = 0;
    for (char *cell = line; cell; count++) {
        char *tab = strchr(cell, '\t');
        if (tab) *tab = '\0';
        if (count < room) cells[count] = cell;
        cell = tab ? tab + 1 : NULL;
    }
    return count;
}

enum vp_status vp_tsv_read(const char *path, struct vp_tsv *table, struct vp_error *err) {
    *table = (struct vp_tsv){0};
    unsigned char *data;
    size_t bytes;
    enum vp_status status = vp_file_read(path, &data, &bytes, err);
    if (status != VP_OK) return status;
    table->text = (char *)data;
    char *end = strchr(table->text, '\n');
    if (!end) {
        vp_tsv_fini(table);
        return vp_fail(err, VP_ERR_FORMAT, "%s holds no complete line of column names", path);
    }
    *end = '\0';
    table->columns = count_of(table->text, '\t') + 1;
    table->names = calloc((size_t)table->columns, sizeof *table->names);
    table->cells = calloc((size_t)(count_of(end + 1, '\n') + 1) * (size_t)table->columns, sizeof *table->cells);
    vp_assert(table->names && table->cells, "no host memory for %s", path);
    cut(table->text, table->names, table->columns);
    for (char *line = end + 1; *line; line = end + 1) {
        end = strchr(line, '\n');
        if (!end) { /* the writer was cut short */
            table->skipped++;
            break;
        }
        *end = '\0';
        int cells = cut(line, table->cells + (size_t)table->rows * (size_t)table->columns, table->columns);
        if (cells == table->columns)
            table->rows++;
        else
            table->skipped++;
    }
    return VP_OK;
}

void vp_tsv_fini(struct vp_tsv *table) {
    free(table->text);
    free(table->names);
    free(table->cells);
    *table = (struct vp_tsv){0};
}

double vp_tsv_number(const struct vp_tsv *table, int row, int column) {
    const char *cell = table->cells[(size_t)row * (size_t)table->columns + (size_t)column];
    char *end;
    double value = strtod(cell, &end);
    return end == cell || *end ? NAN : value;
}

int vp_tsv_column(const struct vp_tsv *table, const char *name) {
    for (int i = 0; i < table->columns; i++)
        if (strcmp(table->names[i], name) == 0) return i;
    return -1;
}
