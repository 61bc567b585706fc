/* The page: assets/report/page.html, where {{name}} stands for another embedded file, {{title}} for the title and
 * {{data}} for the data. */
#include "report/assets.h"
#include "report/parts.h"
#include "vkpcl/file.h"
#include <stdlib.h>
#include <string.h>

static const struct vp_report_asset *asset(const char *name, size_t length) {
    for (int i = 0; i < vp_report_asset_count; i++)
        if (strlen(vp_report_assets[i].name) == length && strncmp(vp_report_assets[i].name, name, length) == 0)
            return &vp_report_assets[i];
    return NULL;
}

static void write_title(FILE *out, const char *title) {
    for (const char *c = title; *c; c++) {
        if (*c == '&')
            fputs("&amp;", out);
        else if (*c == '<')
            fputs("&lt;", out);
        else
            fputc(*c, out);
    }
}

/* JSON inside a script element: "<" could end it. It only ever stands inside strings, where the escape means the same.
 */
static void write_data(FILE *out, const char *json) {
    for (const char *left; (left = strchr(json, '<')) != NULL; json = left + 1) {
        fwrite(json, 1, (size_t)(left - json), out);
        fputs("\\u003c", out);
    }
    fputs(json, out);
}

static void write_page(FILE *out, const char *title, const char *json) {
    const char *text = asset("page", 4)->text, *open;
    for (; (open = strstr(text, "{{")) != NULL; text = strstr(open, "}}") + 2) {
        fwrite(text, 1, (size_t)(open - text), out);
        const char *name = open + 2;
        size_t length = (size_t)(strstr(open, "}}") - name);
        const struct vp_report_asset *part = asset(name, length);
        if (part)
            fwrite(part->text, 1, part->bytes, out);
        else if (length == 4)
            write_data(out, json);
        else
            write_title(out, title);
    }
    fputs(text, out);
}

enum vp_status vp_report_render(const cJSON *page, const char *title, const char *path, struct vp_error *err) {
    char *json = cJSON_PrintUnformatted(page);
    vp_assert(json, "no host memory for the data of %s", path);
    struct vp_file file;
    enum vp_status status = vp_file_begin(&file, path, err);
    if (status == VP_OK) {
        write_page(file.stream, title, json);
        status = vp_file_commit(&file, err);
    }
    cJSON_free(json);
    return status;
}
