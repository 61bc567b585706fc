/* Training each variant, then asking all of them the same questions (ablate_ask.c). */
#include "eval/ablate_internal.h"
#include "train/run.h"
#include "train/settings.h"
#include "vkpcl/file.h"
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

const char *vp_ablate_title(int variant) {
    return variants[variant].name;
}

void vp_ablate_path(char path[4096], const char *folder, const char *name) {
    snprintf(path, 4096, "%s/%s", folder, name);
}

long long vp_ablate_trained(const char *folder) {
    char path[4096];
    struct vp_error none;
    if (vp_checkpoint_newest(folder, path, sizeof path, &none) != VP_OK) return -1;
    const char *dash = strrchr(path, '-');
    return dash ? strtoll(dash + 1, NULL, 10) : -1;
}

bool vp_ablate_chosen(const struct vp_ablate_request *request, int variant) {
    return !request->variants || request->variants >> variant & 1;
}

static enum vp_status train(struct vp_gpu *gpu, const struct vp_config *base, const struct vp_ablate_request *request,
                            const struct variant *variant, const char *which, struct vp_error *err) {
    struct vp_config config = *base;
    enum vp_status status = VP_OK;
    for (int i = 0; i < SETTINGS && status == VP_OK; i++) status = vp_config_set(&config, variant->set[i], err);
    char folder[4096];
    vp_ablate_path(folder, request->folder, variant->folder);
    long long done = vp_ablate_trained(folder), wanted = config.train.iterations;
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
    for (int i = 0; i < VP_ABLATE_VARIANTS; i++) runs += vp_ablate_chosen(request, i);
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
        if (!vp_ablate_chosen(request, i)) continue;
        snprintf(which, sizeof which, "run %d of %d", ++run, runs);
        status = train(gpu, config, request, &variants[i], which, err);
    }
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
    *table = (struct vp_ablate_table){0};
    if (!request->labels.path && !request->pairs.path)
        return vp_fail(err, VP_ERR_USAGE,
                       "an ablation needs labels, or pairs for verification, to compare the runs by");
    enum vp_status status = vp_settings_check(config, err);
    if (status == VP_OK) status = read_labels(request, err);
    if (status == VP_OK) status = vp_make_folder(request->folder, err);
    if (status == VP_OK && !request->table_only) status = train_all(gpu, config, request, err);
    return status == VP_OK ? vp_ablate_ask(gpu, config, request, table, err) : status;
}
