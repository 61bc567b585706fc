/* A drawn face in numbers. Lengths: the head's half height is 1. Head axes: x to the viewer's right when it looks
 * straight ahead, y up, z towards the viewer. Colours are sRGB in 0..1. */
#ifndef VKPCL_DATA_FACE_MODEL_H
#define VKPCL_DATA_FACE_MODEL_H
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

struct vp_v3 {
    float x, y, z;
};

static inline struct vp_v3 vp_v3(float x, float y, float z) {
    return (struct vp_v3){x, y, z};
}
static inline struct vp_v3 vp_v3_add(struct vp_v3 a, struct vp_v3 b) {
    return vp_v3(a.x + b.x, a.y + b.y, a.z + b.z);
}
static inline struct vp_v3 vp_v3_scale(struct vp_v3 a, float f) {
    return vp_v3(a.x * f, a.y * f, a.z * f);
}
static inline float vp_v3_dot(struct vp_v3 a, struct vp_v3 b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
static inline struct vp_v3 vp_v3_unit(struct vp_v3 a) {
    return vp_v3_scale(a, 1 / sqrtf(vp_v3_dot(a, a) + 1e-20f));
}
static inline struct vp_v3 vp_v3_mix(struct vp_v3 a, struct vp_v3 b, float share_of_b) {
    return vp_v3_add(vp_v3_scale(a, 1 - share_of_b), vp_v3_scale(b, share_of_b));
}
/* 0 below low, 1 above high, smooth between. */
static inline float vp_smooth(float low, float high, float x) {
    float t = (x - low) / (high - low);
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return t * t * (3 - 2 * t);
}

/* exp(-q) for q >= 0, nearly, and 0 from q = 8 on: a hill with an end. */
static inline float vp_hill(float q) {
    float r = 1 - q * 0.125f;
    if (r <= 0) return 0;
    r *= r, r *= r;
    return r * r;
}

/* Who: the same in every image. */
struct vp_face_person {
    struct vp_v3 skin, lips, hair, iris, clothes;
    float width, depth, jaw, chin; /* of the head; share by which it narrows to the jaw, and how low that starts */
    float eye_x, eye_y, eye_width, eye_height, eye_slant;
    float brow_y, brow_width, brow_thickness, brow_arch, brow_dark;
    float nose_length, nose_width, nose_reach;
    float mouth_y, mouth_width, lip_upper, lip_lower;
    float ear;
    float hairline, hair_side, hair_volume, fringe, parting; /* heights of its edge in front and at the sides */
    float curtain;                                           /* how low long hair hangs; above 1: none */
    float beard, glasses, blush;                             /* 0: none */
};

/* How: different in every image. */
struct vp_face_shot {
    float yaw, pitch, roll;                     /* radians; yaw > 0 turns to the image's right, pitch > 0 looks up */
    float smile, open, brow_raise, frown, lids; /* -1..1, 0..1, -1..1, 0..1, 0.1..1.1 */
    float gaze_x, gaze_y;
    struct vp_v3 light, tint; /* direction towards the light, in camera axes; its colour */
    float ambient;
    struct vp_v3 back, back2; /* the background's colours */
    float back_angle, spot_x, spot_y, spot_size;
    float zoom, shift_x, shift_y, noise;
};

struct vp_face_person vp_face_person_draw(uint64_t seed, uint32_t identity);
struct vp_face_shot vp_face_shot_draw(uint64_t seed, uint32_t identity, uint32_t image);

/* The colour of the face's surface at head coordinates (x, y) seen from the front; `soft` is the width of an edge. */
struct vp_v3 vp_face_paint(const struct vp_face_person *who, const struct vp_face_shot *how, float x, float y,
                           float soft);
enum { VP_RELIEF_COLUMNS = 56, VP_RELIEF_ROWS = 72 };

/* A turned head, ready to be traced. */
struct vp_face_scene {
    struct vp_face_person who;
    struct vp_face_shot how;
    struct vp_v3 right, up, front;                   /* the head's axes in camera axes */
    struct vp_v3 light;                              /* in head axes */
    float soft;                                      /* half a pixel */
    float relief[VP_RELIEF_ROWS][VP_RELIEF_COLUMNS]; /* how far nose, lips, ... stand out of the egg, along z */
};
/* pixel: its width in head units. */
void vp_face_scene_init(struct vp_face_scene *scene, struct vp_face_person who, struct vp_face_shot how, float pixel);

void vp_face_relief_fill(struct vp_face_scene *scene);
float vp_face_relief(const struct vp_face_scene *scene, float x, float y);

/* How narrow the head is at height y, as a share of its width. */
float vp_face_taper(const struct vp_face_person *who, float y);

/* Light that comes from the image point (x, y), y up, in head units; linear, where 1 is white. */
struct vp_v3 vp_face_trace(const struct vp_face_scene *scene, float x, float y);

#endif
