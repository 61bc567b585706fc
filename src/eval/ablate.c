/* Training each variant, then asking all of them the same questions. */
#include "vkpcl/ablate.h"
#include "train/run.h"
#include "vkpcl/file.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS = 5 };
static const struct variant {
    const char *name, *folder;
    const char *set[SETTINGS];
} variants[VP_ABLATE_VARIANTS] = {
    {"face contrast",
     "face",
     {"loss.decoder=false", "loss.orthogonality=false", "loss.face=true", "loss.pose=false", "loss.weights=fixed"}},
    {"+ decoder",
     "decoder",
     {"loss.decoder=true", "loss.orthogonality=false", "loss.face=true", "loss.pose=false", "loss.weights=fixed"}},
    {"+ orthogonality",
     "orthogonality",
     {"loss.decoder=true", "loss.orthogonality=true", "loss.face=true", "loss.pose=false", "loss.weights=fixed"}},
    {"+ pose contrast",
     "pose",
     {"loss.decoder=true", "loss.orthogonality=true", "loss.face=true", "loss.pose=true", "loss.weights=fixed"}},
    {"full: dynamic weights",
     "full",
     {"loss.decoder=true", "loss.orthogonality=true", "loss.face=true", "loss.pose=true", "loss.weights=dynamic"}},
};

const char *vp_ablate_variant(int variant) {
    return variants[variant].folder;
}

/* A column: which evaluation's which line and metric. feature "grey" stands for every feature of the pixels. */
static const struct {
    enum vp_eval_task task;
    const char *feature, *factor, *metric;
} cells[VP_ABLATE_COLUMNS] = {
    {VP_EVAL_EXPRESSION, "trunk", "", "accuracy"},
    {VP_EVAL_VERIFY, "trunk", "", "accuracy"},
    {VP_EVAL_VERIFY, "trunk", "", "ROC AUC"},
    {VP_EVAL_AU, "trunk", "", "mean F1"},
    {VP_EVAL_DISENTANGLE, "trunk", "pose", "MAE"},
    {VP_EVAL_DISENTANGLE, "trunk", "pose", "R2 yaw"},
    {VP_EVAL_DISENTANGLE, "face", "pose", "R2 yaw"},
    {VP_EVAL_DISENTANGLE, "pose", "pose", "R2 yaw"},
    {VP_EVAL_DISENTANGLE, "face", "identity", "accuracy"},
    {VP_EVAL_DISENTANGLE, "pose", "identity", "accuracy"},
    {VP_EVAL_DISENTANGLE, "face, pose", "each other", "mean |cosine|"},
};
static const char *const columns[VP_ABLATE_COLUMNS] = {
    "expression",   "verify",       "verify AUC",     "AU F1",          "pose MAE", "yaw R2",
    "yaw R2, face", "yaw R2, pose", "identity, face", "identity, pose", "|cos|"};

static void path_of(char path[4096], const char *folder, const char *name) {
    snprintf(path, 4096, "%s/%s", folder, name);
}

/* ---- training ------------------------------------------------------------------------------------------------------
 */

/* Iterations of the newest checkpoint there; -1: none. */
static long long trained(const char *folder) {
    char path[4096];
    struct vp_error none;
    if (vp_checkpoint_newest(folder, path, sizeof path, &none) != VP_OK) return -1;
    const char *dash = strrchr(path, '-');
    return dash ? strtoll(dash + 1, NULL, 10) : -1;
}

static bool chosen(const struct vp_ablate_request *request, int variant) {
    return !request->variants || request->variants >> variant & 1;
}

static enum vp_status train(struct vp_gpu *gpu, const struct vp_config *base, const struct vp_ablate_request *request,
                            const struct variant *variant, const char *which, struct vp_error *err) {
    struct vp_config config = *base;
    enum vp_status status = VP_OK;
    for (int i = 0; i < SETTINGS && status == VP_OK; i++) status = vp_config_set(&config, variant->set[i], err);
    char folder[4096];
    path_of(folder, request->folder, variant->folder);
    long long done = trained(folder), wanted = config.train.iterations;
    if (wanted > 0 && done >= wanted) {
        vp_log(request->log, VP_LOG_INFO, "%s, %s: %lld iterations are done already, in %s", which, variant->name, done,
               folder);
        return status;
    }
    vp_log(request->log, VP_LOG_INFO, "%s, %s: %s iteration %lld of %s", which, variant->name,
           done >= 0 ? "going on after" : "training from", done >= 0 ? done : 0, folder);
    struct vp_pretrain_request run = {.source = request->source,
                                      .folder = folder,
                                      .resume = done >= 0,
                                      .time_limit = request->time_limit,
                                      .stop = request->stop,
                                      .context = request->context,
                                      .log = request->log};
    return status == VP_OK ? vp_pretrain(gpu, &config, &run, err) : status;
}

static enum vp_status train_all(struct vp_gpu *gpu, const struct vp_config *config,
                                const struct vp_ablate_request *request, struct vp_error *err) {
    enum vp_status status = VP_OK;
    int runs = 0, run = 0;
    for (int i = 0; i < VP_ABLATE_VARIANTS; i++) runs += chosen(request, i);
    char limit[64] = "";
    if (request->time_limit > 0) snprintf(limit, sizeof limit, ", at most %g s in this session", request->time_limit);
    if (config->train.iterations > 0)
        vp_log(request->log, VP_LOG_INFO, "ablation: %d runs of %lld iterations each%s", runs,
               (long long)config->train.iterations, limit);
    else
        vp_log(request->log, VP_LOG_INFO, "ablation: %d runs of %lld epochs each%s", runs,
               (long long)config->train.epochs, limit);
    for (int i = 0; i < VP_ABLATE_VARIANTS && status == VP_OK; i++) {
        char which[32];
        if (!chosen(request, i)) continue;
        snprintf(which, sizeof which, "run %d of %d", ++run, runs);
        status = train(gpu, config, request, &variants[i], which, err);
    }
    return status;
}

/* ---- asking
 * ---------------------------------------------------------------------------------------------------------- */

/* Takes the values of `result` that belong to a source and the row's protocol into the row. */
static void take(const struct vp_eval_result *result, enum vp_eval_source source, struct vp_ablate_row *row) {
    for (int i = 0; i < result->rows; i++) {
        const struct vp_eval_row *line = &result->row[i];
        if (strcmp(line->source, vp_eval_source_name(source)) != 0 || strcmp(line->probe, "cosine, centred") == 0)
            continue;
        if (strcmp(line->protocol, row->protocol) != 0 && strcmp(line->probe, "none") != 0) continue;
        for (int c = 0; c < VP_ABLATE_COLUMNS; c++) {
            bool feature = strcmp(line->feature, cells[c].feature) == 0 ||
                           (source == VP_SOURCE_PIXELS && strcmp(cells[c].feature, "trunk") == 0);
            if (cells[c].task != result->task || !feature || strcmp(line->factor, cells[c].factor) != 0) continue;
            for (int m = 0; m < line->metrics; m++)
                if (strcmp(line->metric[m].name, cells[c].metric) == 0) row->value[c] = line->metric[m].value;
        }
    }
}

static bool wants(const struct vp_ablate_request *request, enum vp_eval_protocol protocol) {
    return request->protocols ? request->protocols >> protocol & 1 : protocol == VP_PROTOCOL_HONEST;
}

static int protocol_count(const struct vp_ablate_request *request) {
    return wants(request, VP_PROTOCOL_HONEST) + wants(request, VP_PROTOCOL_RELEASED);
}

/* A task that the labels have nothing for is no failure of the table. */
static enum vp_status ask(struct vp_gpu *gpu, const struct vp_ablate_request *request, enum vp_eval_task task,
                          const char *weights, const struct vp_config *config, unsigned sources,
                          struct vp_ablate_row *rows, struct vp_error *err) {
    const struct vp_labels_request *data = task == VP_EVAL_VERIFY ? &request->pairs : &request->labels;
    if (!data->path) return VP_OK;
    char cache[4096];
    path_of(cache, request->folder, "features");
    struct vp_eval_settings settings = {
        .task = task,
        .sources = sources,
        .protocols = request->protocols,
        .probes = 1u << (request->linear          ? VP_EVAL_LINEAR
                         : task == VP_EVAL_VERIFY ? VP_EVAL_KNN
                                                  : VP_EVAL_RIDGE),
        .weights = weights,
        .feature = VP_FEATURE_TRUNK,
        .data = *data,
        .size = config->model.size,
        .bootstrap = 1,                       /* the table has no room for intervals */
        .seed = (uint64_t)config->train.seed, /* random weights: those that the runs began with */
        .cache = cache,
        .log = request->log};
    struct vp_eval_result result;
    enum vp_status status = vp_eval(gpu, &settings, &result, err);
    if (status == VP_ERR_USAGE) {
        vp_log(request->log, VP_LOG_WARN, "%s is left out: %s", vp_eval_task_name(task), err->message);
        return VP_OK;
    }
    if (status != VP_OK) return status;
    for (enum vp_eval_source source = 0; source < VP_EVAL_SOURCES; source++)
        for (int p = 0; sources >> source & 1 && p < protocol_count(request); p++) take(&result, source, rows++);
    vp_eval_result_fini(&result);
    return VP_OK;
}

/* disentangle first: it makes the features of all the others in one pass. */
static enum vp_status ask_all(struct vp_gpu *gpu, const struct vp_ablate_request *request, const char *weights,
                              const struct vp_config *config, unsigned sources, struct vp_ablate_row *rows,
                              struct vp_error *err) {
    static const enum vp_eval_task tasks[] = {VP_EVAL_DISENTANGLE, VP_EVAL_EXPRESSION, VP_EVAL_AU, VP_EVAL_VERIFY};
    enum vp_status status = VP_OK;
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks && status == VP_OK; i++)
        status = ask(gpu, request, tasks[i], weights, config, sources, rows, err);
    return status;
}

/* A row for every protocol; returns the first. */
static struct vp_ablate_row *add_rows(struct vp_ablate_table *table, const struct vp_ablate_request *request,
                                      const char *name) {
    struct vp_ablate_row *first = &table->row[table->rows];
    for (enum vp_eval_protocol p = 0; p < VP_PROTOCOLS; p++) {
        if (!wants(request, p)) continue;
        struct vp_ablate_row *row = &table->row[table->rows++];
        row->name = name;
        row->protocol = vp_eval_protocol_name(p);
        for (int c = 0; c < VP_ABLATE_COLUMNS; c++) row->value[c] = (double)NAN;
    }
    return first;
}

/* The baselines, then every variant that has been trained. */
static enum vp_status ask_rows(struct vp_gpu *gpu, const struct vp_config *config,
                               const struct vp_ablate_request *request, struct vp_ablate_table *table,
                               struct vp_error *err) {
    char folder[4096];
    enum vp_status status = VP_OK;
    bool first = true;
    for (int i = 0; i < VP_ABLATE_VARIANTS && status == VP_OK; i++) {
        path_of(folder, request->folder, variants[i].folder);
        if (!chosen(request, i)) continue;
        if (trained(folder) < 0) {
            vp_log(request->log, VP_LOG_WARN, "%s is left out: there is no checkpoint in %s", variants[i].name, folder);
            continue;
        }
        if (first) { /* any of them gives the random network its shape */
            struct vp_ablate_row *baselines = add_rows(table, request, "pixels");
            add_rows(table, request, "random weights");
            status =
                ask_all(gpu, request, folder, config, 1u << VP_SOURCE_PIXELS | 1u << VP_SOURCE_RANDOM, baselines, err);
        }
        first = false;
        if (status == VP_OK)
            status = ask_all(gpu, request, folder, config, 1u << VP_SOURCE_CHECKPOINT,
                             add_rows(table, request, variants[i].name), err);
    }
    if (status == VP_OK && first)
        status = vp_fail(err, VP_ERR_USAGE, "%s holds no trained run to ask: train first", request->folder);
    return status;
}

/* Labels that cannot be read are found out before hours of training. */
static enum vp_status read_labels(const struct vp_ablate_request *request, struct vp_error *err) {
    struct vp_labels *labels = NULL;
    struct vp_pairs *pairs = NULL;
    enum vp_status status = request->labels.path ? vp_labels_read(&request->labels, &labels, err) : VP_OK;
    if (status == VP_OK && request->pairs.path) status = vp_pairs_read(&request->pairs, &pairs, err);
    vp_labels_destroy(labels);
    vp_pairs_destroy(pairs);
    return status;
}

enum vp_status vp_ablate(struct vp_gpu *gpu, const struct vp_config *config, const struct vp_ablate_request *request,
                         struct vp_ablate_table *table, struct vp_error *err) {
    *table = (struct vp_ablate_table){.columns = columns};
    if (!request->labels.path && !request->pairs.path)
        return vp_fail(err, VP_ERR_USAGE,
                       "an ablation needs labels, or pairs for verification, to compare the runs by");
    enum vp_status status = read_labels(request, err);
    if (status == VP_OK) status = vp_make_folder(request->folder, err);
    if (status == VP_OK && !request->table_only) status = train_all(gpu, config, request, err);
    return status == VP_OK ? ask_rows(gpu, config, request, table, err) : status;
}
