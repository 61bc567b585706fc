/* All sections, one after the other, into one page. */
#include "vkpcl/report.h"
#include "report/parts.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static enum vp_status check_folder(struct vp_report *report, struct vp_error *err) {
    const char *run = report->request->run;
    struct stat info;
    if (stat(run, &info) != 0 || !S_ISDIR(info.st_mode))
        return vp_fail(err, VP_ERR_IO, "there is no folder %s: give the folder that `vkpcl pretrain --out` wrote", run);
    if (vp_report_has(report, "log.tsv") || vp_report_has(report, "config.yaml")) return VP_OK;
    return vp_fail(err, VP_ERR_USAGE,
                   "%s holds neither log.tsv nor config.yaml: give the folder that `vkpcl pretrain --out` wrote", run);
}

/* The folder's own name, "runs/first/" gives "first"; the caller frees. */
static char *last_name(const char *path) {
    char *real = realpath(path, NULL);
    const char *from = real ? real : path, *slash = strrchr(from, '/');
    const char *name = slash && slash[1] ? slash + 1 : from;
    char *copy = malloc(strlen(name) + 1);
    vp_assert(copy, "no host memory for %s", path);
    memcpy(copy, name, strlen(name) + 1);
    free(real);
    return copy;
}

static void add_head(struct vp_report *report, const char *name) {
    time_t now = time(NULL);
    struct tm utc;
    char text[32];
    gmtime_r(&now, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    cJSON_AddStringToObject(report->page, "name", name);
    cJSON_AddStringToObject(report->page, "program", "vkpcl " VKPCL_VERSION);
    cJSON_AddStringToObject(report->page, "written", text);
    if (report->request->live > 0) cJSON_AddNumberToObject(report->page, "live", report->request->live);
}

enum vp_status vp_report_write(const struct vp_report_request *request, struct vp_error *err) {
    struct vp_report report = {.request = request, .page = cJSON_CreateObject(), .notes = cJSON_CreateArray()};
    cJSON_AddItemToObject(report.page, "notes", report.notes);
    enum vp_status status = check_folder(&report, err);
    char path[VP_REPORT_PATH];
    if (status == VP_OK && !request->out && !vp_report_path(&report, "report.html", path))
        status = vp_fail(err, VP_ERR_IO, "the path of the run's folder is too long: %.200s...", request->run);
    if (status == VP_OK) {
        char *name = last_name(request->run);
        add_head(&report, name);
        vp_report_facts(&report);
        vp_report_settings(&report);
        vp_report_log(&report);
        vp_report_samples(&report);
        vp_report_profile(&report);
        status = vp_report_evaluations(&report, err);
        if (status == VP_OK && request->live <= 0) status = vp_report_embedding(&report, err);
        if (status == VP_OK) status = vp_report_render(report.page, name, request->out ? request->out : path, err);
        free(name);
    }
    cJSON_Delete(report.page);
    return status;
}
