/* vkpcl devices: what there is, what would be chosen, and what it can do. */
#include "cli/commands.h"
#include "cli/options.h"
#include <stdio.h>

struct devices_flags {
    struct vp_gpu_flags gpu;
};

static const struct vp_flag flags[] = {VP_GPU_FLAGS(struct devices_flags, gpu), {0}};
static const struct vp_command_line line = {
    "devices", "", "Lists the Vulkan devices, then shows the one that would be used and its capabilities.",
    flags,     0,  0};

static void print_caps(const struct vp_gpu *gpu) {
    const struct vp_gpu_caps *caps = vp_gpu_caps(gpu);
    const uint32_t *shape = caps->coopmat_shape;
    char matrix[64] = "no";
    if (caps->coopmat) snprintf(matrix, sizeof matrix, "%u x %u x %u", shape[0], shape[1], shape[2]);
    printf("subgroups of %u (%u to %u), %s; f16 %s; cooperative matrix %s; addresses %s; texel buffers %s\n",
           caps->subgroup_size, caps->subgroup_min, caps->subgroup_max,
           caps->subgroup_shuffle ? "shuffle" : "no shuffle", caps->f16 ? "yes" : "no", matrix,
           caps->device_address ? "yes" : "no", caps->texel ? "yes" : "no");
    printf("%u invocations a workgroup, %u KiB shared, bindings of up to %.0f MiB, allocations of up to %.0f MiB\n",
           caps->max_invocations, caps->shared_bytes / 1024, (double)caps->max_binding_bytes / 1048576.0,
           (double)caps->max_allocation_bytes / 1048576.0);
}

int vp_cmd_devices(int argc, char **argv) {
    static const char *const types[] = {"CPU", "virtual", "integrated", "discrete"};
    struct devices_flags values = {0};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    struct vp_error err = {0};
    struct vp_gpu_info infos[16];
    int count = 0;
    if (vp_gpu_list(infos, 16, &count, &err) != VP_OK) return vp_cli_fail(&err);
    for (int i = 0; i < count; i++)
        printf("%d | %-40s | %-10s | %8.0f MiB | %s | %s%s%s\n", infos[i].index, infos[i].name, types[infos[i].type],
               (double)infos[i].memory / 1048576.0, infos[i].uuid, infos[i].driver,
               *infos[i].unusable ? " | unusable: " : "", infos[i].unusable);
    struct vp_log log = vp_log_init(stdout, values.gpu.verbose);
    struct vp_gpu *gpu = vp_cli_open_gpu(&values.gpu, &log, &err);
    if (!gpu) return vp_cli_fail(&err);
    print_caps(gpu);
    vp_gpu_destroy(gpu);
    return 0;
}
