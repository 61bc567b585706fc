/* run.json: where, when, with what and on which images a run ran; one session for every start. */
#include "train/checkpoint_internal.h"
#include "vkpcl/file.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const device_types[] = {"cpu", "virtual", "integrated", "discrete"}; /* enum vp_gpu_type */

static enum vp_status path_of(const struct vp_run *run, const char *name, char path[VP_PATH_BYTES],
                              struct vp_error *err) {
    if (snprintf(path, VP_PATH_BYTES, "%s/%s", run->request->folder, name) < VP_PATH_BYTES) return VP_OK;
    return vp_fail(err, VP_ERR_IO, "the path of the run's folder is too long: %.200s...", run->request->folder);
}

static void add_time(cJSON *object, const char *name) {
    time_t now = time(NULL);
    struct tm utc;
    char text[32];
    gmtime_r(&now, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    cJSON_DeleteItemFromObject(object, name);
    cJSON_AddStringToObject(object, name, text);
}

static void set_number(cJSON *object, const char *name, double value) {
    cJSON_DeleteItemFromObject(object, name);
    cJSON_AddNumberToObject(object, name, value);
}

/* What earlier sessions of a resumed run left; NULL: nothing, or nothing that can be read. */
static cJSON *read_facts(const struct vp_run *run, const char *path) {
    unsigned char *text;
    size_t bytes;
    struct vp_error err;
    if (!run->request->resume || access(path, F_OK) != 0) return NULL;
    cJSON *facts = NULL;
    if (vp_file_read(path, &text, &bytes, &err) == VP_OK) {
        facts = cJSON_ParseWithLength((const char *)text, bytes);
        free(text);
    }
    if (cJSON_IsObject(facts) && cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(facts, "sessions"))) return facts;
    cJSON_Delete(facts);
    vp_log(run->request->log, VP_LOG_WARN, "%s cannot be read and is begun anew", path);
    return NULL;
}

static enum vp_status write_facts(const struct vp_run *run, const char *path, struct vp_error *err) {
    char *text = cJSON_Print(run->facts);
    vp_assert(text, "no host memory for %s", path);
    enum vp_status status = vp_file_write(path, text, strlen(text), err);
    cJSON_free(text);
    return status;
}

static cJSON *new_session(const struct vp_run *run) {
    const struct vp_gpu_info *info = vp_gpu_info(run->gpu);
    cJSON *session = cJSON_CreateObject();
    cJSON_AddStringToObject(session, "program", "vkpcl " VKPCL_VERSION);
    cJSON_AddStringToObject(session, "device", info->name);
    cJSON_AddStringToObject(session, "driver", info->driver);
    cJSON_AddStringToObject(session, "type", device_types[info->type]);
    cJSON_AddNumberToObject(session, "memory", (double)info->memory);
    add_time(session, "started");
    cJSON_AddNumberToObject(session, "first_iteration", (double)run->iteration + 1);
    cJSON *data = cJSON_AddArrayToObject(session, "data");
    int count;
    const struct vp_source_part *parts = vp_source_parts(run->request->source, &count);
    for (int i = 0; i < count; i++) cJSON_AddItemToArray(data, cJSON_CreateString(parts[i].path));
    cJSON_AddNumberToObject(session, "images", vp_source_images(run->request->source));
    cJSON_AddNumberToObject(session, "items", vp_source_items(run->request->source));
    return session;
}

enum vp_status vp_facts_open(struct vp_run *run, struct vp_error *err) {
    char path[VP_PATH_BYTES];
    enum vp_status status = path_of(run, "run.json", path, err);
    if (status != VP_OK) return status;
    run->facts = read_facts(run, path);
    if (!run->facts) {
        run->facts = cJSON_CreateObject();
        cJSON_AddArrayToObject(run->facts, "sessions");
    }
    set_number(run->facts, "iterations", (double)run->iterations);
    set_number(run->facts, "iterations_per_epoch", (double)run->steps_per_epoch);
    set_number(run->facts, "parameters", (double)run->params->parameter_count);
    cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(run->facts, "sessions"), new_session(run));
    return write_facts(run, path, err);
}

enum vp_status vp_facts_close(struct vp_run *run, enum vp_status outcome, struct vp_error *err) {
    if (!run->facts) return VP_OK;
    cJSON *sessions = cJSON_GetObjectItemCaseSensitive(run->facts, "sessions");
    cJSON *session = cJSON_GetArrayItem(sessions, cJSON_GetArraySize(sessions) - 1);
    add_time(session, "ended");
    set_number(session, "last_iteration", (double)run->iteration);
    cJSON_AddStringToObject(session, "outcome",
                            run->iteration == run->iterations ? "finished"
                            : outcome == VP_OK                ? "time limit"
                            : outcome == VP_ERR_INTERRUPTED   ? "stopped"
                                                              : "failed");
    char path[VP_PATH_BYTES];
    enum vp_status status = path_of(run, "run.json", path, err);
    if (status == VP_OK) status = write_facts(run, path, err);
    cJSON_Delete(run->facts);
    run->facts = NULL;
    if (status == VP_OK) status = path_of(run, "profile.tsv", path, err);
    return status == VP_OK ? vp_gpu_profile_write(run->gpu, path, err) : status;
}
