/* Pretraining: the main job. Images in, an encoder out (method, sections 2 to 4).
 *
 * A run lives in a folder: config.yaml, run.json, log.tsv, broken.txt, samples/NNNNNNNN.png,
 * checkpoint-NNNNNNNN.safetensors, and profile.tsv when the device was opened with a profile.
 * Every random number and the order of the images depend on (seed, epoch or iteration, index) only, so a run that was
 * killed and resumed from its checkpoint goes on bit for bit as if nothing had happened.
 */
#ifndef VKPCL_PRETRAIN_H
#define VKPCL_PRETRAIN_H
#include "vkpcl/config.h"
#include "vkpcl/gpu.h"
#include "vkpcl/model.h"
#include "vkpcl/source.h"

/* Somebody who looks at the network while it trains. What is seen becomes further columns of the log: the values in the
 * line that follows a look, nan in the others. */
enum { VP_MONITOR_COLUMNS = 8 };
struct vp_pretrain_monitor {
    int columns;              /* at most VP_MONITOR_COLUMNS */
    const char *const *names; /* of the columns: "monitor_knn" */
    /* Looks at the parameters as they are; values (columns), NAN where there is none. Changes nothing of the run. */
    enum vp_status (*look)(void *context, struct vp_params *params, const struct vp_model_shape *shape, double *values,
                           struct vp_error *err);
    /* Device memory in bytes that looking takes at most, beside the parameters; NULL: none. Takes none itself. */
    uint64_t (*memory)(void *context, struct vp_params *params, const struct vp_model_shape *shape);
    void *context;
};

struct vp_pretrain_request {
    const struct vp_source *source;
    const char *folder;          /* of the run */
    bool resume;                 /* go on from the newest checkpoint in the folder; an error when there is none */
    double time_limit;           /* seconds; 0: none. The run then saves and returns VP_OK */
    const char *dump_inputs;     /* folder for the inputs of every iteration, as `vkpcl replay` reads them; NULL: no */
    bool (*stop)(void *context); /* asked after every iteration: save and return VP_ERR_INTERRUPTED; may be NULL */
    void (*progress)(void *context); /* the folder has news: lines of the log or a picture; may be NULL */
    void *context;
    const struct vp_pretrain_monitor *monitor; /* looks every config.monitor.every iterations; NULL: nobody */
    const struct vp_log *log;
};
enum vp_status vp_pretrain(struct vp_gpu *gpu, const struct vp_config *config,
                           const struct vp_pretrain_request *request, struct vp_error *err);

#endif
