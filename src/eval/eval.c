/* The evaluation from outside: settings in, a table out. */
#include "vkpcl/eval.h"
#include "eval/eval_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *vp_eval_task_name(enum vp_eval_task task) {
    static const char *const names[VP_EVAL_TASKS] = {"expression", "au", "pose", "verify", "disentangle"};
    return names[task];
}

const char *vp_eval_protocol_name(enum vp_eval_protocol protocol) {
    return protocol == VP_PROTOCOL_HONEST ? "honest" : "released";
}

const char *vp_eval_probe_name(enum vp_eval_probe probe) {
    static const char *const names[VP_EVAL_PROBES] = {"linear", "knn", "ridge"};
    return names[probe];
}

const char *vp_eval_source_name(enum vp_eval_source source) {
    static const char *const names[VP_EVAL_SOURCES] = {"pixels", "random", "checkpoint"};
    return names[source];
}

static struct vp_eval_settings with_defaults(const struct vp_eval_settings *given) {
    static const unsigned probes[VP_EVAL_TASKS] = {[VP_EVAL_EXPRESSION] = 1u << VP_EVAL_LINEAR | 1u << VP_EVAL_KNN,
                                                   [VP_EVAL_AU] = 1u << VP_EVAL_LINEAR,
                                                   [VP_EVAL_POSE] = 1u << VP_EVAL_LINEAR | 1u << VP_EVAL_RIDGE,
                                                   [VP_EVAL_VERIFY] = 1u << VP_EVAL_LINEAR | 1u << VP_EVAL_KNN,
                                                   [VP_EVAL_DISENTANGLE] = 1u << VP_EVAL_RIDGE};
    struct vp_eval_settings s = *given;
    if (!s.protocols) s.protocols = 1u << VP_PROTOCOL_HONEST;
    if (!s.probes) s.probes = probes[s.task];
    if (!s.epochs) s.epochs = s.task == VP_EVAL_VERIFY ? 20 : 300;
    if (!s.batch) s.batch = 256;
    if (!s.folds) s.folds = 5;
    if (!s.k) s.k = 5;
    if (!s.bootstrap) s.bootstrap = 1000;
    return s;
}

/* 100 and 256 px are the published sizes; the disentanglement needs the one the decoder draws. */
static int default_size(const struct vp_eval_settings *settings, const struct vp_eval_looks *looks) {
    if (settings->size) return settings->size;
    if (settings->task == VP_EVAL_POSE) return 256;
    if (settings->task != VP_EVAL_DISENTANGLE) return 100;
    for (int i = 0; i < looks->count; i++)
        if (looks->look[i].network) return looks->look[i].network->shape.size;
    return 64;
}

static enum vp_status make_problem(enum vp_eval_task task, const struct vp_labels *labels, struct vp_problem *problem,
                                   struct vp_error *err) {
    if (task == VP_EVAL_EXPRESSION) return vp_problem_classes(problem, "expression", labels, false, err);
    if (task == VP_EVAL_AU) return vp_problem_aus(problem, labels, err);
    return vp_problem_pose(problem, labels, err);
}

static void name_classes(struct vp_eval_result *result, const struct vp_labels *labels) {
    result->classes = labels->categories;
    result->class_name = calloc((size_t)labels->categories, sizeof *result->class_name);
    vp_assert(result->class_name, "no host memory for %d names", labels->categories);
    for (int k = 0; k < labels->categories; k++)
        snprintf(result->class_name[k], VP_EVAL_NAME, "%s", labels->category_names[k]);
}

/* All probes and protocols on the features of one source. */
static enum vp_status run_probes(struct vp_fit fit, const struct vp_folds *folds,
                                 const struct vp_eval_settings *settings, const char *source, const char *feature,
                                 struct vp_eval_result *result, struct vp_error *err) {
    struct vp_probe_data data = {0};
    enum vp_status status = VP_OK;
    if (settings->probes >> VP_EVAL_LINEAR & 1)
        status = vp_probe_data_init(&data, fit.gpu, fit.features->rows, fit.features->columns, fit.features->data,
                                    fit.problem->rows, fit.problem->outputs, fit.problem->targets, err);
    fit.data = &data;
    for (enum vp_eval_probe probe = 0; probe < VP_EVAL_PROBES; probe++)
        for (enum vp_eval_protocol protocol = 0; protocol < VP_PROTOCOLS; protocol++) {
            if (!(settings->probes >> probe & 1) || !(settings->protocols >> protocol & 1) || status != VP_OK) continue;
            if (probe == VP_EVAL_KNN && !fit.problem->label) continue;
            struct vp_eval_row *row = vp_eval_add_row(result);
            snprintf(row->source, sizeof row->source, "%s", source);
            snprintf(row->feature, sizeof row->feature, "%s", feature);
            status = vp_eval_fill_row(row, &fit, folds, probe, protocol, settings->bootstrap, err);
            if (status == VP_OK)
                vp_log(settings->log, VP_LOG_DEBUG, "%s, %s, %s: %s %.4f (%.1f s)", source, row->probe, row->protocol,
                       row->metric[0].name, row->metric[0].value, row->seconds);
        }
    vp_probe_data_fini(&data);
    return status;
}

static enum vp_status run_task(struct vp_gpu *gpu, const struct vp_eval_settings *settings,
                               const struct vp_eval_looks *looks, const struct vp_labels *labels,
                               struct vp_eval_result *result, struct vp_error *err) {
    struct vp_problem problem;
    struct vp_folds folds = {0};
    enum vp_status status = make_problem(settings->task, labels, &problem, err);
    if (status == VP_OK)
        status = vp_folds_make(&folds, &problem, labels, settings->folds, settings->seed, settings->log, err);
    if (status == VP_OK && problem.label) name_classes(result, labels);
    for (int f = 0; f < folds.count; f++) result->test_images += folds.fold[f].test.count;
    result->folds = folds.count;
    struct vp_picture_set pictures = vp_eval_pictures(labels);
    for (int i = 0; i < looks->count && status == VP_OK; i++) {
        enum vp_feature feature = looks->look[i].network ? settings->feature : VP_FEATURE_PIXELS;
        struct vp_features features[VP_FEATURES];
        status = vp_eval_look_at(&looks->look[i], gpu, settings, result->size, &pictures, 1u << feature, features, err);
        if (status != VP_OK) break;
        struct vp_fit fit = {.gpu = gpu,
                             .problem = &problem,
                             .features = &features[feature],
                             .epochs = settings->epochs,
                             .batch = settings->batch,
                             .k = settings->k,
                             .seed = settings->seed,
                             .log = settings->log};
        status = run_probes(fit, &folds, settings, vp_eval_source_name(looks->look[i].source),
                            looks->look[i].network ? vp_feature_name(feature) : "grey", result, err);
        vp_features_fini(&features[feature]);
    }
    vp_folds_fini(&folds);
    vp_problem_fini(&problem);
    return status;
}

static enum vp_status run_labelled(struct vp_gpu *gpu, const struct vp_eval_settings *settings,
                                   const struct vp_eval_looks *looks, struct vp_eval_result *result,
                                   struct vp_error *err) {
    struct vp_labels *labels;
    enum vp_status status = vp_labels_read(&settings->data, &labels, err);
    if (status != VP_OK) return status;
    result->images = labels->count;
    result->identities = labels->identities;
    vp_log(settings->log, VP_LOG_DEBUG, "labels: %s (%s), %d images, %d identities, %d classes, %d action units",
           settings->data.path, labels->format, labels->count, labels->identities, labels->categories, labels->aus);
    status = settings->task == VP_EVAL_DISENTANGLE ? vp_eval_disentangle(gpu, settings, looks, labels, result, err)
                                                   : run_task(gpu, settings, looks, labels, result, err);
    vp_labels_destroy(labels);
    return status;
}

/* Neighbours vote for classes, ridge learns no embedding, and what disentangles is read in one way only. */
static enum vp_status check_probes(const struct vp_eval_settings *settings, struct vp_error *err) {
    enum { LINEAR = 1u << VP_EVAL_LINEAR, KNN = 1u << VP_EVAL_KNN, RIDGE = 1u << VP_EVAL_RIDGE };
    static const unsigned possible[VP_EVAL_TASKS] = {[VP_EVAL_EXPRESSION] = LINEAR | KNN | RIDGE,
                                                     [VP_EVAL_AU] = LINEAR | RIDGE,
                                                     [VP_EVAL_POSE] = LINEAR | RIDGE,
                                                     [VP_EVAL_VERIFY] = LINEAR | KNN,
                                                     [VP_EVAL_DISENTANGLE] = RIDGE};
    for (enum vp_eval_probe probe = 0; probe < VP_EVAL_PROBES; probe++) {
        if (!(settings->probes & ~possible[settings->task] & 1u << probe)) continue;
        char names[64] = "";
        for (enum vp_eval_probe other = 0; other < VP_EVAL_PROBES; other++)
            if (possible[settings->task] >> other & 1)
                snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", *names ? ", " : "",
                         vp_eval_probe_name(other));
        return vp_fail(err, VP_ERR_USAGE, "there is no %s probe of %s: choose of %s", vp_eval_probe_name(probe),
                       vp_eval_task_name(settings->task), names);
    }
    return VP_OK;
}

enum vp_status vp_eval(struct vp_gpu *gpu, const struct vp_eval_settings *given, struct vp_eval_result *result,
                       struct vp_error *err) {
    struct vp_eval_settings settings = with_defaults(given);
    *result = (struct vp_eval_result){.task = settings.task};
    snprintf(result->data, sizeof result->data, "%s", settings.data.path);
    struct vp_eval_looks looks;
    enum vp_status status = check_probes(&settings, err);
    if (status == VP_OK) status = vp_eval_looks_open(&looks, gpu, &settings, err);
    if (status != VP_OK) return status;
    result->size = default_size(&settings, &looks);
    const struct vp_network *last = looks.count ? looks.look[looks.count - 1].network : NULL;
    snprintf(result->weights, sizeof result->weights, "%s", last ? last->source : "pixels");
    status = settings.task == VP_EVAL_VERIFY ? vp_eval_verify(gpu, &settings, &looks, result, err)
                                             : run_labelled(gpu, &settings, &looks, result, err);
    vp_eval_looks_close(&looks);
    if (status != VP_OK) vp_eval_result_fini(result);
    return status;
}

void vp_eval_result_fini(struct vp_eval_result *result) {
    for (int i = 0; i < result->rows; i++) vp_eval_row_fini(&result->row[i]);
    free(result->row);
    free(result->class_name);
    *result = (struct vp_eval_result){0};
}
