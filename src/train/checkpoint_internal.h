/* What the files of checkpoints share: the numbered files of a run's folder, the arrays behind the weights, checksums.
 */
#ifndef VKPCL_CHECKPOINT_INTERNAL_H
#define VKPCL_CHECKPOINT_INTERNAL_H
#include "train/run.h"
#include "vkpcl/array.h"

enum { VP_PATH_BYTES = 4096 };

/* ---- checkpoint_files.c ---- */

/* The numbers of the folder's checkpoints, rising; the caller frees. VP_ERR_IO when the folder cannot be read. */
enum vp_status vp_checkpoint_list(const char *folder, int64_t **numbers, int *count, struct vp_error *err);
/* "checkpoint-00000200.safetensors"; returns buffer. */
const char *vp_checkpoint_name(int64_t number, char buffer[64]);
enum vp_status vp_checkpoint_path(const char *folder, int64_t number, char path[VP_PATH_BYTES], struct vp_error *err);
/* Removes all but the `keep` newest of those up to `newest`, and what killed runs left half written. What cannot be
 * removed is only warned about. */
void vp_checkpoint_prune(const char *folder, int64_t newest, int keep, const struct vp_log *log);

/* ---- checkpoint_state.c ---- */

/* What a run remembers beside the arrays of its parameters, as the file's small arrays hold it. */
struct vp_checkpoint_state {
    int64_t counters[4]; /* iterations done; iterations in dwa.sum; epochs ended; iterations in the report's sums */
    double dwa[6];       /* sum, last, before; face and pose of each */
    double sums[6];
    int64_t *steps; /* of Adam, by parameter */
    int parameters;
    double scale[VP_PHASES];              /* loss scales; in half precision only, as the next */
    int64_t scale_counters[VP_PHASES][5]; /* good steps, skipped ones, the two outcomes under way, known */
    int arrays;                           /* how many of the file's arrays this run has */
};
enum { VP_CHECKPOINT_STATES = 6 };
void vp_checkpoint_state_init(struct vp_checkpoint_state *state, const struct vp_run *run);
void vp_checkpoint_state_fini(struct vp_checkpoint_state *state);
void vp_checkpoint_state_apply(const struct vp_checkpoint_state *state, struct vp_run *run);
/* Array number i of the file; its data is the state's own. */
struct vp_array vp_checkpoint_state_array(struct vp_checkpoint_state *state, int i, const char **name);

/* Prefixes of the three buffers of a parameter: values under the bare name, then Adam's moments. */
enum { VP_CHECKPOINT_BUFFERS = 3 };
extern const char *const vp_checkpoint_prefix[VP_CHECKPOINT_BUFFERS];
struct vp_range vp_checkpoint_buffer(const struct vp_param *param, int which);

/* The checksum of a file is the sum (modulo 2^64) over all its other arrays and its metadata, so order does not matter.
 */
#define VP_CHECKPOINT_CHECKSUM "run.checksum" /* u32 (2): low and high word; the last array to be written */
uint64_t vp_checkpoint_hash(const char *name, const void *data, size_t bytes);

#endif
