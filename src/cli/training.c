#include "cli/training.h"
#include "cli/stop.h"
#include <stdio.h>

static enum vp_status set_number(struct vp_config *config, const char *key, double value, struct vp_error *err) {
    char text[96];
    snprintf(text, sizeof text, "%s=%.17g", key, value);
    return vp_config_set(config, text, err);
}

enum vp_status vp_training_config(const struct vp_training_flags *flags, const char *own, struct vp_config *config,
                                  const struct vp_log *log, struct vp_error *err) {
    enum vp_status status = VP_OK;
    vp_config_init(config);
    if (own && !flags->preset && !flags->config) status = vp_config_load(config, own, log, err);
    if (flags->preset) status = vp_config_load(config, flags->preset, log, err);
    if (status == VP_OK && flags->config) status = vp_config_load(config, flags->config, log, err);
    for (int i = 0; status == VP_OK && i < flags->set.count; i++)
        status = vp_config_set(config, flags->set.text[i], err);
    const struct {
        const char *key;
        double value;
    } shorts[] = {{"model.width", flags->width},       {"data.batch", (double)flags->batch},
                  {"optimizer.lr", flags->lr},         {"train.iterations", (double)flags->iterations},
                  {"train.seed", (double)flags->seed}, {"train.micro_batch", (double)flags->micro_batch}};
    for (size_t i = 0; i < sizeof shorts / sizeof *shorts && status == VP_OK; i++)
        if (shorts[i].value != 0) status = set_number(config, shorts[i].key, shorts[i].value, err);
    return status;
}

bool vp_training_stop(const struct vp_log *log) {
    if (!vp_stop_wanted()) return false;
    vp_log(log, VP_LOG_INFO, "stopping: saving; once more to stop without saving");
    return true;
}

int vp_training_end(enum vp_status status, const struct vp_error *err, const char *how) {
    if (status == VP_OK) return 0;
    if (status != VP_ERR_INTERRUPTED) return vp_cli_fail(err);
    printf("%s; %s\n", err->message, how);
    return 130;
}
