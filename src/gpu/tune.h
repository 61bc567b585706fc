/* The store of tuned choices. */
#ifndef VKPCL_GPU_TUNE_H
#define VKPCL_GPU_TUNE_H

struct vp_gpu;
struct vp_tuning;

/* Reads the file in `folder` (NULL: keep nothing on disk). A file that cannot be used is told to the log and ignored. */
void vp_tuning_open(struct vp_gpu *gpu, const char *folder);
void vp_tuning_close(struct vp_gpu *gpu);

#endif
