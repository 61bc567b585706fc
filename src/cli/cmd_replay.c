/* vkpcl replay: one step on given numbers, everything computed written out (method, section 7). */
#include "cli/commands.h"
#include "cli/options.h"
#include "vkpcl/replay.h"
#include <stdio.h>

struct replay_flags {
    struct vp_gpu_flags gpu;
    struct vp_replay_request request;
    const char *config;
    struct vp_texts set;
    int64_t micro_batch;
};

static const struct vp_flag flags[] = {
    {"weights", "FILE", VP_FLAG_TEXT, offsetof(struct replay_flags, request.weights),
     "safetensors with the parameters (needed)"},
    {"inputs", "FILE", VP_FLAG_TEXT, offsetof(struct replay_flags, request.inputs),
     "npz with images and random numbers (needed)"},
    {"out", "FILE", VP_FLAG_TEXT, offsetof(struct replay_flags, request.outputs), "npz to write (needed)"},
    {"phase", "NAME", VP_FLAG_TEXT, offsetof(struct replay_flags, request.phase),
     "recon, face or pose; default: all the inputs hold"},
    {"config", "FILE", VP_FLAG_TEXT, offsetof(struct replay_flags, config), "settings: a preset's name or a YAML file"},
    {"set", "KEY=VALUE", VP_FLAG_LIST, offsetof(struct replay_flags, set), "one setting; may be given several times"},
    {"micro-batch", "N", VP_FLAG_INT, offsetof(struct replay_flags, micro_batch),
     "images that go through the networks at once; default: all"},
    VP_GPU_FLAGS(struct replay_flags, gpu),
    {0}};
static const struct vp_command_line line = {
    "replay",
    "",
    "Runs one step of each phase on given weights, images and random numbers and writes what it computed.",
    flags,
    0,
    0};

int vp_cmd_replay(int argc, char **argv) {
    struct replay_flags values = {0};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    const struct vp_replay_request *request = &values.request;
    if (!request->weights || !request->inputs || !request->outputs) {
        fprintf(stderr, "vkpcl replay: --weights, --inputs and --out are all needed\n");
        return 2;
    }
    struct vp_error err = {0};
    struct vp_log log = vp_log_init(stderr, values.gpu.verbose);
    struct vp_config config;
    vp_config_init(&config);
    if (values.config && vp_config_load(&config, values.config, &log, &err) != VP_OK) return vp_cli_fail(&err);
    for (int i = 0; i < values.set.count; i++)
        if (vp_config_set(&config, values.set.text[i], &err) != VP_OK) return vp_cli_fail(&err);
    if (values.micro_batch) {
        char text[64];
        snprintf(text, sizeof text, "train.micro_batch=%lld", (long long)values.micro_batch);
        if (vp_config_set(&config, text, &err) != VP_OK) return vp_cli_fail(&err);
    }
    struct vp_gpu *gpu = vp_cli_open_gpu(&values.gpu, &log, &err);
    if (!gpu) return vp_cli_fail(&err);
    enum vp_status status = vp_replay(gpu, &config, request, &err);
    if (values.gpu.profile && status == VP_OK) vp_gpu_profile_print(gpu, stderr);
    vp_gpu_destroy(gpu);
    return status == VP_OK ? 0 : vp_cli_fail(&err);
}
