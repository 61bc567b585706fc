/* The ablation's table, for people and for programs. */
#include "vkpcl/ablate.h"
#include "vkpcl/file.h"
#include <math.h>
#include <string.h>

void vp_ablate_print(const struct vp_ablate_table *table, FILE *out) {
    fprintf(out, "%-21s | protocol", "");
    for (int c = 0; c < VP_ABLATE_COLUMNS; c++) fprintf(out, " | %s", table->columns[c]);
    for (int r = 0; r < table->rows; r++) {
        fprintf(out, "\n%-21s | %-8s", table->row[r].name, table->row[r].protocol);
        for (int c = 0; c < VP_ABLATE_COLUMNS; c++) {
            int width = (int)strlen(table->columns[c]), decimals = strstr(table->columns[c], "MAE") ? 2 : 3;
            if (isnan(table->row[r].value[c]))
                fprintf(out, " | %*s", width, "-");
            else
                fprintf(out, " | %*.*f", width, decimals, table->row[r].value[c]);
        }
    }
    fputc('\n', out);
}

enum vp_status vp_ablate_write(const struct vp_ablate_table *table, const char *path, struct vp_error *err) {
    struct vp_file file;
    enum vp_status status = vp_file_begin(&file, path, err);
    if (status != VP_OK) return status;
    fputs("variant\tprotocol", file.stream);
    for (int c = 0; c < VP_ABLATE_COLUMNS; c++) fprintf(file.stream, "\t%s", table->columns[c]);
    for (int r = 0; r < table->rows; r++) {
        fprintf(file.stream, "\n%s\t%s", table->row[r].name, table->row[r].protocol);
        for (int c = 0; c < VP_ABLATE_COLUMNS; c++) fprintf(file.stream, "\t%.6g", table->row[r].value[c]);
    }
    fputc('\n', file.stream);
    return vp_file_commit(&file, err);
}
