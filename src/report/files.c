/* Paths, names, notes and numbers of the report. */
#include "report/parts.h"
#include <dirent.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void vp_report_note(struct vp_report *report, const char *format, ...) {
    char text[1200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    cJSON_AddItemToArray(report->notes, cJSON_CreateString(text));
    if (report->request->live <= 0) vp_log(report->request->log, VP_LOG_WARN, "%s", text);
}

bool vp_report_path(struct vp_report *report, const char *name, char path[VP_REPORT_PATH]) {
    if (snprintf(path, VP_REPORT_PATH, "%s/%s", report->request->run, name) < VP_REPORT_PATH) return true;
    vp_report_note(report, "the path of %.200s is too long", name);
    return false;
}

bool vp_report_has(struct vp_report *report, const char *name) {
    char path[VP_REPORT_PATH];
    return vp_report_path(report, name, path) && access(path, F_OK) == 0;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **vp_report_names(struct vp_report *report, const char *folder, const char *suffix, int *count) {
    char path[VP_REPORT_PATH], **names = NULL;
    int room = 0;
    *count = 0;
    DIR *dir = vp_report_path(report, folder, path) ? opendir(path) : NULL;
    if (!dir) return NULL;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        size_t length = strlen(entry->d_name), tail = strlen(suffix);
        if (length <= tail || entry->d_name[0] == '.' || strcmp(entry->d_name + length - tail, suffix) != 0) continue;
        if (*count == room) {
            room = room ? 2 * room : 32;
            char **larger = realloc(names, (size_t)room * sizeof *names);
            vp_assert(larger, "no host memory to list %s", path);
            names = larger;
        }
        names[*count] = malloc(length + 1);
        vp_assert(names[*count], "no host memory to list %s", path);
        memcpy(names[(*count)++], entry->d_name, length + 1);
    }
    closedir(dir);
    if (names) qsort(names, (size_t)*count, sizeof *names, compare_names);
    return names;
}

void vp_report_names_free(char **names, int count) {
    for (int i = 0; i < count; i++) free(names[i]);
    free(names);
}

cJSON *vp_report_number(double value, int digits) {
    char text[40];
    if (!isfinite(value)) return cJSON_CreateNull();
    snprintf(text, sizeof text, "%.*g", digits, value);
    return cJSON_CreateRaw(text);
}
