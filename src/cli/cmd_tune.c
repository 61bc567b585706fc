/* vkpcl tune: times the candidates of every kernel that a configuration needs, and carries the choices from machine to
 * machine. */
#include "cli/commands.h"
#include "cli/options.h"
#include "vkpcl/config.h"
#include "vkpcl/tune.h"
#include <stdio.h>

struct tune_flags {
    struct vp_gpu_flags gpu;
    const char *preset, *config, *import, *export;
    struct vp_texts set;
    double seconds;
};

static const struct vp_flag flags[] = {
    {"preset", "NAME", VP_FLAG_TEXT, offsetof(struct tune_flags, preset), "tiny, small or released"},
    {"config", "FILE", VP_FLAG_TEXT, offsetof(struct tune_flags, config), "settings as YAML, over the preset"},
    {"set", "KEY=VALUE", VP_FLAG_LIST, offsetof(struct tune_flags, set), "one setting; may be given several times"},
    {"import", "FILE", VP_FLAG_TEXT, offsetof(struct tune_flags, import),
     "take over what another machine with this device and driver exported"},
    {"export", "FILE", VP_FLAG_TEXT, offsetof(struct tune_flags, export), "write all choices of this device"},
    {"seconds", "S", VP_FLAG_REAL, offsetof(struct tune_flags, seconds), "end after this time (default 30)"},
    VP_GPU_FLAGS(struct tune_flags, gpu),
    {0}};
static const struct vp_command_line line = {
    "tune",
    "",
    "Times the kernels that training with these settings can choose from, once per device and driver. Training does "
    "so\n"
    "by itself; this is for doing it beforehand, and for sharing the result. With --no-tune nothing is timed.",
    flags,
    0,
    0};

static enum vp_status read_config(const struct tune_flags *values, struct vp_config *config, const struct vp_log *log,
                                  struct vp_error *err) {
    enum vp_status status = VP_OK;
    vp_config_init(config);
    if (values->preset) status = vp_config_load(config, values->preset, log, err);
    if (status == VP_OK && values->config) status = vp_config_load(config, values->config, log, err);
    for (int i = 0; i < values->set.count && status == VP_OK; i++)
        status = vp_config_set(config, values->set.text[i], err);
    return status == VP_OK ? vp_config_check(config, err) : status;
}

static enum vp_status tune(struct vp_gpu *gpu, const struct tune_flags *values, const struct vp_config *config,
                           const struct vp_log *log, struct vp_error *err) {
    enum vp_status status = VP_OK;
    int answered = 0, all = 0;
    if (values->import) {
        status = vp_gpu_tune_import(gpu, values->import, err);
        if (status == VP_OK) status = vp_gpu_tune_save(gpu, err);
        if (status == VP_OK)
            vp_log(log, VP_LOG_INFO, "%d choices known with %s", vp_gpu_tune_count(gpu), values->import);
    }
    if (status == VP_OK) status = vp_tune_training(gpu, config, values->seconds, log, &answered, &all, err);
    if (status == VP_OK && all == 0) vp_log(log, VP_LOG_INFO, "nothing is left to time");
    if (status == VP_OK && values->export) status = vp_gpu_tune_export(gpu, values->export, err);
    return status;
}

int vp_cmd_tune(int argc, char **argv) {
    struct tune_flags values = {0};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    struct vp_error err = {0};
    struct vp_log log = vp_log_init(stdout, values.gpu.verbose);
    struct vp_config config;
    if (read_config(&values, &config, &log, &err) != VP_OK) return vp_cli_fail(&err);
    struct vp_gpu *gpu = vp_cli_open_gpu(&values.gpu, &log, &err);
    if (!gpu) return vp_cli_fail(&err);
    enum vp_status status = tune(gpu, &values, &config, &log, &err);
    vp_gpu_destroy(gpu);
    return status == VP_OK ? 0 : vp_cli_fail(&err);
}
