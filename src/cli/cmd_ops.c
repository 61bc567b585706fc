/* vkpcl ops: the embedded kernels, what they bind, and whether this device can run them. */
#include "cli/commands.h"
#include "cli/options.h"
#include <stdio.h>

struct ops_flags {
    struct vp_gpu_flags gpu;
};

static const struct vp_flag flags[] = {VP_GPU_FLAGS(struct ops_flags, gpu), {0}};
static const struct vp_command_line line = {
    "ops", "", "Lists the embedded kernels and whether the device can run them.", flags, 0, 0};

int vp_cmd_ops(int argc, char **argv) {
    struct ops_flags values = {0};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    struct vp_error err = {0};
    struct vp_log log = vp_log_init(stdout, values.gpu.verbose);
    struct vp_gpu *gpu = vp_cli_open_gpu(&values.gpu, &log, &err);
    if (!gpu) return vp_cli_fail(&err);
    printf("%-34s | usable | bindings | push bytes\n", "kernel");
    for (int i = 0; i < vp_kernel_count(); i++) {
        const struct vp_kernel_info *info = vp_kernel_info(vp_kernel_name(i));
        printf("%-34s | %-6s | %8d | %10u\n", info->name, vp_gpu_has_kernel(gpu, info->name) ? "yes" : "no",
               info->binding_count, info->push_bytes);
    }
    vp_gpu_destroy(gpu);
    return 0;
}
