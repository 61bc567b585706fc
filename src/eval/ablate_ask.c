/* Asking the runs of an ablation: which figure of which evaluation stands in which column. */
#include "eval/ablate_internal.h"
#include <math.h>
#include <string.h>

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
    {VP_EVAL_DISENTANGLE, "trunk", "identity", "accuracy"},
    {VP_EVAL_DISENTANGLE, "face", "identity", "accuracy"},
    {VP_EVAL_DISENTANGLE, "pose", "identity", "accuracy"},
    {VP_EVAL_DISENTANGLE, "face, pose", "each other", "mean |cosine|"},
};
static const char *const columns[VP_ABLATE_COLUMNS] = {"expression", "verify",         "verify AUC",     "AU F1",
                                                       "pose MAE",   "yaw R2",         "yaw R2, face",   "yaw R2, pose",
                                                       "identity",   "identity, face", "identity, pose", "|cos|"};

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

static enum vp_eval_probe probe_of(const struct vp_ablate_request *request, enum vp_eval_task task) {
    if (task == VP_EVAL_DISENTANGLE) return VP_EVAL_RIDGE;
    return request->linear ? VP_EVAL_LINEAR : task == VP_EVAL_VERIFY ? VP_EVAL_KNN : VP_EVAL_RIDGE;
}

/* A task that the labels have nothing for is no failure of the table. */
static enum vp_status ask(struct vp_gpu *gpu, const struct vp_ablate_request *request, enum vp_eval_task task,
                          const char *weights, const struct vp_config *config, unsigned sources,
                          struct vp_ablate_row *rows, struct vp_error *err) {
    if (request->stop && request->stop(request->context))
        return vp_fail(err, VP_ERR_INTERRUPTED, "stopped before %s of %s was asked; all runs are kept",
                       vp_eval_task_name(task), weights);
    const struct vp_labels_request *data = task == VP_EVAL_VERIFY ? &request->pairs : &request->labels;
    if (!data->path) return VP_OK;
    char cache[4096];
    vp_ablate_path(cache, request->folder, "features");
    struct vp_eval_settings settings = {
        .task = task,
        .sources = sources,
        .protocols = request->protocols,
        .probes = 1u << probe_of(request, task),
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

enum vp_status vp_ablate_ask(struct vp_gpu *gpu, const struct vp_config *config,
                             const struct vp_ablate_request *request, struct vp_ablate_table *table,
                             struct vp_error *err) {
    char folder[4096];
    enum vp_status status = VP_OK;
    bool first = true;
    table->columns = columns;
    for (int i = 0; i < VP_ABLATE_VARIANTS && status == VP_OK; i++) {
        vp_ablate_path(folder, request->folder, vp_ablate_variant(i));
        if (!vp_ablate_chosen(request, i)) continue;
        if (vp_ablate_trained(folder) < 0) {
            vp_log(request->log, VP_LOG_WARN, "%s is left out: there is no checkpoint in %s", vp_ablate_title(i),
                   folder);
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
                             add_rows(table, request, vp_ablate_title(i)), err);
    }
    if (status == VP_OK && first)
        status = vp_fail(err, VP_ERR_USAGE, "%s holds no trained run to ask: train first", request->folder);
    return status;
}
