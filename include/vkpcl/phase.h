/* The three phases of a PCL iteration: each a tape of its own with forward, backward and Adam step (method, section 2).
 *
 *   recon  decodes of face + pose features, two with swapped poses, against the images; orthogonality of the features
 *   face   InfoNCE between two augmented views of each image, interpolated negatives
 *   pose   InfoNCE between two views of each image, negatives from its mirror image
 *
 * A phase is built once. Where its images and random numbers come from is the caller's choice: uploaded (replay) or
 * made on the device from bytes and seeds (training). Per step the host fills the step block and uploads it.
 */
#ifndef VKPCL_PHASE_H
#define VKPCL_PHASE_H
#include "vkpcl/adam.h"
#include "vkpcl/model.h"
#include "vkpcl/ops/augment.h"

enum vp_phase_kind { VP_PHASE_RECON, VP_PHASE_FACE, VP_PHASE_POSE, VP_PHASES };
const char *vp_phase_name(enum vp_phase_kind kind); /* "recon", "face", "pose" */

/* What shapes the graphs. */
struct vp_phase_settings {
    struct vp_model_shape model;
    int64_t batch, pose_batch, negatives; /* B, P, K */
    float noise;                          /* 0.4: scale of the encoder's input noise in recon */
    bool decoder, orthogonality;          /* terms of the recon loss; at least one */
    bool mixed_negatives;                 /* pose.negatives = mixed */
    bool half;                            /* activations of the networks, and their gradients, stored in half */
    double beta1, beta2, eps, weight_decay;
    bool device_inputs;  /* true: images from bytes and random numbers from seeds, on the device; false: uploaded */
    int64_t sources;     /* device_inputs: source images of a step, shared by the phases */
    int64_t pixel_bytes; /* device_inputs: room for their packed pixels */
    bool keep_inputs;    /* device_inputs: images, noise and mixing factors stay readable after a run */
    double beta;         /* device_inputs: mixing factors are Beta(beta, beta) */
    /* Micro-batches: images that go through the networks at once; 0: all. The encoder then runs in pieces of so many
     * images. All but the last kept_pieces of them forget their activations and are encoded once more on the way back.
     * Losses, batch statistics and the bits of all results depend on micro_batch only by the order of sums, and on
     * kept_pieces not at all. A decode keeps its B images together: 4, 2 or 1 of the four run at once. */
    int64_t micro_batch;
    int kept_pieces;
};

/* Words of the step block; parts that are bound on their own start at multiples of 64 words. */
enum {
    VP_STEP_RANDOM = 0,        /* vp_random_step: noise (recon) or mixing factors (face, pose) */
    VP_STEP_SEED = 64,         /* gradients of the losses: l1 (4); or the InfoNCE loss (1) */
    VP_STEP_SEED_ORTH = 128,   /* of orth (2) */
    VP_STEP_TEMPERATURE = 192, /* one float */
    VP_STEP_ADAM = 256         /* vp_adam_words words */
};

struct vp_phase {
    enum vp_phase_kind kind;
    struct vp_phase_settings settings;
    struct vp_tape *tape;
    struct vp_weights *weights;
    struct vp_plan plan;
    bool *has_gradient; /* by parameter */

    /* Inputs. Rows of images: recon B images and their B mirror images; face view one (B), view two (B); pose view one
     * (P), view two (P), negatives (P*K) sample by sample. */
    int64_t rows;
    int pieces, kept_pieces;           /* of the encoder: in all, and how many keep their activations */
    struct vp_tensor *images;          /* (rows, size, size, 3) */
    struct vp_augment_tensors augment; /* device_inputs: what the images are made of */
    struct vp_tensor *noise;           /* recon: (rows, size, size, 3) standard normal */
    struct vp_tensor *mix, *perm;      /* face, pose: mixing factors and permutation of the slots */
    struct vp_range seed, seed_orth, temperature, random, adam_words; /* parts of the step block */
    struct vp_range step;                                             /* the whole block */
    uint32_t *step_words; /* the host's copy: fill and upload with vp_phase_begin */
    uint32_t step_count;
    struct vp_augment_block *host_blocks; /* device_inputs: (rows), drawn anew for every step */
    uint32_t *host_perm;                  /* device_inputs: the permutation of a step */

    /* Results, readable after a run. NULL where the phase has none. */
    struct vp_tensor *l1;       /* recon: (4) mean absolute errors */
    struct vp_tensor *orth;     /* recon: (2) */
    struct vp_tensor *decodes;  /* recon: (4B, size, size, 3) */
    struct vp_tensor *loss;     /* face, pose: (1), unweighted */
    struct vp_tensor *accuracy; /* face, pose: (1) */
    struct vp_tensor *logits;   /* face, pose */
    struct vp_tensor *feature;  /* face, pose: projections of the anchors */
    struct vp_tensor *report;   /* of Adam: see shaders/adam/adam_table.h */
};

/* What the phases of a run share; the caller holds it once. Preparing takes no device memory yet, and phases may be
 * built from then on; _init does both. */
struct vp_phase_shared {
    struct vp_gpu *gpu;
    struct vp_params *params;
    struct vp_phase_settings settings;
    struct vp_adam adam;
    struct vp_range chunks;          /* Adam's chunk table */
    struct vp_range beta;            /* quantiles of the mixing factors */
    struct vp_range pixels, sources; /* device_inputs: the step's source images, see vp_augment_tensors */
};
enum { VP_BETA_STEPS = 4096 };
void vp_phase_shared_prepare(struct vp_phase_shared *shared, struct vp_gpu *gpu, struct vp_params *params,
                             const struct vp_phase_settings *settings);
uint64_t vp_phase_shared_bytes(struct vp_phase_shared *shared); /* device memory that _allocate takes */
enum vp_status vp_phase_shared_allocate(struct vp_phase_shared *shared, struct vp_error *err);
enum vp_status vp_phase_shared_init(struct vp_phase_shared *shared, struct vp_gpu *gpu, struct vp_params *params,
                                    const struct vp_phase_settings *settings, struct vp_error *err);
void vp_phase_shared_fini(struct vp_phase_shared *shared);

/* Builds and plans the graph; no device memory yet. */
struct vp_phase *vp_phase_create(enum vp_phase_kind kind, struct vp_phase_shared *shared,
                                 const struct vp_phase_settings *settings);
void vp_phase_destroy(struct vp_phase *phase);
/* Device memory that binding takes, beside the transient memory given to it. */
uint64_t vp_phase_bytes(const struct vp_phase *phase);
/* Takes the pinned memory and records the program. */
enum vp_status vp_phase_bind(struct vp_phase *phase, const struct vp_tape_memory *memory, struct vp_error *err);

/* One step of a phase. */
struct vp_phase_step {
    double lr, weight;  /* learning rate; factor on the phase's loss before backward */
    double scale;       /* loss scale: gradients hold so many times their value; 0: 1 */
    double temperature; /* face, pose */
    double clip;        /* 0: none */
    bool update_unused;
    uint64_t seed, stream; /* device_inputs: of the noise or the mixing factors */
};
/* Fills and uploads the step block (and counts Adam's steps), then enqueues the run. */
enum vp_status vp_phase_run(struct vp_phase *phase, struct vp_phase_shared *shared, const struct vp_phase_step *step,
                            struct vp_error *err);

/* ---- the graphs, one function a phase (src/train/phase_*.c); they fill the inputs they need and the results --------
 */

void vp_phase_build_recon(struct vp_phase *phase, struct vp_phase_shared *shared);
void vp_phase_build_face(struct vp_phase *phase, struct vp_phase_shared *shared);
void vp_phase_build_pose(struct vp_phase *phase, struct vp_phase_shared *shared);

/* For the graphs: inputs by the settings, uploaded or made on the device. */
struct vp_tensor *vp_phase_images(struct vp_phase *phase, struct vp_phase_shared *shared, int64_t rows, bool plain);
struct vp_tensor *vp_phase_normal(struct vp_phase *phase, const char *name, struct vp_shape shape);
struct vp_tensor *vp_phase_mix(struct vp_phase *phase, struct vp_phase_shared *shared, struct vp_shape shape);
struct vp_tensor *vp_phase_temperature(struct vp_phase *phase);
/* Features of all images, in pieces by the settings; face or pose may be NULL where nobody wants them. */
void vp_phase_encode(struct vp_phase *phase, struct vp_tensor *images, struct vp_tensor **face,
                     struct vp_tensor **pose);

#endif
