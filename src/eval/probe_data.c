/* Features and targets on the device. */
#include "vkpcl/probe.h"
#include "vkpcl/status.h"

static enum vp_status put(struct vp_gpu *gpu, const char *label, int64_t rows, int64_t columns, const float *values,
                          struct vp_range *range, struct vp_error *err) {
    uint64_t bytes = (uint64_t)(rows * columns) * sizeof(float);
    if (bytes > vp_gpu_caps(gpu)->max_allocation_bytes)
        return vp_fail(
            err, VP_ERR_OUT_OF_MEMORY,
            "%s: %lld x %lld numbers are %.1f GiB, this device takes %.1f GiB at once; use smaller images or "
            "fewer of them",
            label, (long long)rows, (long long)columns, (double)bytes / 1073741824.0,
            (double)vp_gpu_caps(gpu)->max_allocation_bytes / 1073741824.0);
    enum vp_status status = vp_gpu_alloc(gpu, bytes, label, range, err);
    return status == VP_OK ? vp_gpu_upload(gpu, *range, values, err) : status;
}

enum vp_status vp_probe_data_init(struct vp_probe_data *data, struct vp_gpu *gpu, int64_t rows, int64_t columns,
                                  const float *features, int64_t target_rows, int64_t outputs, const float *targets,
                                  struct vp_error *err) {
    *data = (struct vp_probe_data){
        .gpu = gpu, .rows = rows, .columns = columns, .target_rows = target_rows, .outputs = outputs};
    enum vp_status status = put(gpu, "features", rows, columns, features, &data->features, err);
    if (status == VP_OK) status = put(gpu, "targets", target_rows, outputs, targets, &data->targets, err);
    if (status != VP_OK) vp_probe_data_fini(data);
    return status;
}

void vp_probe_data_fini(struct vp_probe_data *data) {
    if (data->features.block) vp_gpu_free(data->gpu, data->features);
    if (data->targets.block) vp_gpu_free(data->gpu, data->targets);
    *data = (struct vp_probe_data){0};
}
