/* The report as a file: JSON, so that scripts and later versions can read it. */
#include "vkpcl/bench.h"
#include "vkpcl/file.h"
#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT_VERSION = 1 };

/* Members of a row and of the report by name, for both directions. */
enum kind { TEXT, NUMBER, COUNT, TRUTH, TIME };
struct member {
    const char *name;
    enum kind kind;
    size_t offset, bytes;
};
#define MEMBER(type, name, kind)                                                                                       \
    { #name, kind, offsetof(struct type, name), sizeof(((struct type *)0)->name) }
static const struct member report_members[] = {
    MEMBER(vp_bench_report, device, TEXT),   MEMBER(vp_bench_report, driver, TEXT),
    MEMBER(vp_bench_report, is_cpu, TRUTH),  MEMBER(vp_bench_report, processors, COUNT),
    MEMBER(vp_bench_report, width, NUMBER),  MEMBER(vp_bench_report, batch, COUNT),
    MEMBER(vp_bench_report, gflops, NUMBER), MEMBER(vp_bench_report, gbytes, NUMBER),
};
static const struct member row_members[] = {
    MEMBER(vp_bench_row, op, TEXT),       MEMBER(vp_bench_row, layer, TEXT),   MEMBER(vp_bench_row, shape, TEXT),
    MEMBER(vp_bench_row, pass, TEXT),     MEMBER(vp_bench_row, flops, NUMBER), MEMBER(vp_bench_row, bytes, NUMBER),
    MEMBER(vp_bench_row, repeats, COUNT), MEMBER(vp_bench_row, wall, TIME),    MEMBER(vp_bench_row, cpu, TIME),
    MEMBER(vp_bench_row, device, TIME),
};
#define MEMBERS(table) (int)(sizeof(table) / sizeof((table)[0]))

static void put(cJSON *object, const void *from, const struct member *members, int count) {
    for (int i = 0; i < count; i++) {
        const char *at = (const char *)from + members[i].offset;
        const struct vp_bench_time *time = (const void *)at;
        switch (members[i].kind) {
        case TEXT:
            cJSON_AddStringToObject(object, members[i].name, at);
            break;
        case NUMBER:
            cJSON_AddNumberToObject(object, members[i].name, *(const double *)(const void *)at);
            break;
        case COUNT:
            cJSON_AddNumberToObject(object, members[i].name, *(const int *)(const void *)at);
            break;
        case TRUTH:
            cJSON_AddBoolToObject(object, members[i].name, *(const bool *)(const void *)at);
            break;
        case TIME: {
            double values[] = {time->median, time->min, time->max};
            cJSON_AddItemToObject(object, members[i].name, cJSON_CreateDoubleArray(values, 3));
        } break;
        }
    }
}

enum vp_status vp_bench_write(const struct vp_bench_report *report, const char *path, struct vp_error *err) {
    cJSON *root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "vkpcl_bench", FORMAT_VERSION);
    put(root, report, report_members, MEMBERS(report_members));
    cJSON_AddStringToObject(root, "times", "milliseconds: median, min, max");
    cJSON *rows = cJSON_AddArrayToObject(root, "rows");
    for (int i = 0; i < report->count; i++) {
        cJSON *row = cJSON_CreateObject();
        put(row, &report->rows[i], row_members, MEMBERS(row_members));
        cJSON_AddItemToArray(rows, row);
    }
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    vp_assert(text, "out of host memory for a report");
    enum vp_status status = vp_file_write(path, text, strlen(text), err);
    free(text);
    return status;
}

static bool take_one(const cJSON *item, char *at, const struct member *member) {
    struct vp_bench_time *time = (void *)at;
    switch (member->kind) {
    case TEXT:
        if (!cJSON_IsString(item)) return false;
        snprintf(at, member->bytes, "%s", item->valuestring);
        return true;
    case NUMBER:
        if (!cJSON_IsNumber(item)) return false;
        *(double *)(void *)at = item->valuedouble;
        return true;
    case COUNT:
        if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble < 1e9)) return false;
        *(int *)(void *)at = (int)item->valuedouble;
        return true;
    case TRUTH:
        *(bool *)(void *)at = cJSON_IsTrue(item);
        return cJSON_IsBool(item);
    case TIME:
        for (int i = 0; i < 3; i++) {
            const cJSON *value = cJSON_GetArrayItem(item, i);
            if (!cJSON_IsNumber(value)) return false;
            *(i == 0 ? &time->median : i == 1 ? &time->min : &time->max) = value->valuedouble;
        }
        return true;
    }
    return false;
}

static const char *take(const cJSON *object, void *to, const struct member *members, int count) {
    for (int i = 0; i < count; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, members[i].name);
        if (!take_one(item, (char *)to + members[i].offset, &members[i])) return members[i].name;
    }
    return NULL;
}

static enum vp_status read_report(struct vp_bench_report *report, const cJSON *root, const char *path,
                                  struct vp_error *err) {
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(root, "vkpcl_bench"), *item;
    if (!cJSON_IsNumber(version) || version->valueint != FORMAT_VERSION)
        return vp_fail(err, VP_ERR_FORMAT, "%s is no benchmark report of this version (vkpcl bench --json writes one)",
                       path);
    const char *wrong = take(root, report, report_members, MEMBERS(report_members));
    if (wrong) return vp_fail(err, VP_ERR_FORMAT, "%s: \"%s\" is missing or of another kind", path, wrong);
    if (report->processors < 1) return vp_fail(err, VP_ERR_FORMAT, "%s: \"processors\" is 0", path);
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, "rows")) {
        wrong = take(item, vp_bench_report_add(report), row_members, MEMBERS(row_members));
        if (wrong)
            return vp_fail(err, VP_ERR_FORMAT, "%s: row %d: \"%s\" is missing or of another kind", path, report->count,
                           wrong);
    }
    return VP_OK;
}

enum vp_status vp_bench_read(struct vp_bench_report *report, const char *path, struct vp_error *err) {
    *report = (struct vp_bench_report){0};
    unsigned char *text;
    size_t bytes;
    enum vp_status status = vp_file_read(path, &text, &bytes, err);
    if (status != VP_OK) return status;
    cJSON *root = cJSON_Parse((const char *)text);
    free(text);
    status = root ? read_report(report, root, path, err) : vp_fail(err, VP_ERR_FORMAT, "%s is not JSON", path);
    cJSON_Delete(root);
    if (status != VP_OK) vp_bench_report_fini(report);
    return status;
}
