/* The table of settings: the only place where a key, its default, its range and its help are written down. */
#include "vkpcl/config.h"
#include "vkpcl/loss_scale.h"
#include <limits.h>
#include <string.h>

static const char *const precisions[] = {"f32", "f16", NULL};
static const char *const schedules[] = {"cosine", "constant", NULL};
static const char *const schedule_units[] = {"epoch", "iteration", NULL};
static const char *const weights[] = {"dynamic", "fixed", NULL};
static const char *const negatives[] = {"own", "mixed", NULL};
static const char *const layouts[] = {"auto", "folder", "identity", "list", "packed", NULL};

#define PLACE(member) offsetof(struct vp_config, member), sizeof(((struct vp_config *)0)->member)
#define INT(member, fallback, min, max, help)                                                                          \
    { #member, VP_OPTION_INT, PLACE(member), fallback, min, max, NULL, help }
#define FLOAT(member, fallback, min, max, help)                                                                        \
    { #member, VP_OPTION_FLOAT, PLACE(member), fallback, min, max, NULL, help }
#define BOOL(member, fallback, help)                                                                                   \
    { #member, VP_OPTION_BOOL, PLACE(member), fallback, 0, 0, NULL, help }
#define TEXT(member, fallback, help)                                                                                   \
    { #member, VP_OPTION_STRING, PLACE(member), fallback, 0, 0, NULL, help }
#define ENUM(member, fallback, choices, help)                                                                          \
    { #member, VP_OPTION_ENUM, PLACE(member), fallback, 0, 0, choices, help }

// clang-format off
static const struct vp_option options[] = {
    FLOAT(model.width, "1.0", 0.03125, 4, "channel counts relative to the published network"),
    INT(model.size, "64", 16, 1024, "side of the square training images in pixels; the decoder draws 64"),
    ENUM(model.precision, "f32", precisions, "of stored activations; sums, statistics, losses and Adam are always f32"),

    INT(data.batch, "256", 2, 65536, "images of a recon or face step (B)"),
    INT(data.pose_batch, "10", 1, 65536, "images of a pose step (P)"),
    INT(data.pose_negatives, "100", 2, 65536, "pose negatives per image (K)"),
    INT(data.workers, "0", 0, 1024, "threads that decode images; 0: one per core"),
    FLOAT(data.max_broken, "0.05", 0, 1, "share of unreadable images at which a run stops"),
    ENUM(data.layout, "auto", layouts, "how images lie in the data folder; auto: look"),
    BOOL(data.grey, "false", "turn every image grey before anything else"),

    TEXT(train.name, "pcl", "name of the run, kept in its checkpoints and logs"),
    INT(train.epochs, "6000", 1, INT_MAX, "passes over the identities"),
    INT(train.iterations, "0", 0, INT_MAX, "length of the run in iterations; 0: by train.epochs"),
    INT(train.seed, "1234", 0, INT_MAX, "seed of all random numbers"),
    INT(train.micro_batch, "0", 0, INT_MAX, "images that go through the networks at once; 0: as many as memory allows"),

    FLOAT(optimizer.lr, "1e-4", 0, 1, "learning rate of Adam"),
    FLOAT(optimizer.beta1, "0.9", 0, 0.999999, "decay of Adam's first moment"),
    FLOAT(optimizer.beta2, "0.999", 0, 0.99999999, "decay of Adam's second moment"),
    FLOAT(optimizer.eps, "1e-8", 1e-20, 1, "added to the root of Adam's second moment"),
    FLOAT(optimizer.weight_decay, "1e-3", 0, 1, "weight decay, added to the gradient (L2, not AdamW)"),
    BOOL(optimizer.update_unused, "false", "also step parameters that have no gradient in a phase, as the release does"),
    INT(optimizer.warmup, "0", 0, INT_MAX, "iterations in which the rate rises linearly from 0"),
    FLOAT(optimizer.clip, "0", 0, 1e9, "largest global gradient norm of a step; 0: no clipping"),
    FLOAT(optimizer.loss_scale, "65536", 1, VP_LOSS_SCALE_MOST, "f16: factor on losses before backward, at first"),
    INT(optimizer.loss_scale_growth, "2000", 1, INT_MAX, "f16: it doubles after so many steps without overflow"),
    ENUM(optimizer.schedule, "cosine", schedules, "learning rate over the run"),
    ENUM(optimizer.schedule_unit, "epoch", schedule_units, "how often the rate changes"),

    BOOL(loss.decoder, "true", "train the pose-disentangled decoder (recon phase)"),
    BOOL(loss.orthogonality, "true", "keep face and pose features orthogonal (recon phase)"),
    BOOL(loss.face, "true", "face-aware contrast (face phase)"),
    BOOL(loss.pose, "true", "pose-related contrast (pose phase)"),
    FLOAT(loss.temperature, "0.07", 1e-3, 100, "temperature of both contrasts"),
    FLOAT(loss.temperature_start, "0", 0, 100, "temperature at the first iteration; 0: loss.temperature"),
    INT(loss.temperature_iterations, "0", 0, INT_MAX, "iterations in which it moves linearly to loss.temperature"),
    FLOAT(loss.beta, "1.6", 0.05, 1000, "negatives are mixed by m ~ Beta(beta, beta)"),
    FLOAT(loss.noise, "0.4", 0, 10, "standard deviation of the encoder's input noise (recon phase)"),
    ENUM(loss.weights, "dynamic", weights, "weights of the two contrasts: dynamic averaging or fixed"),
    FLOAT(loss.weights_temperature, "2.0", 1e-3, 1000, "temperature of the dynamic weights"),
    FLOAT(loss.weight_face, "1", 0, 1e6, "face weight when loss.weights is fixed"),
    FLOAT(loss.weight_pose, "1", 0, 1e6, "pose weight when loss.weights is fixed"),

    ENUM(pose.negatives, "own", negatives, "own: flips of the same image; mixed: groups across images, as the release does"),

    FLOAT(augment.crop, "0.4", 0.05, 1, "side of the face phase's crop window, share of the image"),
    FLOAT(augment.crop_start, "0", 0, 1, "the same at the first iteration; 0: augment.crop"),
    INT(augment.crop_iterations, "0", 0, INT_MAX, "iterations in which it moves linearly to augment.crop"),
    FLOAT(augment.jitter_p, "0.8", 0, 1, "probability of colour jitter"),
    FLOAT(augment.grey_p, "0.2", 0, 1, "probability of greyscale"),
    FLOAT(augment.blur_p, "0.8", 0, 1, "probability of gaussian blur"),
    FLOAT(augment.gradient_p, "0.6", 0, 1, "probability of the gradient magnitude image"),
    FLOAT(augment.mirror_p, "0", 0, 1, "probability of mirroring a face view (published: none)"),
    INT(augment.gradient_iterations, "0", 0, INT_MAX, "iterations in which it rises linearly from 0; 0: at once"),

    INT(checkpoint.every, "1000", 1, INT_MAX, "iterations between checkpoints"),
    INT(checkpoint.keep, "2", 1, INT_MAX, "how many of the newest checkpoints stay"),
    INT(log.every, "10", 1, INT_MAX, "iterations between lines of the log"),
    INT(sample.every, "250", 0, INT_MAX, "iterations between pictures of decoded faces; 0: none"),
    INT(monitor.every, "0", 0, INT_MAX, "iterations between looks of --monitor; 0: as often as 3 % of the time allows"),
};
// clang-format on

const struct vp_option *vp_config_options(int *count) {
    *count = (int)(sizeof options / sizeof *options);
    return options;
}

const struct vp_option *vp_config_option(const char *key) {
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strcmp(options[i].key, key) == 0) return &options[i];
    return NULL;
}
