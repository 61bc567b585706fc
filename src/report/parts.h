/* What the parts of the report share. Each part adds what it finds in the run's folder to the page's data. */
#ifndef VKPCL_REPORT_PARTS_H
#define VKPCL_REPORT_PARTS_H
#include "vkpcl/report.h"
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VP_REPORT_PATH = 4096 };

struct vp_report {
    const struct vp_report_request *request;
    cJSON *page;  /* the data of the page: one member a section */
    cJSON *notes; /* page.notes: sentences about what was left out */
};

void vp_report_settings(struct vp_report *report); /* page.settings [{key, value, fallback, help}] */
void vp_report_facts(struct vp_report *report);    /* page.facts: run.json */
void vp_report_log(struct vp_report *report);      /* page.log {columns, values by column, lines, lines_per_point} */
void vp_report_samples(struct vp_report *report);  /* page.samples [{iteration, url, width, height}] */
void vp_report_profile(struct vp_report *report);  /* page.profile [{kernel, calls, ms, flops, bytes}] */
enum vp_status vp_report_evaluations(struct vp_report *report,
                                     struct vp_error *err); /* page.evaluations, page.pictures */
enum vp_status vp_report_embedding(struct vp_report *report, struct vp_error *err); /* page.embedding */

/* The page as text, from the embedded template and the data; written whole or not at all. */
enum vp_status vp_report_render(const cJSON *page, const char *title, const char *path, struct vp_error *err);

/* ---- helpers (files.c) ------------------------------------------------------------------------------------------ */

/* RUN/name; false, with a note, when it is too long. */
bool vp_report_path(struct vp_report *report, const char *name, char path[VP_REPORT_PATH]);
bool vp_report_has(struct vp_report *report, const char *name);
void vp_report_note(struct vp_report *report, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
/* The names in RUN/folder that end in `suffix`, sorted; the caller frees with vp_report_names_free. */
char **vp_report_names(struct vp_report *report, const char *folder, const char *suffix, int *count);
void vp_report_names_free(char **names, int count);
/* A number with `digits` significant digits; null when it is not finite. */
cJSON *vp_report_number(double value, int digits);
/* "data:image/png;base64,..." of a picture file, lossless and small; NULL with a note when it is broken. */
cJSON *vp_report_picture(struct vp_report *report, const char *path);

/* ---- tables (tsv.c) --------------------------------------------------------------------------------------------- */

/* A table of tab-separated cells under a line of names. Lines that were cut or have another number of cells are left
 * out and counted. */
struct vp_tsv {
    char *text;   /* the cells point into it */
    char **names; /* (columns) */
    char **cells; /* (rows, columns) */
    int columns, rows, skipped;
};
enum vp_status vp_tsv_read(const char *path, struct vp_tsv *table, struct vp_error *err);
void vp_tsv_fini(struct vp_tsv *table);
/* NaN when the cell is no number. */
double vp_tsv_number(const struct vp_tsv *table, int row, int column);
int vp_tsv_column(const struct vp_tsv *table, const char *name); /* -1: none */

#endif
