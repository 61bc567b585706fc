/* Training a probe, and asking it. */
#include "vkpcl/probe.h"
#include "eval/probe_internal.h"
#include "vkpcl/ops/adam.h"
#include "vkpcl/rng.h"
#include "vkpcl/schedule.h"
#include <stdlib.h>
#include <string.h>

static int64_t align(int64_t words) {
    return (words + 63) / 64 * 64;
}

static struct vp_range part(struct vp_range whole, int64_t first_word, int64_t words) {
    return (struct vp_range){whole.block, whole.offset + 4 * (uint64_t)first_word, 4 * (uint64_t)words};
}

/* As few batches as `batch` allows, all of one size. */
static void cut_batches(struct vp_probe *probe) {
    int64_t rows = probe->desc.rows, batch = probe->desc.batch;
    probe->steps = (rows + batch - 1) / batch;
    probe->desc.batch = rows / probe->steps;
    if (probe->desc.batch >= 2 || rows < 2) return;
    probe->desc.batch = 2; /* batch norm needs two */
    probe->steps = rows / 2;
}

static enum vp_status make_params(struct vp_probe *probe, struct vp_error *err) {
    struct vp_params *params = probe->params = vp_params_create();
    int64_t columns = probe->data->columns, outputs = probe->desc.outputs;
    vp_params_add(params, "linear.weight", vp_shape2(outputs, columns), true, VP_INIT_ZERO, 0);
    vp_params_add(params, "linear.bias", vp_shape1(outputs), true, VP_INIT_ZERO, 0);
    if (probe->desc.batch_norm) {
        vp_params_add(params, "norm.weight", vp_shape1(columns), true, VP_INIT_ONE, 0);
        vp_params_add(params, "norm.bias", vp_shape1(columns), true, VP_INIT_ZERO, 0);
        vp_params_add(params, "norm.running_mean", vp_shape1(columns), false, VP_INIT_ZERO, 0);
        vp_params_add(params, "norm.running_var", vp_shape1(columns), false, VP_INIT_ONE, 0);
    }
    enum vp_status status = vp_params_allocate(params, probe->data->gpu, true, err);
    if (status == VP_OK) status = vp_params_init(params, probe->desc.seed, err);
    if (status != VP_OK) return status;
    float *weight = malloc((size_t)(outputs * columns) * sizeof *weight);
    if (!weight)
        return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory for a probe of %lld inputs", (long long)columns);
    for (int64_t i = 0; i < outputs * columns; i++)
        weight[i] = 0.01f * vp_rng_normal(probe->desc.seed, vp_rng_stream(VP_RNG_PROBE, 0), (uint64_t)i);
    status = vp_param_upload(params, &params->list[0], params->list[0].value, weight, err);
    free(weight);
    return status;
}

static enum vp_status make_adam(struct vp_probe *probe, struct vp_error *err) {
    struct vp_adam_param list[4];
    int trainable = 0;
    for (; trainable < probe->params->count && probe->params->list[trainable].trainable; trainable++) {
        const struct vp_param *param = &probe->params->list[trainable];
        list[trainable] = (struct vp_adam_param){(uint64_t)param->offset, (uint64_t)param->count, true};
    }
    vp_adam_init(&probe->adam, list, trainable, 0.9, 0.999);
    uint64_t chunks = vp_adam_elements(&probe->adam) / VP_PARAM_ALIGN;
    uint32_t *table = malloc(chunks * sizeof *table);
    vp_assert(table, "no host memory for %llu chunks", (unsigned long long)chunks);
    vp_adam_chunks(&probe->adam, table);
    enum vp_status status = vp_gpu_alloc(probe->data->gpu, 4 * chunks, "a probe's chunks", &probe->chunks, err);
    if (status == VP_OK) status = vp_gpu_upload(probe->data->gpu, probe->chunks, table, err);
    free(table);
    return status;
}

static enum vp_status make_step(struct vp_probe *probe, struct vp_error *err) {
    int64_t batch = probe->desc.batch, rows = probe->desc.loss == VP_PROBE_COSINE ? 2 * batch : batch;
    int64_t adam_words = vp_adam_words(&probe->adam);
    probe->target_word = align(rows);
    probe->seed_word = probe->target_word + align(batch);
    probe->adam_word = probe->seed_word + 64;
    probe->word_count = probe->adam_word + adam_words;
    probe->words = calloc((size_t)probe->word_count, sizeof *probe->words);
    probe->order = malloc((size_t)probe->desc.rows * sizeof *probe->order);
    probe->has_gradient = calloc((size_t)probe->params->count, sizeof *probe->has_gradient);
    vp_assert(probe->words && probe->order && probe->has_gradient, "no host memory for a probe's step");
    enum vp_status status =
        vp_gpu_alloc(probe->data->gpu, 4 * (uint64_t)probe->word_count, "a probe's step", &probe->step, err);
    probe->feature_index = part(probe->step, 0, rows);
    probe->target_index = part(probe->step, probe->target_word, batch);
    probe->seed = part(probe->step, probe->seed_word, 1);
    probe->adam_words = part(probe->step, probe->adam_word, adam_words);
    return status;
}

static enum vp_status bind(struct vp_probe *probe, struct vp_error *err) {
    struct vp_gpu *gpu = probe->data->gpu;
    struct vp_plan plans[2];
    probe->train = vp_tape_create(gpu, "probe step");
    probe->predict = vp_tape_create(gpu, "probe");
    vp_probe_build(probe);
    vp_tape_plan(probe->train, &plans[0]);
    vp_tape_plan(probe->predict, &plans[1]);
    enum vp_status status = vp_tape_memory_init(&probe->memory, gpu, plans, 2, err);
    if (status == VP_OK) status = vp_tape_bind(probe->train, &probe->memory, err);
    return status == VP_OK ? vp_tape_bind(probe->predict, &probe->memory, err) : status;
}

enum vp_status vp_probe_create(struct vp_probe **made, const struct vp_probe_data *data,
                               const struct vp_probe_desc *desc, struct vp_error *err) {
    *made = NULL;
    if (desc->rows < 2)
        return vp_fail(err, VP_ERR_USAGE, "a probe needs at least two examples to learn from, there are %lld",
                       (long long)desc->rows);
    struct vp_probe *probe = calloc(1, sizeof *probe);
    vp_assert(probe, "no host memory for a probe");
    *probe = (struct vp_probe){.desc = *desc, .data = data};
    cut_batches(probe);
    enum vp_status status = make_params(probe, err);
    if (status == VP_OK) status = make_adam(probe, err);
    if (status == VP_OK) status = make_step(probe, err);
    if (status == VP_OK) status = bind(probe, err);
    if (status == VP_OK)
        *made = probe;
    else
        vp_probe_destroy(probe);
    return status;
}

void vp_probe_destroy(struct vp_probe *probe) {
    if (!probe) return;
    struct vp_gpu *gpu = probe->data->gpu;
    vp_gpu_wait(gpu, NULL);
    vp_tape_destroy(probe->train);
    vp_tape_destroy(probe->predict);
    vp_tape_memory_fini(&probe->memory);
    if (probe->step.block) vp_gpu_free(gpu, probe->step);
    if (probe->chunks.block) vp_gpu_free(gpu, probe->chunks);
    if (probe->adam.param) vp_adam_fini(&probe->adam);
    vp_params_destroy(probe->params);
    free(probe->words);
    free(probe->order);
    free(probe->has_gradient);
    free(probe);
}

/* Uploads what is in the words so far, with Adam's, and enqueues the step. */
static enum vp_status step(struct vp_probe *probe, struct vp_error *err) {
    struct vp_schedule schedule = {
        .kind = VP_LR_COSINE, .lr = probe->desc.lr, .epochs = probe->desc.epochs, .iterations_per_epoch = probe->steps};
    float one = 1;
    memcpy(probe->words + probe->seed_word, &one, sizeof one);
    vp_adam_begin(&probe->adam,
                  &(struct vp_adam_phase){.lr = vp_schedule_lr(&schedule, probe->epoch * probe->steps),
                                          .has_gradient = probe->has_gradient,
                                          .inv_scale = 1,
                                          .decoupled_decay = probe->desc.decay,
                                          .skip_nonfinite = true},
                  probe->words + probe->adam_word);
    enum vp_status status = vp_gpu_upload(probe->data->gpu, probe->step, probe->words, err);
    return status == VP_OK ? vp_tape_run(probe->train, err) : status;
}

/* Gradients that are not finite were skipped by the device; the last step's report tells. */
static enum vp_status end_epoch(struct vp_probe *probe, struct vp_error *err) {
    probe->epoch++;
    uint32_t report[ADAM_REPORT_HEADER + 4];
    enum vp_status status = vp_tensor_download(probe->train, probe->report, report, err);
    if (status == VP_OK && report[ADAM_REPORT_COUNT])
        status = vp_fail(err, VP_ERR_NONFINITE,
                         "the probe diverged in epoch %d: its features or gradients are not finite", probe->epoch);
    return status;
}

static void shuffle(struct vp_probe *probe) {
    vp_rng_permutation(probe->desc.seed, vp_rng_stream(VP_RNG_PROBE, (uint32_t)probe->epoch + 1), 0,
                       (uint32_t)probe->desc.rows, probe->order);
}

enum vp_status vp_probe_epoch(struct vp_probe *probe, const uint32_t *rows, struct vp_error *err) {
    vp_assert(probe->desc.loss != VP_PROBE_COSINE, "a probe of pairs wants pairs");
    int64_t batch = probe->desc.batch;
    enum vp_status status = VP_OK;
    shuffle(probe);
    for (int64_t s = 0; s < probe->steps && status == VP_OK; s++) {
        for (int64_t i = 0; i < batch; i++)
            probe->words[i] = probe->words[probe->target_word + i] = rows[probe->order[s * batch + i]];
        status = step(probe, err);
    }
    return status == VP_OK ? end_epoch(probe, err) : status;
}

enum vp_status vp_probe_epoch_pairs(struct vp_probe *probe, const uint32_t *pairs, const uint32_t *first,
                                    const uint32_t *second, struct vp_error *err) {
    vp_assert(probe->desc.loss == VP_PROBE_COSINE, "pairs for a probe of rows");
    int64_t batch = probe->desc.batch;
    enum vp_status status = VP_OK;
    shuffle(probe);
    for (int64_t s = 0; s < probe->steps && status == VP_OK; s++) {
        for (int64_t i = 0; i < batch; i++) {
            uint32_t pair = pairs[probe->order[s * batch + i]];
            probe->words[i] = first[pair];
            probe->words[batch + i] = second[pair];
            probe->words[probe->target_word + i] = pair;
        }
        status = step(probe, err);
    }
    return status == VP_OK ? end_epoch(probe, err) : status;
}

enum vp_status vp_probe_predict(struct vp_probe *probe, const uint32_t *rows, int64_t count, float *out,
                                struct vp_error *err) {
    int64_t outputs = probe->desc.outputs;
    uint32_t index[VP_PREDICT_ROWS];
    enum vp_status status = VP_OK;
    for (int64_t first = 0; first < count && status == VP_OK; first += VP_PREDICT_ROWS) {
        int64_t n = count - first < VP_PREDICT_ROWS ? count - first : VP_PREDICT_ROWS;
        for (int64_t i = 0; i < VP_PREDICT_ROWS; i++) index[i] = rows[first + (i < n ? i : 0)];
        status = vp_tensor_upload(probe->predict, probe->predict_index, index, err);
        if (status == VP_OK) status = vp_tape_run(probe->predict, err);
        struct vp_range range = vp_tensor_range(probe->output);
        range.bytes = (uint64_t)(n * outputs) * sizeof(float);
        if (status == VP_OK) status = vp_gpu_download(probe->data->gpu, range, out + first * outputs, err);
    }
    return status;
}
