/* Text files of one record a line: csv, tab or blank separated, read line by line with the place at hand for messages.
 */
#ifndef VKPCL_TABLE_H
#define VKPCL_TABLE_H
#include "vkpcl/status.h"
#include <stdbool.h>
#include <stddef.h>

struct vp_table {
    const char *path;
    char *text, *next;
    char separator; /* ',' or '\t'; ' ' for any run of blanks and tabs */
    int line;       /* of the record, from 1 */
    char **fields;  /* (count): without the blanks and quotes around them; they live until the table is closed */
    int count, room;
};

/* `path` must outlive the table. Separator '\0': the first record decides: tab, comma, or blanks. */
enum vp_status vp_table_open(struct vp_table *table, const char *path, char separator, struct vp_error *err);
void vp_table_close(struct vp_table *table);
/* The next record; false behind the last. Blank lines and lines that begin with # are skipped. Separators inside double
 * quotes belong to the field, and "" there is a quote; a record never goes on in the next line. */
bool vp_table_next(struct vp_table *table);
/* Number of the field with this text (case aside) in the current record, or -1. */
int vp_table_find(const struct vp_table *table, const char *text);

/* VP_ERR_FORMAT "path:line: sentence". */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
enum vp_status
vp_table_fail(const struct vp_table *table, struct vp_error *err, const char *format, ...);
/* One field as a number; `what` names it in the message. */
enum vp_status vp_table_int(const struct vp_table *table, int field, const char *what, int min, int max, int *value,
                            struct vp_error *err);
enum vp_status vp_table_real(const struct vp_table *table, int field, const char *what, double *value,
                             struct vp_error *err);
/* Are there that many fields? `form` shows a right line. */
enum vp_status vp_table_fields(const struct vp_table *table, int count, const char *form, struct vp_error *err);

#endif
