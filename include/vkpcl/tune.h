/* Tuning: where several kernels compute the same thing, they are timed once per device and shape, and the choice is
 * kept.
 *
 * An op asks its tape a question: "which of these candidates for this key?". The answer is what the device's store
 * holds for the key, else the first candidate: today's order is the default, and nothing depends on tuning. vp_tune
 * answers the open questions of some tapes by timing; tapes built afterwards get the answers. A candidate must be
 * faster than the default by a tenth to be taken, so that noise changes nothing.
 *
 * The store belongs to the device and its driver version: a file beside the pipeline cache, read when the device is
 * opened. What another driver version measured is ignored there and refused by an import. With one store the same
 * kernels run, so results repeat bit for bit; a fleet shares it by export and import.
 */
#ifndef VKPCL_TUNE_H
#define VKPCL_TUNE_H
#include "vkpcl/gpu.h"
#include "vkpcl/tape.h"

/* ---- the store of a device (src/gpu/tune.c) -------------------------------------------------------------------- */

/* A key is one line without tabs, a choice a word. NULL: nothing is stored. */
const char *vp_gpu_tuned(const struct vp_gpu *gpu, const char *key);
void vp_gpu_tune_set(struct vp_gpu *gpu, const char *key, const char *choice, double ms);
int vp_gpu_tune_count(const struct vp_gpu *gpu);
bool vp_gpu_tune_off(const struct vp_gpu *gpu); /* options.untuned: nothing is looked up and nothing open */
/* Writes the store to its place in the cache folder; without one, nothing. */
enum vp_status vp_gpu_tune_save(struct vp_gpu *gpu, struct vp_error *err);
enum vp_status vp_gpu_tune_export(const struct vp_gpu *gpu, const char *path, struct vp_error *err);
/* Adds the file's choices to the store, over what it held. VP_ERR_FORMAT with a sentence, and nothing taken, when the
 * file is damaged or was made on another device or driver version. */
enum vp_status vp_gpu_tune_import(struct vp_gpu *gpu, const char *path, struct vp_error *err);

/* ---- asking (src/tape/tune.c) ---------------------------------------------------------------------------------- */

enum { VP_TUNE_CANDIDATES = 16, VP_TUNE_KEY = 160 };
struct vp_question {
    char key[VP_TUNE_KEY];                 /* op, pass and every size the choice may depend on */
    const char *names[VP_TUNE_CANDIDATES]; /* best first; constant strings */
    int count;
    int timed; /* how many of them, from the first on, are worth timing; the rest are taken only when stored */
    /* Emits candidate `which` on inputs of its own, doing about vp_tune_flops(tape) of work. */
    void (*emit)(struct vp_tape *tape, const void *attributes, int which);
    const void *attributes; /* copied into the tape's arena */
    size_t bytes;
};
/* The index of the candidate to use. */
int vp_tape_choose(struct vp_tape *tape, const struct vp_question *question);
/* Enough work to time, little enough that all questions take seconds. */
double vp_tune_flops(const struct vp_tape *tape);

/* ---- answering (src/tape/tune_run.c) --------------------------------------------------------------------------- */

/* Questions of the tapes that the store does not answer, each key counted once. */
int vp_tune_open(struct vp_tape *const *tapes, int count);
struct vp_tune_options {
    double seconds; /* what is not timed by then stays at its default until the next time; 0: 30 */
    /* Called before every question and at the end, for a bar; may be NULL. */
    void (*progress)(void *context, int done, int all, const char *key);
    void *context;
};
/* Times the candidates of every open question, stores and saves the answers. *answered: how many. Tapes that are built
 * already keep the kernels they have. */
enum vp_status vp_tune(struct vp_gpu *gpu, struct vp_tape *const *tapes, int count,
                       const struct vp_tune_options *options, int *answered, struct vp_error *err);

/* ---- for a configuration (src/train/tune.c) -------------------------------------------------------------------- */

struct vp_config;
/* Asks what training with this configuration would ask, and times what is open. *all: how many questions were open. The
 * log gets a bar on a terminal, and one line. */
enum vp_status vp_tune_training(struct vp_gpu *gpu, const struct vp_config *config, double seconds,
                                const struct vp_log *log, int *answered, int *all, struct vp_error *err);

#endif
