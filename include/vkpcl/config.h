/* The settings of a pretraining run: one struct, one table of options that reads, checks, explains and writes it.
 *
 * Files are YAML: `data.batch: 64` or nested maps (`data: {batch: 64}`), scalars only. A setting has one owner, the
 * table in src/io/config_options.c; the command line's help, the files and the overrides all follow from it.
 */
#ifndef VKPCL_CONFIG_H
#define VKPCL_CONFIG_H
#include "vkpcl/log.h"
#include "vkpcl/status.h"
#include <stdbool.h>
#include <stddef.h>

enum vp_precision { VP_PRECISION_F32, VP_PRECISION_F16 };
enum vp_schedule_shape { VP_SCHEDULE_COSINE, VP_SCHEDULE_CONSTANT };
enum vp_schedule_unit { VP_UNIT_EPOCH, VP_UNIT_ITERATION };
enum vp_loss_weights { VP_WEIGHTS_DYNAMIC, VP_WEIGHTS_FIXED };
enum vp_pose_negatives { VP_NEGATIVES_OWN, VP_NEGATIVES_MIXED };
enum vp_data_layout { VP_LAYOUT_AUTO, VP_LAYOUT_FOLDER, VP_LAYOUT_IDENTITY, VP_LAYOUT_LIST, VP_LAYOUT_PACKED };

/* Members are named as the keys: `data.pose_batch` is config.data.pose_batch. Help texts: src/io/config_options.c. */
struct vp_config {
    struct {
        double width;
        int size;
        enum vp_precision precision;
    } model;
    struct {
        int batch, pose_batch, pose_negatives;
        int workers;
        double max_broken;
        enum vp_data_layout layout;
        bool grey;
    } data;
    struct {
        char name[64];
        int epochs, iterations, seed, micro_batch;
    } train;
    struct {
        double lr, beta1, beta2, eps, weight_decay;
        bool update_unused;
        int warmup;
        double clip;
        double loss_scale;
        int loss_scale_growth;
        enum vp_schedule_shape schedule;
        enum vp_schedule_unit schedule_unit;
    } optimizer;
    struct {
        bool decoder, orthogonality, face, pose;
        double temperature, temperature_start;
        int temperature_iterations;
        double beta, noise;
        enum vp_loss_weights weights;
        double weights_temperature;
        double weight_face, weight_pose;
    } loss;
    struct {
        enum vp_pose_negatives negatives;
    } pose;
    struct {
        double crop, crop_start;
        int crop_iterations, gradient_iterations;
        double jitter_p, grey_p, blur_p, gradient_p, mirror_p;
    } augment;
    struct {
        int every, keep;
    } checkpoint;
    struct {
        int every;
    } log;
    struct {
        int every;
    } sample;
    struct {
        int every;
    } monitor;
};

/* ---- the table ------------------------------------------------------------------------------------------------ */

enum vp_option_type { VP_OPTION_INT, VP_OPTION_FLOAT, VP_OPTION_BOOL, VP_OPTION_STRING, VP_OPTION_ENUM };

struct vp_option {
    const char *key; /* "data.batch" */
    enum vp_option_type type;
    size_t offset, bytes;       /* of the member in struct vp_config */
    const char *fallback;       /* the default, as text */
    double min, max;            /* int and float: the inclusive range */
    const char *const *choices; /* enum: NULL-terminated, in the order of the C enum */
    const char *help;
};
/* All options in the order of a written file, grouped by the part before the dot. */
const struct vp_option *vp_config_options(int *count);
const struct vp_option *vp_config_option(const char *key); /* NULL: no such key */
/* The value of one option as text that reads back to the same value; returns buffer. */
const char *vp_config_value(const struct vp_config *config, const struct vp_option *option, char buffer[128]);

/* ---- reading -------------------------------------------------------------------------------------------------- */

void vp_config_init(struct vp_config *config); /* the defaults */

/* Reads the preset of that name ("tiny", "small", "released"), else the file at that path, over what *config holds.
 * Unknown keys are warned about in `log`, with file:line and the nearest known key; a value of the wrong type, out of
 * range or not among the choices is VP_ERR_FORMAT with file:line, what is expected and what was found. The keys of the
 * authors' release are accepted too (src/io/config_aliases.c). On failure *config is unchanged. */
enum vp_status vp_config_load(struct vp_config *config, const char *preset_or_path, const struct vp_log *log,
                              struct vp_error *err);
/* The same from memory; `name` stands for the file in messages. */
enum vp_status vp_config_parse(struct vp_config *config, const char *text, size_t bytes, const char *name,
                               const struct vp_log *log, struct vp_error *err);
/* One override "data.batch=32", as --set takes it. An unknown key is VP_ERR_USAGE and suggests the nearest. */
enum vp_status vp_config_set(struct vp_config *config, const char *assignment, struct vp_error *err);
/* What no single option can know: combinations that make no sense. Call once after all loads and overrides. */
enum vp_status vp_config_check(const struct vp_config *config, struct vp_error *err);

/* ---- writing -------------------------------------------------------------------------------------------------- */

/* The whole configuration as YAML with the help as comments; from malloc. Reads back to the identical settings. */
char *vp_config_text(const struct vp_config *config);
enum vp_status vp_config_write(const struct vp_config *config, const char *path, struct vp_error *err);
/* The first option after `after` (NULL: from the start) in which a and b differ, or NULL. */
const struct vp_option *vp_config_difference(const struct vp_config *a, const struct vp_config *b,
                                             const struct vp_option *after);

/* ---- presets: assets/<name>.yaml, embedded at build time ------------------------------------------------------- */

struct vp_preset {
    const char *name;
    const char *text;
    size_t bytes;
};
const struct vp_preset *vp_config_presets(int *count); /* sorted by name */

#endif
