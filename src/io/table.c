#include "table.h"
#include "vkpcl/file.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static char separator_of(const char *text) {
    while (*text == '#' || *text == '\n' || *text == '\r') { /* the first record */
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    size_t length = strcspn(text, "\n");
    return memchr(text, '\t', length) ? '\t' : memchr(text, ',', length) ? ',' : ' ';
}

enum vp_status vp_table_open(struct vp_table *table, const char *path, char separator, struct vp_error *err) {
    unsigned char *text;
    size_t bytes;
    *table = (struct vp_table){.path = path};
    enum vp_status status = vp_file_read(path, &text, &bytes, err);
    if (status != VP_OK) return status;
    if (memchr(text, '\0', bytes)) {
        free(text);
        return vp_fail(err, VP_ERR_FORMAT, "%s: expected a text file, found binary data", path);
    }
    table->text = (char *)text;
    table->next = table->text + (bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0);
    table->separator = separator ? separator : separator_of(table->next);
    return VP_OK;
}

void vp_table_close(struct vp_table *table) {
    free(table->text);
    free(table->fields);
    *table = (struct vp_table){0};
}

static void add_field(struct vp_table *table, char *field) {
    if (table->count == table->room) {
        table->room = table->room * 2 + 16;
        table->fields = realloc(table->fields, (size_t)table->room * sizeof *table->fields);
        vp_assert(table->fields, "out of host memory for %d fields", table->room);
    }
    table->fields[table->count++] = field;
}

/* Takes what stands in quotes, in place; returns what follows the closing one. */
static char *unquote(char *field) {
    char *to = field, *from = field + 1;
    while (*from && (*from != '"' || from[1] == '"')) {
        from += *from == '"';
        *to++ = *from++;
    }
    from += *from == '"';
    if (to < from) *to = '\0';
    return from;
}

static char *trimmed_end(char *begin, char *end) {
    while (end > begin && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r')) end--;
    return end;
}

static void split(struct vp_table *table, char *at) {
    bool blanks = table->separator == ' ', more = true;
    while (more) {
        at += strspn(at, table->separator == '\t' ? " \r" : " \t\r");
        if (blanks && !*at) return;
        char *field = at;
        add_field(table, field);
        bool quoted = *at == '"';
        if (quoted) at = unquote(at);
        char *end = blanks ? at + strcspn(at, " \t\r") : strchr(at, table->separator);
        if (!end) end = at + strlen(at);
        more = *end != '\0';
        if (!quoted) *trimmed_end(field, end) = '\0';
        at = end + 1;
    }
}

bool vp_table_next(struct vp_table *table) {
    table->count = 0;
    while (*table->next) {
        char *line = table->next, *end = line + strcspn(line, "\n");
        table->next = *end ? end + 1 : end;
        *end = '\0';
        table->line++;
        if (line[0] == '#' || line[strspn(line, " \t\r")] == '\0') continue;
        split(table, line);
        return true;
    }
    return false;
}

int vp_table_find(const struct vp_table *table, const char *text) {
    for (int i = 0; i < table->count; i++)
        if (strcasecmp(table->fields[i], text) == 0) return i;
    return -1;
}

enum vp_status vp_table_fail(const struct vp_table *table, struct vp_error *err, const char *format, ...) {
    char sentence[800];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    return vp_fail(err, VP_ERR_FORMAT, "%s:%d: %s", table->path, table->line, sentence);
}

enum vp_status vp_table_int(const struct vp_table *table, int field, const char *what, int min, int max, int *value,
                            struct vp_error *err) {
    const char *text = field < table->count ? table->fields[field] : "";
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end != text && !*end && errno == 0 && number >= min && number <= max) {
        *value = (int)number;
        return VP_OK;
    }
    if (max == INT_MAX)
        return vp_table_fail(table, err, "expected %s as a whole number from %d on, found \"%.60s\"", what, min, text);
    return vp_table_fail(table, err, "expected %s as a whole number from %d to %d, found \"%.60s\"", what, min, max,
                         text);
}

enum vp_status vp_table_real(const struct vp_table *table, int field, const char *what, double *value,
                             struct vp_error *err) {
    const char *text = field < table->count ? table->fields[field] : "";
    char *end;
    *value = strtod(text, &end);
    if (end != text && !*end && isfinite(*value)) return VP_OK;
    return vp_table_fail(table, err, "expected %s as a number, found \"%.60s\"", what, text);
}

enum vp_status vp_table_fields(const struct vp_table *table, int count, const char *form, struct vp_error *err) {
    if (table->count == count) return VP_OK;
    return vp_table_fail(table, err, "expected %s, found %d field%s", form, table->count, table->count == 1 ? "" : "s");
}
