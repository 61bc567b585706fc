/* Between the halves of the ablation: training its runs, and asking them. */
#ifndef VKPCL_ABLATE_INTERNAL_H
#define VKPCL_ABLATE_INTERNAL_H
#include "vkpcl/ablate.h"

/* ---- ablate.c ---- */

const char *vp_ablate_title(int variant); /* as the table calls it */
void vp_ablate_path(char path[4096], const char *folder, const char *name);
long long vp_ablate_trained(const char *folder); /* iterations of the newest checkpoint there; -1: none */
bool vp_ablate_chosen(const struct vp_ablate_request *request, int variant);

/* ---- ablate_ask.c ---- */

/* Fills the table: the baselines, then every chosen variant that has been trained. */
enum vp_status vp_ablate_ask(struct vp_gpu *gpu, const struct vp_config *config,
                             const struct vp_ablate_request *request, struct vp_ablate_table *table,
                             struct vp_error *err);

#endif
