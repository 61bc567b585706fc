/* Going on from a checkpoint: finds the newest, makes sure that it belongs to this run, and takes everything back. */
#include "train/checkpoint_internal.h"
#include "train/settings.h"
#include "vkpcl/safetensors.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Settings that may differ from those of the checkpoint: the length of the run, how often it reports and saves, what
 * it is called, how many images go at once, and how images are read. The layout of the data is covered by the source's
 * fingerprint. */
static bool may_differ(const char *key) {
    static const char *const free_keys[] = {"train.epochs",     "train.iterations", "train.name",  "train.micro_batch",
                                            "checkpoint.every", "checkpoint.keep",  "log.every",   "sample.every",
                                            "data.workers",     "data.max_broken",  "data.layout", "monitor.every"};
    for (size_t i = 0; i < sizeof free_keys / sizeof *free_keys; i++)
        if (strcmp(key, free_keys[i]) == 0) return true;
    return false;
}

static const char *need_metadata(const struct vp_safetensors *file, const char *key, struct vp_error *err) {
    const char *value = vp_safetensors_metadata(file, key);
    if (!value)
        vp_fail(err, VP_ERR_FORMAT, "%s lacks %s in its metadata: it is no checkpoint of a run",
                vp_safetensors_path(file), key);
    return value;
}

static enum vp_status check_checksum(const struct vp_safetensors *file, struct vp_error *err) {
    const char *path = vp_safetensors_path(file);
    const struct vp_array *stored = vp_safetensors_find(file, VP_CHECKPOINT_CHECKSUM);
    if (!stored || !vp_array_is(stored, VP_ARRAY_U32, 1, (const int64_t[]){2}))
        return vp_fail(err, VP_ERR_FORMAT, "%s has no checksum (%s): it is no checkpoint of a run", path,
                       VP_CHECKPOINT_CHECKSUM);
    uint64_t sum = 0;
    for (int i = 0; i < vp_safetensors_metadata_count(file); i++) {
        struct vp_metadata entry = vp_safetensors_metadata_at(file, i);
        sum += vp_checkpoint_hash(entry.key, entry.value, strlen(entry.value));
    }
    for (int i = 0; i < vp_safetensors_count(file); i++) {
        const struct vp_named_array *entry = vp_safetensors_at(file, i);
        if (&entry->array != stored)
            sum += vp_checkpoint_hash(entry->name, entry->array.data, vp_array_bytes(&entry->array));
    }
    uint32_t words[2];
    memcpy(words, stored->data, sizeof words);
    if (sum == ((uint64_t)words[1] << 32 | words[0])) return VP_OK;
    return vp_fail(err, VP_ERR_FORMAT, "%s is damaged: its checksum does not fit its content", path);
}

static enum vp_status check_config(const struct vp_safetensors *file, const struct vp_config *config,
                                   struct vp_error *err) {
    const char *path = vp_safetensors_path(file), *text = need_metadata(file, "config", err);
    if (!text) return err->status;
    struct vp_config before;
    vp_config_init(&before);
    enum vp_status status = vp_config_parse(&before, text, strlen(text), path, &(struct vp_log){0}, err);
    if (status != VP_OK) return status;
    for (const struct vp_option *o = NULL; (o = vp_config_difference(&before, config, o)) != NULL;) {
        if (may_differ(o->key)) continue;
        char then[128], now[128];
        return vp_fail(err, VP_ERR_USAGE,
                       "%s cannot be resumed: it was made with %s = %s, now it is %s; set it back, or start a new run "
                       "in another folder",
                       path, o->key, vp_config_value(&before, o, then), vp_config_value(config, o, now));
    }
    return VP_OK;
}

static enum vp_status check_source(const struct vp_safetensors *file, const struct vp_source *source,
                                   struct vp_error *err) {
    const char *path = vp_safetensors_path(file), *mark = need_metadata(file, "source.fingerprint", err),
               *images = mark ? need_metadata(file, "source.images", err) : NULL,
               *items = images ? need_metadata(file, "source.items", err) : NULL;
    if (!items) return err->status;
    char found[64], images_now[32], items_now[32];
    snprintf(found, sizeof found, "%016llx", (unsigned long long)vp_source_fingerprint(source));
    if (strcmp(mark, found) == 0) return VP_OK;
    snprintf(images_now, sizeof images_now, "%u", vp_source_images(source));
    snprintf(items_now, sizeof items_now, "%u", vp_source_items(source));
    if (strcmp(images, images_now) != 0)
        return vp_fail(err, VP_ERR_USAGE,
                       "%s cannot be resumed: its data had %s images, now there are %s; give the same folders as "
                       "before, or start a new run in another folder",
                       path, images, images_now);
    if (strcmp(items, items_now) != 0)
        return vp_fail(err, VP_ERR_USAGE,
                       "%s cannot be resumed: an epoch had %s items, now it has %s of the same %s images (was "
                       "data.layout changed?)",
                       path, items, items_now, images);
    return vp_fail(err, VP_ERR_USAGE,
                   "%s cannot be resumed: the data has %s images as before, but other names, another order of the "
                   "folders, or another data.layout",
                   path, images);
}

static enum vp_status take_state(const struct vp_safetensors *file, struct vp_run *run, int64_t number,
                                 struct vp_error *err) {
    struct vp_checkpoint_state state;
    vp_checkpoint_state_init(&state, run);
    enum vp_status status = VP_OK;
    for (int i = 0; status == VP_OK && i < state.arrays; i++) {
        const char *name;
        struct vp_array to = vp_checkpoint_state_array(&state, i, &name);
        const struct vp_array *from = vp_safetensors_need(file, name, (int)to.type, to.rank, to.shape, err);
        if (from)
            memcpy(to.data, from->data, vp_array_bytes(from));
        else
            status = err->status;
    }
    if (status == VP_OK && state.counters[0] != number)
        status = vp_fail(err, VP_ERR_FORMAT, "%s holds iteration %lld: it was renamed", vp_safetensors_path(file),
                         (long long)state.counters[0]);
    if (status == VP_OK) vp_checkpoint_state_apply(&state, run);
    vp_checkpoint_state_fini(&state);
    return status;
}

static enum vp_status take_params(const struct vp_safetensors *file, struct vp_params *params, struct vp_error *err) {
    for (int which = 0; which < VP_CHECKPOINT_BUFFERS; which++) {
        enum vp_status status = vp_params_load(params, file, vp_checkpoint_prefix[which], which, err);
        if (status != VP_OK) return status;
    }
    return VP_OK;
}

/* Adds to *err what to do about a damaged newest checkpoint. */
static void name_the_one_before(const char *folder, const int64_t *numbers, int count, struct vp_error *err) {
    struct vp_error why = *err;
    char name[64];
    if (count > 1)
        vp_fail(err, why.status, "%.700s; delete it to go on from %s", why.message,
                vp_checkpoint_name(numbers[count - 2], name));
    else
        vp_fail(err, why.status, "%.700s; %.200s has no older one, so the run must start again without --resume",
                why.message, folder);
}

/* Checkpoints without this entry are of runs without micro-batches. */
static int64_t micro_batch_of(const struct vp_safetensors *file) {
    const char *text = vp_safetensors_metadata(file, "micro_batch");
    return text ? (int64_t)strtoll(text, NULL, 10) : 0;
}

int64_t vp_checkpoint_micro_batch(const char *folder) {
    char path[VP_PATH_BYTES];
    struct vp_error ignored; /* vp_checkpoint_load says what is wrong */
    if (vp_checkpoint_newest(folder, path, sizeof path, &ignored) != VP_OK) return VP_MICRO_BATCH_CHOOSE;
    struct vp_safetensors *file = vp_safetensors_open(path, &ignored);
    int64_t micro_batch = file ? micro_batch_of(file) : VP_MICRO_BATCH_CHOOSE;
    vp_safetensors_close(file);
    return micro_batch;
}

/* Other pieces mean other rounding: allowed, but no longer bit for bit the run it was. */
static void tell_micro_batch(const struct vp_safetensors *file, const struct vp_run *run) {
    int64_t before = micro_batch_of(file);
    if (before != run->micro_batch)
        vp_log(run->request->log, VP_LOG_WARN,
               "%s was made with micro-batches of %lld images, now %lld (0: all): the run goes on with other rounding",
               vp_safetensors_path(file), (long long)before, (long long)run->micro_batch);
}

enum vp_status vp_checkpoint_load(struct vp_run *run, struct vp_error *err) {
    const char *folder = run->request->folder;
    struct vp_error here = {0};
    char path[VP_PATH_BYTES];
    int64_t *numbers = NULL;
    int count = 0;
    struct vp_safetensors *file = NULL;
    enum vp_status status = vp_checkpoint_newest(folder, path, sizeof path, &here);
    if (status == VP_OK) status = vp_checkpoint_list(folder, &numbers, &count, &here);
    if (status == VP_OK && !(file = vp_safetensors_open(path, &here))) status = here.status;
    if (status == VP_OK) status = check_checksum(file, &here);
    if (status == VP_OK) status = check_config(file, run->config, &here);
    if (status == VP_OK) status = check_source(file, run->request->source, &here);
    if (status == VP_OK) status = take_params(file, run->params, &here);
    if (status == VP_OK) status = take_state(file, run, numbers[count - 1], &here);
    if (status == VP_OK) tell_micro_batch(file, run);
    if (status == VP_ERR_FORMAT) name_the_one_before(folder, numbers, count, &here);
    vp_safetensors_close(file);
    free(numbers);
    if (status != VP_OK && err) *err = here;
    return status;
}
