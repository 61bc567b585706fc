/* The per-kernel profile of one device. */
#ifndef VKPCL_GPU_PROFILE_H
#define VKPCL_GPU_PROFILE_H
#include <stdint.h>

struct vp_profile;
struct vp_profile *vp_profile_create(void);
void vp_profile_destroy(struct vp_profile *profile); /* NULL is allowed */
/* One call of `label`: device time, the op's own counts, and how long the device stood idle before it. */
void vp_profile_add(struct vp_profile *profile, const char *label, double ms, double flops, double bytes,
                    double idle_ms);
/* One run of a program: when its first kernel began and its last one ended. Runs may come in any order; `run` counts
 * them as they were submitted. */
void vp_profile_run(struct vp_profile *profile, uint64_t run, double begin_ms, double end_ms);

#endif
