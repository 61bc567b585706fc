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
} variants[] = {
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
enum { VARIANTS = (int)(sizeof variants / sizeof *variants) };

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

static enum vp_status train(struct vp_gpu *gpu, const struct vp_config *base, const struct vp_ablate_request *request,
                            const struct variant *variant, struct vp_error *err) {
    struct vp_config config = *base;
    enum vp_status status = VP_OK;
    for (int i = 0; i < SETTINGS && status == VP_OK; i++) status = vp_config_set(&config, variant->set[i], err);
    char folder[4096], checkpoint[4096];
    path_of(folder, request->folder, variant->folder);
    struct vp_error none;
    bool resume = vp_checkpoint_newest(folder, checkpoint, sizeof checkpoint, &none) == VP_OK;
    vp_log(request->log, VP_LOG_INFO, "%s: %s in %s", variant->name, resume ? "going on" : "training", folder);
    struct vp_pretrain_request run = {.source = request->source,
                                      .folder = folder,
                                      .resume = resume,
                                      .time_limit = request->time_limit,
                                      .stop = request->stop,
                                      .context = request->context,
                                      .log = request->log};
    return status == VP_OK ? vp_pretrain(gpu, &config, &run, err) : status;
}

/* ---- asking
 * ---------------------------------------------------------------------------------------------------------- */

/* Takes the values of `result` that belong to a source into the row. */
static void take(const struct vp_eval_result *result, enum vp_eval_source source, struct vp_ablate_row *row) {
    for (int i = 0; i < result->rows; i++) {
        const struct vp_eval_row *line = &result->row[i];
        if (strcmp(line->source, vp_eval_source_name(source)) != 0 || strcmp(line->probe, "cosine, centred") == 0)
            continue;
        for (int c = 0; c < VP_ABLATE_COLUMNS; c++) {
            bool feature = strcmp(line->feature, cells[c].feature) == 0 ||
                           (source == VP_SOURCE_PIXELS && strcmp(cells[c].feature, "trunk") == 0);
            if (cells[c].task != result->task || !feature || strcmp(line->factor, cells[c].factor) != 0) continue;
            for (int m = 0; m < line->metrics; m++)
                if (strcmp(line->metric[m].name, cells[c].metric) == 0) row->value[c] = line->metric[m].value;
        }
    }
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
        .probes = 1u << (task == VP_EVAL_VERIFY ? VP_EVAL_KNN : VP_EVAL_RIDGE),
        .weights = weights,
        .feature = VP_FEATURE_TRUNK,
        .data = *data,
        .size = config->model.size,
        .bootstrap = request->bootstrap ? request->bootstrap : 200,
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
    for (enum vp_eval_source source = 0, row = 0; source < VP_EVAL_SOURCES; source++)
        if (sources >> source & 1) take(&result, source, &rows[row++]);
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

static struct vp_ablate_row *add_row(struct vp_ablate_table *table, const char *name) {
    struct vp_ablate_row *row = &table->row[table->rows++];
    row->name = name;
    for (int c = 0; c < VP_ABLATE_COLUMNS; c++) row->value[c] = (double)NAN;
    return row;
}

enum vp_status vp_ablate(struct vp_gpu *gpu, const struct vp_config *config, const struct vp_ablate_request *request,
                         struct vp_ablate_table *table, struct vp_error *err) {
    *table = (struct vp_ablate_table){.columns = columns};
    if (!request->labels.path && !request->pairs.path)
        return vp_fail(err, VP_ERR_USAGE,
                       "an ablation needs labels, or pairs for verification, to compare the runs by");
    enum vp_status status = vp_make_folder(request->folder, err);
    for (int i = 0; i < VARIANTS && status == VP_OK; i++) status = train(gpu, config, request, &variants[i], err);
    char weights[4096];
    path_of(weights, request->folder, variants[0].folder); /* gives the random network its shape */
    struct vp_ablate_row *baselines = add_row(table, "pixels");
    add_row(table, "random weights");
    if (status == VP_OK)
        status =
            ask_all(gpu, request, weights, config, 1u << VP_SOURCE_PIXELS | 1u << VP_SOURCE_RANDOM, baselines, err);
    for (int i = 0; i < VARIANTS && status == VP_OK; i++) {
        path_of(weights, request->folder, variants[i].folder);
        status =
            ask_all(gpu, request, weights, config, 1u << VP_SOURCE_CHECKPOINT, add_row(table, variants[i].name), err);
    }
    return status;
}

/* ---- showing
 * -------------------------------------------------------------------------------------------------------------- */

void vp_ablate_print(const struct vp_ablate_table *table, FILE *out) {
    fprintf(out, "%-21s", "");
    for (int c = 0; c < VP_ABLATE_COLUMNS; c++) fprintf(out, " | %s", table->columns[c]);
    for (int r = 0; r < table->rows; r++) {
        fprintf(out, "\n%-21s", table->row[r].name);
        for (int c = 0; c < VP_ABLATE_COLUMNS; c++) {
            int width = (int)strlen(table->columns[c]), decimals = strstr(table->columns[c], "MAE") ? 2 : 3;
            if (isnan(table->row[r].value[c]))
                fprintf(out, " | %*s", width, "-");
            else
                fprintf(out, " | %*.*f", width, decimals, table->row[r].value[c]);
        }
    }
    fputc('\n', out);
}

enum vp_status vp_ablate_write(const struct vp_ablate_table *table, const char *path, struct vp_error *err) {
    struct vp_file file;
    enum vp_status status = vp_file_begin(&file, path, err);
    if (status != VP_OK) return status;
    fputs("variant", file.stream);
    for (int c = 0; c < VP_ABLATE_COLUMNS; c++) fprintf(file.stream, "\t%s", table->columns[c]);
    for (int r = 0; r < table->rows; r++) {
        fprintf(file.stream, "\n%s", table->row[r].name);
        for (int c = 0; c < VP_ABLATE_COLUMNS; c++) fprintf(file.stream, "\t%.6g", table->row[r].value[c]);
    }
    fputc('\n', file.stream);
    return vp_file_commit(&file, err);
}
