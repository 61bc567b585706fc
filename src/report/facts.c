/* What describes the run: run.json, the settings, the profile. */
#include "report/parts.h"
#include "vkpcl/config.h"
#include "vkpcl/file.h"
#include <stdlib.h>
#include <string.h>

void vp_report_facts(struct vp_report *report) {
    char path[VP_REPORT_PATH];
    unsigned char *text;
    size_t bytes;
    struct vp_error err;
    if (!vp_report_has(report, "run.json") || !vp_report_path(report, "run.json", path)) return;
    if (vp_file_read(path, &text, &bytes, &err) != VP_OK) {
        vp_report_note(report, "%s", err.message);
        return;
    }
    cJSON *facts = cJSON_ParseWithLength((const char *)text, bytes);
    free(text);
    if (cJSON_IsObject(facts)) {
        cJSON_AddItemToObject(report->page, "facts", facts);
        return;
    }
    cJSON_Delete(facts);
    vp_report_note(report, "run.json is no JSON object: device and dates are missing");
}

void vp_report_settings(struct vp_report *report) {
    char path[VP_REPORT_PATH], value[128];
    struct vp_config config, fallback;
    struct vp_error err;
    if (!vp_report_has(report, "config.yaml") || !vp_report_path(report, "config.yaml", path)) return;
    vp_config_init(&config);
    vp_config_init(&fallback);
    if (vp_config_load(&config, path, report->request->log, &err) != VP_OK) {
        vp_report_note(report, "%s", err.message);
        return;
    }
    int count;
    const struct vp_option *options = vp_config_options(&count);
    cJSON *settings = cJSON_AddArrayToObject(report->page, "settings");
    for (int i = 0; i < count; i++) {
        cJSON *setting = cJSON_CreateObject();
        cJSON_AddStringToObject(setting, "key", options[i].key);
        cJSON_AddStringToObject(setting, "value", vp_config_value(&config, &options[i], value));
        cJSON_AddStringToObject(setting, "fallback", vp_config_value(&fallback, &options[i], value));
        cJSON_AddStringToObject(setting, "help", options[i].help);
        cJSON_AddItemToArray(settings, setting);
    }
}

void vp_report_profile(struct vp_report *report) {
    static const char *const names[] = {"calls", "ms", "flops", "bytes"};
    char path[VP_REPORT_PATH];
    struct vp_tsv table;
    struct vp_error err;
    if (!vp_report_has(report, "profile.tsv") || !vp_report_path(report, "profile.tsv", path)) return;
    if (vp_tsv_read(path, &table, &err) != VP_OK) {
        vp_report_note(report, "%s", err.message);
        return;
    }
    cJSON *rows = cJSON_CreateArray();
    int kernel = vp_tsv_column(&table, "kernel");
    for (int row = 0; kernel >= 0 && row < table.rows; row++) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "kernel", table.cells[row * table.columns + kernel]);
        for (int i = 0; i < 4; i++) {
            int column = vp_tsv_column(&table, names[i]);
            if (column >= 0)
                cJSON_AddItemToObject(object, names[i], vp_report_number(vp_tsv_number(&table, row, column), 9));
        }
        cJSON_AddItemToArray(rows, object);
    }
    if (table.skipped || kernel < 0) vp_report_note(report, "profile.tsv is damaged: some of its lines are left out");
    if (cJSON_GetArraySize(rows) > 0)
        cJSON_AddItemToObject(report->page, "profile", rows);
    else
        cJSON_Delete(rows);
    vp_tsv_fini(&table);
}
