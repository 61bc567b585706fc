/* Evaluations: JSON is handed on as it is, the page knows what to draw. */
#include "report/parts.h"
#include "vkpcl/file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum vp_status add_file(cJSON *list, const char *path, struct vp_error *err) {
    unsigned char *text;
    size_t bytes;
    enum vp_status status = vp_file_read(path, &text, &bytes, err);
    if (status != VP_OK) return status;
    cJSON *evaluation = cJSON_ParseWithLength((const char *)text, bytes);
    free(text);
    if (!cJSON_IsObject(evaluation) || !cJSON_IsString(cJSON_GetObjectItemCaseSensitive(evaluation, "task"))) {
        cJSON_Delete(evaluation);
        return vp_fail(err, VP_ERR_FORMAT, "%s is no evaluation: a JSON object with a \"task\" is expected", path);
    }
    const char *slash = strrchr(path, '/');
    cJSON_DeleteItemFromObjectCaseSensitive(evaluation, "file");
    cJSON_AddStringToObject(evaluation, "file", slash ? slash + 1 : path);
    cJSON_AddItemToArray(list, evaluation);
    return VP_OK;
}

static void add_pictures(struct vp_report *report) {
    int count;
    char **names = vp_report_names(report, "eval", ".png", &count);
    cJSON *pictures = cJSON_AddArrayToObject(report->page, "pictures");
    for (int i = 0; i < count; i++) {
        char name[300], path[VP_REPORT_PATH];
        snprintf(name, sizeof name, "eval/%s", names[i]);
        cJSON *picture = vp_report_path(report, name, path) ? vp_report_picture(report, path) : NULL;
        if (!picture) continue;
        cJSON_AddStringToObject(picture, "name", names[i]);
        cJSON_AddItemToArray(pictures, picture);
    }
    vp_report_names_free(names, count);
}

enum vp_status vp_report_evaluations(struct vp_report *report, struct vp_error *err) {
    int count;
    char **names = vp_report_names(report, "eval", ".json", &count);
    cJSON *list = cJSON_AddArrayToObject(report->page, "evaluations");
    for (int i = 0; i < count; i++) { /* what lies in the folder may be broken, what was asked for may not */
        char name[300], path[VP_REPORT_PATH];
        struct vp_error broken;
        snprintf(name, sizeof name, "eval/%s", names[i]);
        if (vp_report_path(report, name, path) && add_file(list, path, &broken) != VP_OK)
            vp_report_note(report, "%s; it is left out", broken.message);
    }
    vp_report_names_free(names, count);
    add_pictures(report);
    for (int i = 0; i < report->request->eval_count; i++) {
        enum vp_status status = add_file(list, report->request->eval[i], err);
        if (status != VP_OK) return status;
    }
    return VP_OK;
}
