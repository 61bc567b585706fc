/* The monitor: images stay decoded, the network's program is recorded once over the run's own parameters. */
#include "vkpcl/monitor.h"
#include "eval/embed_internal.h"
#include "eval/eval_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BATCH = 32,
    FOLDS = 3,
    PER_PERSON = 8,
    KNN = 0,
    LINEAR,
    YAW_FACE,
    YAW_POSE,
    COLUMNS,
    NEIGHBOURS = 5,
    R2_YAW = 4
};
static const char *const names[COLUMNS] = {"monitor_knn", "monitor_linear", "monitor_yaw_face", "monitor_yaw_pose"};

/* A problem that the labels allow, with its folds; problem.name NULL: they do not. */
struct subject {
    struct vp_problem problem;
    struct vp_folds folds;
};

struct vp_monitor {
    struct vp_gpu *gpu;
    struct vp_pretrain_monitor hook;
    struct vp_labels *labels;
    struct vp_labels some; /* those looked at; its names are those of labels */
    int *place;            /* (some.count): their items in labels */
    struct vp_picture_set pictures;
    struct vp_embed_batch *batches;
    int batch_count, size;
    struct subject classes, pose;
    struct vp_features features[VP_FEATURES];
    struct vp_embed_program program;
    bool recorded;
};

/* ---- what it looks at
 * --------------------------------------------------------------------------------------------------- */

static enum vp_status load_some(void *context, int64_t index, struct vp_image *image, struct vp_error *err) {
    const struct vp_monitor *m = context;
    return vp_label_image(m->labels, m->place[index], image, err);
}

/* Evenly from the whole list, but where people are known, people: at most PER_PERSON images of as many as fit. Action
 * units are left behind: nothing here looks at them. */
static void choose_some(struct vp_monitor *m) {
    const struct vp_labels *labels = m->labels;
    int all = labels->count, people = labels->identities, count = 0;
    m->some = *labels;
    m->some.aus = 0;
    m->some.items = malloc(VP_MONITOR_IMAGES * sizeof *m->some.items);
    m->place = malloc(VP_MONITOR_IMAGES * sizeof *m->place);
    int *taken = calloc((size_t)people + 1, sizeof *taken), some = VP_MONITOR_IMAGES / PER_PERSON;
    vp_assert(m->some.items && m->place && taken, "no host memory for %d labels", all);
    for (int i = 0; i < all && count < VP_MONITOR_IMAGES; i++) {
        int who = labels->items[i].identity;
        bool wanted = who == VP_LABEL_MISSING
                          ? (int64_t)i * VP_MONITOR_IMAGES / all != (int64_t)(i - 1) * VP_MONITOR_IMAGES / all
                          : taken[who]++ < PER_PERSON &&
                                (people <= some || (int64_t)who * some / people != (int64_t)(who - 1) * some / people);
        if (!wanted) continue;
        m->place[count] = i;
        m->some.items[count++] = labels->items[i];
    }
    m->some.count = count;
    free(taken);
    m->pictures = (struct vp_picture_set){.count = count, .load = load_some, .context = m};
}

static enum vp_status decode_all(struct vp_monitor *m, bool grey, struct vp_error *err) {
    m->batch_count = (m->some.count + BATCH - 1) / BATCH;
    m->batches = calloc((size_t)m->batch_count, sizeof *m->batches);
    vp_assert(m->batches, "no host memory for %d batches", m->batch_count);
    enum vp_status status = VP_OK;
    for (int i = 0; i < m->batch_count && status == VP_OK; i++) {
        int first = i * BATCH, left = m->some.count - first;
        vp_embed_batch_init(&m->batches[i], &m->pictures, BATCH, 2 * m->size, grey, 0);
        status = vp_embed_batch_load(&m->batches[i], first, left < BATCH ? left : BATCH, err);
        vp_embed_batch_shrink(&m->batches[i]);
    }
    return status;
}

/* Too few labels for the folds are no failure while something else can be looked at. */
static void find_subjects(struct vp_monitor *m, const struct vp_log *log) {
    struct vp_error why = {0};
    bool expressions = m->some.categories > 1;
    struct subject *classes = &m->classes, *pose = &m->pose;
    if (vp_problem_classes(&classes->problem, expressions ? "classes" : "identities", &m->some, !expressions, &why) ==
            VP_OK &&
        (expressions ? vp_folds_make(&classes->folds, &classes->problem, &m->some, FOLDS, 1, log, &why)
                     : vp_folds_within(&classes->folds, &classes->problem, 1, &why)) != VP_OK)
        vp_log(log, VP_LOG_DEBUG, "monitor: %s", why.message);
    if (vp_problem_pose(&pose->problem, &m->some, &why) == VP_OK &&
        vp_folds_make(&pose->folds, &pose->problem, &m->some, FOLDS, 1, log, &why) != VP_OK)
        vp_log(log, VP_LOG_DEBUG, "monitor: %s", why.message);
}

/* ---- looking
 * -------------------------------------------------------------------------------------------------------------- */

static const enum vp_feature looked_at[] = {VP_FEATURE_TRUNK, VP_FEATURE_FACE, VP_FEATURE_POSE};
enum { LOOKED_AT = (int)(sizeof looked_at / sizeof *looked_at) };

static unsigned wanted_features(void) {
    unsigned wanted = 0;
    for (int i = 0; i < LOOKED_AT; i++) wanted |= 1u << looked_at[i];
    return wanted;
}

/* The network, which stays, and what neighbours and regressions take for their inner products. */
static uint64_t memory(void *context, struct vp_params *params, const struct vp_model_shape *shape) {
    const struct vp_monitor *m = context;
    const struct vp_network network = {.params = params, .shape = *shape};
    uint64_t products = 0;
    for (int i = 0; i < LOOKED_AT; i++) {
        uint64_t bytes = vp_gram_bytes(m->gpu, vp_feature_columns(&network, looked_at[i], m->size));
        if (bytes > products) products = bytes;
    }
    return products + vp_embed_program_bytes(m->gpu, params, BATCH, m->size, vp_embed_batch_bytes(BATCH, 2 * m->size),
                                             wanted_features());
}

static enum vp_status record(struct vp_monitor *m, struct vp_params *params, const struct vp_model_shape *shape,
                             struct vp_error *err) {
    struct vp_network network = {.params = params, .shape = *shape};
    for (int i = 0; i < LOOKED_AT; i++) {
        struct vp_features *f = &m->features[looked_at[i]];
        vp_features_fini(f); /* of a look that failed */
        *f = (struct vp_features){m->some.count, vp_feature_columns(&network, looked_at[i], m->size), NULL};
        f->data = malloc((size_t)(f->rows * f->columns) * sizeof *f->data);
        if (!f->data) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory for the monitor's features");
    }
    enum vp_status status =
        vp_embed_program_init(&m->program, m->gpu, params, BATCH, m->size, vp_embed_batch_bytes(BATCH, 2 * m->size),
                              wanted_features(), false, err);
    m->recorded = status == VP_OK;
    return status;
}

static enum vp_status encode(struct vp_monitor *m, struct vp_error *err) {
    enum vp_status status = VP_OK;
    for (int i = 0; i < m->batch_count && status == VP_OK; i++) {
        const struct vp_embed_batch *batch = &m->batches[i];
        status = vp_embed_program_run(&m->program, batch, err);
        for (enum vp_feature f = 0; f < VP_FEATURES && status == VP_OK; f++)
            if (m->program.feature[f])
                status = vp_embed_program_read(&m->program, f, batch->count,
                                               m->features[f].data + batch->first * m->features[f].columns, err);
    }
    return status;
}

static enum vp_status ask(struct vp_monitor *m, const struct subject *subject, enum vp_feature feature,
                          enum vp_eval_probe probe, int metric, double *value, struct vp_error *err) {
    *value = (double)NAN;
    if (!subject->folds.count) return VP_OK;
    struct vp_fit fit = {
        .gpu = m->gpu, .problem = &subject->problem, .features = &m->features[feature], .k = NEIGHBOURS, .seed = 1};
    struct vp_eval_row row = {0};
    enum vp_status status = vp_eval_fill_row(&row, &fit, &subject->folds, probe, VP_PROTOCOL_HONEST, 0, err);
    if (status == VP_OK) *value = row.metric[metric].value;
    vp_eval_row_fini(&row);
    return status;
}

static enum vp_status look(void *context, struct vp_params *params, const struct vp_model_shape *shape, double *values,
                           struct vp_error *err) {
    struct vp_monitor *m = context;
    enum vp_status status = m->recorded ? VP_OK : record(m, params, shape, err);
    if (status == VP_OK) status = encode(m, err);
    if (status == VP_OK) status = ask(m, &m->classes, VP_FEATURE_TRUNK, VP_EVAL_KNN, 0, &values[KNN], err);
    if (status == VP_OK) status = ask(m, &m->classes, VP_FEATURE_TRUNK, VP_EVAL_RIDGE, 0, &values[LINEAR], err);
    if (status == VP_OK) status = ask(m, &m->pose, VP_FEATURE_FACE, VP_EVAL_RIDGE, R2_YAW, &values[YAW_FACE], err);
    if (status == VP_OK) status = ask(m, &m->pose, VP_FEATURE_POSE, VP_EVAL_RIDGE, R2_YAW, &values[YAW_POSE], err);
    return status;
}

/* ---- from outside
 * ----------------------------------------------------------------------------------------------------------- */

enum vp_status vp_monitor_create(struct vp_monitor **made, struct vp_gpu *gpu, const struct vp_labels_request *data,
                                 int size, bool grey, const struct vp_log *log, struct vp_error *err) {
    *made = NULL;
    struct vp_monitor *m = calloc(1, sizeof *m);
    vp_assert(m, "no host memory for a monitor");
    *m =
        (struct vp_monitor){.gpu = gpu,
                            .size = size,
                            .hook = {.columns = COLUMNS, .names = names, .look = look, .memory = memory, .context = m}};
    enum vp_status status = vp_labels_read(data, &m->labels, err);
    if (status == VP_OK) {
        choose_some(m);
        find_subjects(m, log);
        if (!m->classes.folds.count && !m->pose.folds.count)
            status = vp_fail(err, VP_ERR_USAGE,
                             "%s gives the monitor nothing to look for: classes, angles, or identities with at least "
                             "four images each are needed",
                             data->path);
    }
    if (status == VP_OK) status = decode_all(m, grey, err);
    if (status == VP_OK) {
        vp_log(log, VP_LOG_INFO, "monitor: %d of %d images of %s", m->some.count, m->labels->count, data->path);
        *made = m;
    } else {
        vp_monitor_destroy(m);
    }
    return status;
}

void vp_monitor_destroy(struct vp_monitor *m) {
    if (!m) return;
    if (m->recorded) vp_embed_program_fini(&m->program);
    for (int i = 0; m->batches && i < m->batch_count; i++) vp_embed_batch_fini(&m->batches[i]);
    free(m->batches);
    for (int f = 0; f < VP_FEATURES; f++) vp_features_fini(&m->features[f]);
    struct subject *const subjects[] = {&m->classes, &m->pose};
    for (int i = 0; i < 2; i++) {
        vp_folds_fini(&subjects[i]->folds);
        vp_problem_fini(&subjects[i]->problem);
    }
    free(m->some.items);
    free(m->place);
    vp_labels_destroy(m->labels);
    free(m);
}

const struct vp_pretrain_monitor *vp_monitor_for_pretrain(const struct vp_monitor *m) {
    return &m->hook;
}
