/* The store of tuned choices: a table in memory, a text file on disk.
 *
 *     vkpcl tuning 1
 *     device   NAME
 *     driver   NAME AND VERSION
 *     choices  COUNT
 *     KEY <tab> CHOICE <tab> MILLISECONDS          one line each
 */
#include "gpu/tune.h"
#include "gpu/gpu_internal.h"
#include "vkpcl/file.h"
#include "vkpcl/tune.h"
#include <stdlib.h>
#include <string.h>

struct choice {
    const char *key, *name; /* in the arena */
    double ms;
};

struct vp_tuning {
    struct vp_arena *arena;
    struct choice *list;
    int count, capacity;
    char *path; /* NULL: kept in memory only */
    bool off;   /* choices are stored, but nobody is told */
};

static const char magic[] = "vkpcl tuning 1";

static struct choice *find(const struct vp_tuning *tuning, const char *key) {
    for (int i = 0; i < tuning->count; i++)
        if (strcmp(tuning->list[i].key, key) == 0) return &tuning->list[i];
    return NULL;
}

static void put(struct vp_tuning *tuning, const char *key, const char *name, double ms) {
    struct choice *choice = find(tuning, key);
    if (!choice) {
        if (tuning->count == tuning->capacity) {
            tuning->capacity = tuning->capacity ? 2 * tuning->capacity : 64;
            tuning->list = realloc(tuning->list, (size_t)tuning->capacity * sizeof *tuning->list);
            vp_assert(tuning->list, "out of host memory for %d tuned choices", tuning->capacity);
        }
        choice = &tuning->list[tuning->count++];
        choice->key = vp_arena_strdup(tuning->arena, key);
    }
    choice->name = vp_arena_strdup(tuning->arena, name);
    choice->ms = ms;
}

static struct vp_tuning *create(void) {
    struct vp_tuning *tuning = calloc(1, sizeof *tuning);
    vp_assert(tuning, "out of host memory for tuned choices");
    tuning->arena = vp_arena_create();
    return tuning;
}

static void destroy(struct vp_tuning *tuning) {
    if (!tuning) return;
    vp_arena_destroy(tuning->arena);
    free(tuning->list);
    free(tuning->path);
    free(tuning);
}

const char *vp_gpu_tuned(const struct vp_gpu *gpu, const char *key) {
    const struct choice *choice = gpu->tuning->off ? NULL : find(gpu->tuning, key);
    return choice ? choice->name : NULL;
}

void vp_gpu_tune_set(struct vp_gpu *gpu, const char *key, const char *name, double ms) {
    vp_assert(key[0] && !strpbrk(key, "\t\n") && name[0] && !strpbrk(name, " \t\n"), "tuned \"%s\": \"%s\"", key, name);
    put(gpu->tuning, key, name, ms);
}

bool vp_gpu_tune_off(const struct vp_gpu *gpu) {
    return gpu->tuning->off;
}

int vp_gpu_tune_count(const struct vp_gpu *gpu) {
    return gpu->tuning->count;
}

/* ---- the file ------------------------------------------------------------------------------------------------- */

enum vp_status vp_gpu_tune_export(const struct vp_gpu *gpu, const char *path, struct vp_error *err) {
    const struct vp_tuning *tuning = gpu->tuning;
    struct vp_file file;
    enum vp_status status = vp_file_begin(&file, path, err);
    if (status != VP_OK) return status;
    fprintf(file.stream, "%s\ndevice\t%s\ndriver\t%s\nchoices\t%d\n", magic, gpu->info.name, gpu->info.driver,
            tuning->count);
    for (int i = 0; i < tuning->count; i++)
        fprintf(file.stream, "%s\t%s\t%.6g\n", tuning->list[i].key, tuning->list[i].name, tuning->list[i].ms);
    return vp_file_commit(&file, err);
}

/* Cuts the next line off the text; NULL when there is none. */
static char *next_line(char **text) {
    char *line = *text, *end = strchr(line, '\n');
    if (!end) return NULL;
    *end = 0;
    *text = end + 1;
    return line;
}

/* The value of a line "name<tab>value", or NULL. */
static const char *value_of(const char *line, const char *name) {
    size_t length = strlen(name);
    return line && strncmp(line, name, length) == 0 && line[length] == '\t' ? line + length + 1 : NULL;
}

static bool parse_choice(struct vp_tuning *tuning, char *line) {
    char *name = strchr(line, '\t'), *ms = name ? strchr(name + 1, '\t') : NULL, *end;
    if (!ms || name == line || ms == name + 1) return false;
    *name++ = 0;
    *ms++ = 0;
    double value = strtod(ms, &end);
    if (end == ms || *end || !(value >= 0)) return false;
    put(tuning, line, name, value);
    return true;
}

/* Reads into a table of its own, so that a bad file changes nothing. */
static enum vp_status parse(const struct vp_gpu *gpu, char *text, const char *path, struct vp_tuning *read,
                            struct vp_error *err) {
    char *line = next_line(&text);
    if (!line || strcmp(line, magic) != 0)
        return vp_fail(err, VP_ERR_FORMAT, "%s is no tuning file of this version (vkpcl tune --export writes one)",
                       path);
    const char *device = value_of(next_line(&text), "device"), *driver = value_of(next_line(&text), "driver");
    const char *count = value_of(next_line(&text), "choices");
    if (!device || !driver || !count)
        return vp_fail(err, VP_ERR_FORMAT, "%s: device, driver or the number of choices is missing", path);
    if (strcmp(device, gpu->info.name) != 0 || strcmp(driver, gpu->info.driver) != 0)
        return vp_fail(err, VP_ERR_FORMAT, "%s was tuned on %s with %s, and this is %s with %s: tune here", path,
                       device, driver, gpu->info.name, gpu->info.driver);
    for (int number = 5; (line = next_line(&text)); number++)
        if (!parse_choice(read, line))
            return vp_fail(err, VP_ERR_FORMAT, "%s, line %d: expected key, choice and milliseconds with tabs between",
                           path, number);
    if (*text || read->count != atoi(count))
        return vp_fail(err, VP_ERR_FORMAT, "%s is cut short: %s choices announced, %d there", path, count, read->count);
    return VP_OK;
}

enum vp_status vp_gpu_tune_import(struct vp_gpu *gpu, const char *path, struct vp_error *err) {
    unsigned char *text;
    size_t bytes;
    enum vp_status status = vp_file_read(path, &text, &bytes, err);
    if (status != VP_OK) return status;
    struct vp_tuning *read = create();
    if (strlen((char *)text) != bytes)
        status = vp_fail(err, VP_ERR_FORMAT, "%s is no text", path);
    else
        status = parse(gpu, (char *)text, path, read, err);
    for (int i = 0; status == VP_OK && i < read->count; i++)
        put(gpu->tuning, read->list[i].key, read->list[i].name, read->list[i].ms);
    destroy(read);
    free(text);
    return status;
}

enum vp_status vp_gpu_tune_save(struct vp_gpu *gpu, struct vp_error *err) {
    return gpu->tuning->path ? vp_gpu_tune_export(gpu, gpu->tuning->path, err) : VP_OK;
}

void vp_tuning_open(struct vp_gpu *gpu, const char *folder) {
    gpu->tuning = create();
    gpu->tuning->off = gpu->untuned;
    if (!folder || gpu->masked) return; /* a masked device is another one: its choices stay off the disk */
    VkPhysicalDeviceProperties properties;
    vkGetPhysicalDeviceProperties(gpu->physical, &properties);
    size_t size = strlen(folder) + 64;
    char *path = gpu->tuning->path = malloc(size);
    vp_assert(path, "out of host memory for a path");
    snprintf(path, size, "%s/tuning-%04x-%04x-%08x.txt", folder, properties.vendorID, properties.deviceID,
             properties.driverVersion);
    struct vp_error error = {0};
    enum vp_status status = vp_gpu_tune_import(gpu, path, &error);
    /* The first time there is none. */
    if (status == VP_ERR_FORMAT) vp_log(&gpu->log, VP_LOG_WARN, "%s; ignored", error.message);
}

void vp_tuning_close(struct vp_gpu *gpu) {
    destroy(gpu->tuning);
    gpu->tuning = NULL;
}
