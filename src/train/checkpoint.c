/* Saving all of a run in one file: plain weights for anyone to load, and behind them what it takes to go on. */
#include "train/checkpoint_internal.h"
#include "vkpcl/safetensors.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct saving {
    const struct vp_run *run;
    struct vp_safetensors_writer *writer;
    struct vp_checkpoint_state state;
    uint64_t checksum;
};

static void metadata(struct saving *saving, const char *key, const char *value) {
    vp_safetensors_declare_metadata(saving->writer, key, value);
    saving->checksum += vp_checkpoint_hash(key, value, strlen(value));
}

static void declare_metadata(struct saving *saving) {
    const struct vp_source *source = saving->run->request->source;
    char text[64];
    metadata(saving, "vkpcl.version", VKPCL_VERSION);
    snprintf(text, sizeof text, "%lld", (long long)saving->run->iteration);
    metadata(saving, "iteration", text);
    snprintf(text, sizeof text, "%lld", (long long)saving->run->micro_batch);
    metadata(saving, "micro_batch", text);
    char *config = vp_config_text(saving->run->config);
    metadata(saving, "config", config);
    free(config);
    snprintf(text, sizeof text, "%016llx", (unsigned long long)vp_source_fingerprint(source));
    metadata(saving, "source.fingerprint", text);
    snprintf(text, sizeof text, "%u", vp_source_images(source));
    metadata(saving, "source.images", text);
    snprintf(text, sizeof text, "%u", vp_source_items(source));
    metadata(saving, "source.items", text);
}

/* Buffer `which` of a parameter as the file names it. */
static struct vp_array param_array(const struct vp_param *param, int which, char name[192]) {
    struct vp_array array = {.type = VP_ARRAY_F32, .rank = param->shape.rank};
    for (int i = 0; i < array.rank; i++) array.shape[i] = param->shape.dim[i];
    snprintf(name, 192, "%s%s", vp_checkpoint_prefix[which], param->name);
    return array;
}

/* The small arrays of 8-byte numbers come first, so that every array begins aligned. */
static void declare_arrays(struct saving *saving) {
    const struct vp_params *params = saving->run->params;
    for (int i = 0; i < saving->state.arrays; i++) {
        const char *name;
        struct vp_array array = vp_checkpoint_state_array(&saving->state, i, &name);
        vp_safetensors_declare(saving->writer, name, &array);
    }
    for (int which = 0; which < VP_CHECKPOINT_BUFFERS; which++)
        for (int i = 0; i < params->count; i++) {
            if (which && !params->list[i].trainable) continue;
            char name[192];
            struct vp_array array = param_array(&params->list[i], which, name);
            vp_safetensors_declare(saving->writer, name, &array);
        }
    struct vp_array checksum = {.type = VP_ARRAY_U32, .rank = 1, .shape = {2}};
    vp_safetensors_declare(saving->writer, VP_CHECKPOINT_CHECKSUM, &checksum);
}

static void give(struct saving *saving, const char *name, const void *data, size_t bytes) {
    vp_safetensors_data(saving->writer, data, bytes);
    saving->checksum += vp_checkpoint_hash(name, data, bytes);
}

static enum vp_status write_params(struct saving *saving, struct vp_error *err) {
    struct vp_params *params = saving->run->params;
    int64_t largest = 1;
    for (int i = 0; i < params->count; i++)
        if (params->list[i].count > largest) largest = params->list[i].count;
    float *data = malloc((size_t)largest * sizeof *data);
    if (!data) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory to save %lld numbers", (long long)largest);
    enum vp_status status = VP_OK;
    for (int which = 0; which < VP_CHECKPOINT_BUFFERS; which++)
        for (int i = 0; status == VP_OK && i < params->count; i++) {
            const struct vp_param *param = &params->list[i];
            if (which && !param->trainable) continue;
            char name[192];
            param_array(param, which, name);
            status = vp_param_download(params, param, vp_checkpoint_buffer(param, which), data, err);
            if (status == VP_OK) give(saving, name, data, (size_t)param->count * sizeof *data);
        }
    free(data);
    return status;
}

static enum vp_status write_all(struct saving *saving, const char *path, struct vp_error *err) {
    declare_metadata(saving);
    declare_arrays(saving);
    enum vp_status status = vp_safetensors_begin(saving->writer, path, err);
    if (status != VP_OK) return status;
    for (int i = 0; i < saving->state.arrays; i++) {
        const char *name;
        struct vp_array array = vp_checkpoint_state_array(&saving->state, i, &name);
        give(saving, name, array.data, vp_array_bytes(&array));
    }
    status = write_params(saving, err);
    if (status != VP_OK) return status;
    uint32_t checksum[2] = {(uint32_t)saving->checksum, (uint32_t)(saving->checksum >> 32)};
    vp_safetensors_data(saving->writer, checksum, sizeof checksum);
    return vp_safetensors_commit(saving->writer, err);
}

/* A failed save costs the iterations since the one before: says from where the run can go on. */
static void name_the_last(const struct vp_run *run, struct vp_error *err) {
    int64_t *numbers;
    int count;
    if (!err || vp_checkpoint_list(run->request->folder, &numbers, &count, NULL) != VP_OK) return;
    struct vp_error why = *err;
    char name[64];
    if (count > 0)
        vp_fail(err, why.status, "%.700s; once that is mended, --resume goes on from %s", why.message,
                vp_checkpoint_name(numbers[count - 1], name));
    free(numbers);
}

enum vp_status vp_checkpoint_save(struct vp_run *run, struct vp_error *err) {
    vp_assert(!run->pending, "a checkpoint while iteration %lld is still to be read back",
              (long long)run->pending_iteration);
    const char *folder = run->request->folder;
    char path[VP_PATH_BYTES];
    enum vp_status status = vp_checkpoint_path(folder, run->iteration, path, err);
    if (status != VP_OK) return status;
    if (run->log_file) fflush(run->log_file); /* the log must reach as far as the checkpoint */
    struct saving saving = {.run = run, .writer = vp_safetensors_writer_create()};
    vp_checkpoint_state_init(&saving.state, run);
    status = write_all(&saving, path, err);
    vp_safetensors_writer_destroy(saving.writer);
    vp_checkpoint_state_fini(&saving.state);
    if (status != VP_OK) {
        name_the_last(run, err);
        return status;
    }
    vp_checkpoint_prune(folder, run->iteration, run->config->checkpoint.keep, run->request->log);
    return VP_OK;
}
