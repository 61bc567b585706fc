/* vkpcl eval: how good an encoder is on a task, next to pixels and an untrained network. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/sets.h"
#include "vkpcl/eval.h"
#include "vkpcl/file.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct eval_flags {
    struct vp_gpu_flags gpu;
    const char *weights, *sources, *feature, *protocol, *probe, *format, *root, *columns, *json, *cache, *picture;
    bool no_cache;
    double width;
    int64_t size, epochs, batch, folds, k, bootstrap, seed, embed_batch, threads;
};

#define TEXT(name, argument, member, help)                                                                             \
    { name, argument, VP_FLAG_TEXT, offsetof(struct eval_flags, member), help }
#define INT(name, member, help)                                                                                        \
    { name, "N", VP_FLAG_INT, offsetof(struct eval_flags, member), help }
static const struct vp_flag flags[] = {
    TEXT("weights", "RUN_OR_FILE", weights, "a run's folder (its newest checkpoint) or a safetensors file"),
    TEXT("features", "LIST", sources, "of pixels,random,checkpoint (default: all, checkpoint only with --weights)"),
    TEXT("feature", "NAME", feature, "trunk, face or pose (default trunk)"),
    TEXT("protocol", "NAME", protocol, "honest (default), released, or both"),
    TEXT("probe", "LIST", probe, "of linear,knn,ridge (default: those of the task; verify: knn is the plain cosine)"),
    TEXT("format", "NAME", format,
         "of the labels: csv, rafdb, fer2013, folders, list, disfa, bp4d, npz, aflw2000, lfw, "
         "cplfw, pairs, packed (default: look)"),
    TEXT("root", "FOLDER", root, "where relative image paths begin (default: beside the labels)"),
    TEXT("columns", "A=B,...", columns, "csv columns by other names: path=image,category=emotion"),
    INT("size", size, "side of the images in pixels (default 100; pose 256; disentangle the training size)"),
    INT("epochs", epochs, "of a probe (default 300; verify 20)"),
    INT("batch", batch, "rows of a probe's step (default 256)"),
    INT("folds", folds, "where the labels name no test split (default 5)"),
    INT("k", k, "nearest neighbours (default 5)"),
    INT("bootstrap", bootstrap, "samples for the 95 % intervals (default 1000)"),
    INT("seed", seed, "of folds, probes and the random network (default 1)"),
    {"width", "W", VP_FLAG_REAL, offsetof(struct eval_flags, width),
     "of the random network without --weights (default 1)"},
    TEXT("json", "FILE", json, "write the result as JSON too (default where --weights is a run: RUN/eval/TASK.json)"),
    TEXT("picture", "FILE.png", picture, "disentangle: faces with other images' poses, decoded"),
    TEXT("cache", "FOLDER", cache, "for features (default $XDG_CACHE_HOME/vkpcl/features)"),
    {"no-cache", NULL, VP_FLAG_SWITCH, offsetof(struct eval_flags, no_cache), "neither read nor keep features"},
    INT("embed-batch", embed_batch, "images at a time (default: by their size)"),
    INT("threads", threads, "that decode images (default: one per core)"),
    VP_GPU_FLAGS(struct eval_flags, gpu),
    {0}};
static const struct vp_command_line line = {"eval",
                                            "expression|au|pose|verify|disentangle LABELS",
                                            "Trains small probes on frozen features of labelled images and prints what "
                                            "they reach, next to the baselines of raw "
                                            "pixels and of an untrained network.",
                                            flags,
                                            2,
                                            2};

static enum vp_status parse_task(const char *text, enum vp_eval_task *task, struct vp_error *err) {
    for (*task = 0; *task < VP_EVAL_TASKS; ++*task)
        if (strcmp(text, vp_eval_task_name(*task)) == 0) return VP_OK;
    return vp_fail(err, VP_ERR_USAGE, "there is no task \"%s\": expression, au, pose, verify and disentangle are",
                   text);
}

/* All whole numbers that may not be negative or beyond an int. */
static enum vp_status check_numbers(const struct eval_flags *values, struct vp_error *err) {
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"size", values->size},
                   {"epochs", values->epochs},
                   {"batch", values->batch},
                   {"folds", values->folds},
                   {"k", values->k},
                   {"bootstrap", values->bootstrap},
                   {"seed", values->seed},
                   {"embed-batch", values->embed_batch},
                   {"threads", values->threads}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].value < 0 || numbers[i].value > INT_MAX)
            return vp_fail(err, VP_ERR_USAGE, "--%s cannot be %lld", numbers[i].name, (long long)numbers[i].value);
    if (values->width < 0 || values->width > 8)
        return vp_fail(err, VP_ERR_USAGE, "--width cannot be %g: 1 is the full network", values->width);
    if (values->k > 64) return vp_fail(err, VP_ERR_USAGE, "--k is %lld: at most 64", (long long)values->k);
    return VP_OK;
}

static enum vp_status make_settings(const struct eval_flags *values, const struct vp_texts *operands,
                                    const struct vp_log *log, struct vp_eval_settings *s, struct vp_error *err) {
    static const char *const probes[VP_EVAL_PROBES] = {"linear", "knn", "ridge"}, *const sources[VP_EVAL_SOURCES] = {
                                                                                      "pixels", "random", "checkpoint"};
    *s = (struct vp_eval_settings){.weights = values->weights,
                                   .random_shape = {values->width, 64},
                                   .data = {operands->text[1], values->format, values->root, values->columns},
                                   .size = (int)values->size,
                                   .epochs = (int)values->epochs,
                                   .batch = (int)values->batch,
                                   .folds = (int)values->folds,
                                   .k = (int)values->k,
                                   .bootstrap = (int)values->bootstrap,
                                   .seed = values->seed ? (uint64_t)values->seed : 1,
                                   .picture = values->picture,
                                   .embed_batch = (int)values->embed_batch,
                                   .threads = (int)values->threads,
                                   .log = log};
    int feature = vp_feature_find(values->feature ? values->feature : "trunk");
    if (feature < 0 || feature > (int)VP_FEATURE_POSE)
        return vp_fail(err, VP_ERR_USAGE, "--feature takes trunk, face or pose, not \"%s\"", values->feature);
    s->feature = (enum vp_feature)feature;
    enum vp_status status = parse_task(operands->text[0], &s->task, err);
    if (status == VP_OK) status = check_numbers(values, err);
    if (status == VP_OK) status = vp_cli_protocols(values->protocol, &s->protocols, err);
    if (status == VP_OK && values->probe)
        status = vp_cli_set(values->probe, "probe", probes, VP_EVAL_PROBES, &s->probes, err);
    if (status == VP_OK)
        status = vp_cli_set(values->sources   ? values->sources
                            : values->weights ? "pixels,random,checkpoint"
                                              : "pixels,random",
                            "features", sources, VP_EVAL_SOURCES, &s->sources, err);
    return status;
}

/* $XDG_CACHE_HOME/vkpcl/features, else ~/.cache/vkpcl/features; NULL: nowhere. */
static const char *cache_folder(const struct eval_flags *values, char buffer[4096]) {
    if (values->no_cache) return NULL;
    if (values->cache) return values->cache;
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (base && *base)
        snprintf(buffer, 4096, "%s/vkpcl/features", base);
    else if (home && *home)
        snprintf(buffer, 4096, "%s/.cache/vkpcl/features", home);
    else
        return NULL;
    return buffer;
}

/* Where the result goes: --json, else into the run that was measured, where its report looks; NULL: nowhere. */
static enum vp_status result_place(const struct eval_flags *values, const char *task, char buffer[4096],
                                   const char **place, struct vp_error *err) {
    struct stat info;
    *place = values->json;
    if (values->json || !values->weights || stat(values->weights, &info) != 0 || !S_ISDIR(info.st_mode)) return VP_OK;
    snprintf(buffer, 4096, "%s/eval", values->weights);
    enum vp_status status = vp_make_folder(buffer, err);
    snprintf(buffer, 4096, "%s/eval/%s.json", values->weights, task);
    *place = buffer;
    return status;
}

/* Found out before the work is done. path NULL: nothing is to be written. */
static enum vp_status can_be_written(const char *path, struct vp_error *err) {
    struct vp_file file;
    if (!path) return VP_OK;
    enum vp_status status = vp_file_begin(&file, path, err);
    if (status == VP_OK) vp_file_discard(&file);
    return status;
}

int vp_cmd_eval(int argc, char **argv) {
    struct eval_flags values = {0};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    struct vp_error err = {0};
    struct vp_log log = vp_log_init(stdout, values.gpu.verbose);
    struct vp_eval_settings settings;
    char buffer[4096], json_buffer[4096];
    const char *json;
    if (make_settings(&values, &operands, &log, &settings, &err) != VP_OK) return vp_cli_fail(&err);
    if (can_be_written(values.json, &err) != VP_OK || can_be_written(values.picture, &err) != VP_OK)
        return vp_cli_fail(&err);
    settings.cache = cache_folder(&values, buffer);
    struct vp_gpu *gpu = vp_cli_open_gpu(&values.gpu, &log, &err);
    if (!gpu) return vp_cli_fail(&err);
    struct vp_eval_result result;
    enum vp_status status = vp_eval(gpu, &settings, &result, &err);
    if (status == VP_OK) {
        vp_eval_print(&result, stdout);
        status = result_place(&values, operands.text[0], json_buffer, &json, &err);
        if (status == VP_OK && json) status = vp_eval_write_json(&result, json, &err);
        vp_eval_result_fini(&result);
    }
    if (status == VP_OK && values.gpu.profile) vp_gpu_profile_print(gpu, stdout);
    vp_gpu_destroy(gpu);
    return status == VP_OK ? 0 : vp_cli_fail(&err);
}
