/* Synthetic faces: parametric 3-D heads, rendered on the device, with every factor known. No download, no person's
 * data.
 *
 * A picture is a pure function of (seed, identity, image), where `image` counts the pictures of one identity: neither
 * how many there are nor their order matters. Rendering: one ray-marched signed distance per pixel
 * (shaders/synth/synth_scene.h), which vp_synth_render_ref follows in double precision. The same device gives the same
 * bytes again; other drivers differ by rounding, seldom by more than one grey level.
 *
 * Signs of the angles are those of AFLW2000 (Euler angles as in 3DDFA): the head's axes x to the right as the viewer
 * sees it, y up, z to the viewer become Rx(pitch) Ry(yaw) Rz(roll) of themselves, degrees: yaw > 0    turned to the
 * picture's left        yaw in [-60, 60] pitch > 0  looking up                          pitch in [-30, 30] roll > 0
 * tilted to the picture's right (clockwise)   roll in [-20, 20] Intensities of action units run from 0 to 5 as in
 * DISFA; a unit counts as present from 2 on.
 */
#ifndef VKPCL_SYNTH_H
#define VKPCL_SYNTH_H
#include "vkpcl/gpu.h"
#include "vkpcl/image.h"
#include <stdint.h>

enum { VP_SYNTH_MIN_SIZE = 16, VP_SYNTH_MAX_SIZE = 1024 };
enum { VP_SYNTH_PRESENT = 2 }; /* intensity from which a unit counts as present */

/* ---- who --------------------------------------------------------------------------------------------------------- */

/* Shapes, independent of each other, each about normal with deviation 0.5 and never beyond 1.5; 0 is the average. */
enum vp_synth_trait {
    VP_TRAIT_SKULL_WIDTH,
    VP_TRAIT_SKULL_HEIGHT,
    VP_TRAIT_FACE_WIDTH,
    VP_TRAIT_JAW_WIDTH,
    VP_TRAIT_JAW_DEPTH,
    VP_TRAIT_CHIN_LENGTH,
    VP_TRAIT_CHIN_REACH,
    VP_TRAIT_CHEEK_BONE,
    VP_TRAIT_CHEEK_FULLNESS,
    VP_TRAIT_BROW_RIDGE,
    VP_TRAIT_EYE_SPACING,
    VP_TRAIT_EYE_SIZE,
    VP_TRAIT_EYE_OPENING,
    VP_TRAIT_EYE_SLANT,
    VP_TRAIT_EYE_HEIGHT,
    VP_TRAIT_BROW_HEIGHT,
    VP_TRAIT_BROW_THICKNESS,
    VP_TRAIT_BROW_ARCH,
    VP_TRAIT_NOSE_LENGTH,
    VP_TRAIT_NOSE_WIDTH,
    VP_TRAIT_NOSE_REACH,
    VP_TRAIT_NOSE_BRIDGE,
    VP_TRAIT_MOUTH_WIDTH,
    VP_TRAIT_MOUTH_HEIGHT,
    VP_TRAIT_LIP_UPPER,
    VP_TRAIT_LIP_LOWER,
    VP_TRAIT_EAR_SIZE,
    VP_TRAIT_EAR_ANGLE,
    VP_TRAIT_NECK_WIDTH,
    VP_TRAITS
};
enum vp_synth_hair { /* how it is cut */
                     VP_HAIR_BALD,
                     VP_HAIR_BUZZ,
                     VP_HAIR_SHORT,
                     VP_HAIR_SWEPT,
                     VP_HAIR_FRINGE,
                     VP_HAIR_BOB,
                     VP_HAIR_LONG,
                     VP_HAIR_CURLY,
                     VP_HAIRS
};

struct vp_synth_identity {
    float trait[VP_TRAITS];
    float skin_tone, skin_warmth; /* 0 dark .. 1 light; -1 pink .. 1 yellow */
    float blush, freckles;
    float lips[3], iris[3], hair[3], cloth[3]; /* linear light */
    enum vp_synth_hair cut;
    float hair_volume, hair_line, hair_part;
    float beard, moustache, brow_dark;
    bool wears_glasses;
};
struct vp_synth_identity vp_synth_identity_draw(uint64_t seed, uint32_t identity);
const char *vp_synth_trait_name(enum vp_synth_trait trait); /* "jaw_width" */
const char *vp_synth_hair_name(enum vp_synth_hair cut);

/* ---- how --------------------------------------------------------------------------------------------------------- */

enum vp_synth_unit { VP_AU1, VP_AU2, VP_AU4, VP_AU6, VP_AU9, VP_AU12, VP_AU25, VP_AU26, VP_UNITS };
extern const int vp_synth_unit_number[VP_UNITS]; /* 1, 2, 4, 6, 9, 12, 25, 26 */

/* The seven basic expressions by their usual units, and random mixes of units, which are none of the seven. */
enum vp_synth_expression {
    VP_NEUTRAL,
    VP_HAPPINESS,
    VP_SURPRISE,
    VP_SADNESS,
    VP_ANGER,
    VP_DISGUST,
    VP_FEAR,
    VP_MIXED,
    VP_EXPRESSIONS
};
const char *vp_synth_expression_name(enum vp_synth_expression expression);

enum vp_synth_occluder {
    VP_OCCLUDER_NONE,
    VP_OCCLUDER_GLASSES,
    VP_OCCLUDER_SUNGLASSES,
    VP_OCCLUDER_HAND,
    VP_OCCLUDERS
};
const char *vp_synth_occluder_name(enum vp_synth_occluder occluder);

struct vp_synth_shot {
    enum vp_synth_expression expression;
    float unit[VP_UNITS];                 /* intensities, 0..5 */
    float yaw, pitch, roll;               /* degrees */
    float gaze_x, gaze_y, lids;           /* -1..1 of the eye's reach; 1: eyes open as usual */
    float light_azimuth, light_elevation; /* degrees: 0 from the camera, > 0 from the right, above */
    float light[3], sky[3];               /* linear colours */
    float gain;                           /* exposure */
    float extent, shift_x, shift_y;       /* the crop: half its side, its centre beside the face's */
    float distance;                       /* of the camera */
    enum vp_synth_occluder occluder;
    float glasses[3], glasses_width, glasses_round;
    float hand_x, hand_y, hand_angle, hand_size, hand_tone;
    uint32_t back_kind, back_seed;
    float back[3], back2[3], back_scale, back_angle;
    float blur;  /* sigma as a share of the picture's side */
    float noise; /* sigma of the sensor's noise, of 1; its numbers are those of (seed, identity, image) */
    uint64_t noise_seed;
    uint32_t noise_identity, noise_image;
};
/* `who` decides only whether glasses are worn. `nuisance`, 0 to 1: what is not who, expression or pose - light,
 * exposure, background, occluders, crop, blur, noise - as drawn (1), or that share of the way from a studio lit from
 * the front, where an occluder stays with probability `nuisance`. */
struct vp_synth_shot vp_synth_shot_draw(uint64_t seed, uint32_t identity, uint32_t image, float nuisance,
                                        const struct vp_synth_identity *who);
/* A plain shot: from the front, neutral, studio light, grey background, nothing in the way, a perfect sensor. */
struct vp_synth_shot vp_synth_shot_plain(void);
/* Sets the units of an expression at this strength (1: usual), without chance. */
void vp_synth_express(struct vp_synth_shot *shot, enum vp_synth_expression expression, float strength);

/* ---- pictures ---------------------------------------------------------------------------------------------------- */

struct vp_synth_face; /* shaders/synth/synth_face.h: what the kernel reads */
/* Bones, muscles and camera: the numbers of one picture of `size` pixels. */
void vp_synth_rig(const struct vp_synth_identity *who, const struct vp_synth_shot *how, int size,
                  struct vp_synth_face *face);
/* Draws identity and shot and rigs them: picture `image` of that identity. who and how may be NULL. */
void vp_synth_picture(uint64_t seed, uint32_t identity, uint32_t image, float nuisance, int size,
                      struct vp_synth_face *face, struct vp_synth_identity *who, struct vp_synth_shot *how);

/* Renders batches of pictures of one size; at most two batches are under way, so that one can be written while the next
 * is rendered. */
struct vp_synth_renderer;
/* `batch` pictures at a time, fewer where memory or bindings are small (vp_synth_renderer_batch). NULL on failure. */
struct vp_synth_renderer *vp_synth_renderer_create(struct vp_gpu *gpu, int size, int batch, struct vp_error *err);
void vp_synth_renderer_destroy(struct vp_synth_renderer *renderer); /* NULL is allowed */
int vp_synth_renderer_batch(const struct vp_synth_renderer *renderer);
/* Hands over `count` faces, 1 to batch; returns without waiting. */
enum vp_status vp_synth_renderer_begin(struct vp_synth_renderer *renderer, const struct vp_synth_face *faces, int count,
                                       struct vp_error *err);
/* Waits for the oldest batch under way; rgb (count, size, size, 3). */
enum vp_status vp_synth_renderer_end(struct vp_synth_renderer *renderer, unsigned char *rgb, struct vp_error *err);

/* The same picture in double precision, before rounding: rgb (size, size, 3), 0..255. */
void vp_synth_render_ref(const struct vp_synth_face *face, int size, double *rgb);

/* ---- sets -------------------------------------------------------------------------------------------------------- */

enum vp_synth_split { VP_SYNTH_TRAIN, VP_SYNTH_VAL, VP_SYNTH_TEST };
/* A pattern over every 20 identities: 12 train, 3 val, 5 test; the second identity is a test one. */
enum vp_synth_split vp_synth_split_of(uint32_t identity);
const char *vp_synth_split_name(enum vp_synth_split split);

struct vp_synth_request {
    const char *folder;     /* created; must be missing or empty */
    int identities, images; /* images in all, at least one of each identity; the first ones get the remainder */
    int size;
    uint64_t seed;
    float nuisance; /* of vp_synth_shot_draw, 0 to 1 */
    bool packed;
    const struct vp_log *log; /* may be NULL */
};
/* Writes a set, identity by identity:
 *   identity_00001/00001.png ...  an identity tree as vp_source_open reads it, or with `packed`
 *   images.npy, index.npz         (images, size, size, 3) uint8 in the same order, and which rows are one identity's
 *   labels.csv      a line per image: path (in a packed set the name it would have), identity, split, expression (empty
 * for a mix of units that is none of the seven), AU1_r .. intensities 0..5, AU1_c .. 0/1, yaw, pitch, roll, then light,
 * camera and what else was varied identities.csv  a line per identity: split and every parameter pairs.csv
 * fold,same,image_a,image_b of test identities, none of which is in two folds; half of a fold's pairs show one person.
 * 10 folds; fewer, said in the log, below 20 test identities, none below 2 VP_ERR_USAGE: numbers out of range, or a
 * folder that holds something. On failure what was written is removed. */
enum vp_status vp_synth_write(struct vp_gpu *gpu, const struct vp_synth_request *request, struct vp_error *err);
/* The checks of the request alone, before a device is opened. */
enum vp_status vp_synth_check(const struct vp_synth_request *request, struct vp_error *err);

/* A contact sheet: a row per identity 0..rows-1; columns: the seven expressions from the front, two in profile, pitch,
 * roll, then drawn shots. The caller frees it with vp_image_fini. */
enum vp_status vp_synth_sheet(struct vp_gpu *gpu, uint64_t seed, int rows, int size, float nuisance,
                              struct vp_image *sheet, struct vp_error *err);

#endif
