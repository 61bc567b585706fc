/* Bones, muscles and camera: from identity and shot to the numbers the kernel reads. */
#include "data/synth_draw.h"
#include "synth/synth_face.h"
#include "vkpcl/synth.h"
#include <math.h>
#include <string.h>

/* ---- bones ------------------------------------------------------------------------------------------------------- */

static void set_bones(const struct vp_synth_identity *who, struct vp_synth_face *f) {
    const float *t = who->trait;
    f->skull_rx = 0.70f + 0.045f * t[VP_TRAIT_SKULL_WIDTH];
    f->skull_ry = 0.73f + 0.04f * t[VP_TRAIT_SKULL_HEIGHT];
    f->skull_rz = 0.86f;
    f->face_rx = 0.545f + 0.04f * t[VP_TRAIT_FACE_WIDTH];
    f->face_ry = 0.74f;
    f->face_y = -0.22f;
    f->cheek_x = 0.36f + 0.05f * t[VP_TRAIT_CHEEK_BONE];
    f->cheek_y = -0.17f;
    f->cheek_r = 0.17f + 0.03f * t[VP_TRAIT_CHEEK_BONE];
    f->cheek_out = 0.10f + 0.05f * t[VP_TRAIT_CHEEK_FULLNESS];
    f->jaw_x = 0.335f + 0.07f * t[VP_TRAIT_JAW_WIDTH];
    f->jaw_y = -0.55f + 0.07f * t[VP_TRAIT_JAW_DEPTH];
    f->jaw_r = 0.15f + 0.015f * t[VP_TRAIT_JAW_WIDTH];
    f->chin_y = -1.00f - 0.06f * t[VP_TRAIT_CHIN_LENGTH];
    f->chin_z = 0.50f + 0.06f * t[VP_TRAIT_CHIN_REACH];
    f->chin_r = 0.15f + 0.02f * t[VP_TRAIT_JAW_WIDTH];
    f->ridge = 0.055f + 0.025f * t[VP_TRAIT_BROW_RIDGE];
    f->neck = 0.385f + 0.07f * t[VP_TRAIT_NECK_WIDTH];
    f->ear_x = f->skull_rx + 0.015f;
    f->ear_y = -0.06f;
    f->ear_size = 0.19f + 0.04f * t[VP_TRAIT_EAR_SIZE];
    f->ear_out = 0.35f + 0.25f * t[VP_TRAIT_EAR_ANGLE];
}

static void set_eyes(const struct vp_synth_identity *who, const struct vp_synth_shot *how, struct vp_synth_face *f) {
    const float *t = who->trait;
    f->eye_x = 0.285f + 0.03f * t[VP_TRAIT_EYE_SPACING];
    f->eye_y = 0.0f + 0.03f * t[VP_TRAIT_EYE_HEIGHT];
    f->eye_r = 0.135f + 0.012f * t[VP_TRAIT_EYE_SIZE];
    f->eye_z = 0.665f - f->eye_r;
    f->eye_width = 0.135f + 0.018f * t[VP_TRAIT_EYE_SIZE];
    f->eye_slant = 0.03f + 0.13f * t[VP_TRAIT_EYE_SLANT];
    f->eye_top = (0.056f + 0.016f * t[VP_TRAIT_EYE_OPENING]) * how->lids;
    f->eye_bottom = 0.040f + 0.006f * t[VP_TRAIT_EYE_OPENING];
    f->gaze_x = 0.22f * how->gaze_x, f->gaze_y = 0.04f + 0.12f * how->gaze_y;
    f->iris_r = who->iris[0], f->iris_g = who->iris[1], f->iris_b = who->iris[2];
    float height = 0.185f + 0.03f * t[VP_TRAIT_BROW_HEIGHT], arch = 0.035f + 0.035f * t[VP_TRAIT_BROW_ARCH];
    f->brow_in_x = 0.105f, f->brow_out_x = f->eye_x + f->eye_width + 0.055f;
    f->brow_in_y = f->eye_y + height - 0.3f * arch, f->brow_mid_y = f->eye_y + height + arch,
    f->brow_out_y = f->eye_y + height - 0.6f * arch;
    f->brow_thick = 0.030f + 0.013f * t[VP_TRAIT_BROW_THICKNESS];
    f->brow_dark = who->brow_dark;
}

static void set_nose_and_mouth(const struct vp_synth_identity *who, struct vp_synth_face *f) {
    const float *t = who->trait;
    f->nose_y = -0.38f - 0.05f * t[VP_TRAIT_NOSE_LENGTH];
    f->nose_z = 0.83f + 0.05f * t[VP_TRAIT_NOSE_REACH];
    f->nose_tip = 0.078f + 0.016f * t[VP_TRAIT_NOSE_WIDTH];
    f->nose_bridge = 0.062f + 0.012f * t[VP_TRAIT_NOSE_BRIDGE];
    f->nose_root_z = 0.69f + 0.025f * t[VP_TRAIT_NOSE_BRIDGE];
    f->nose_wing_x = 0.092f + 0.022f * t[VP_TRAIT_NOSE_WIDTH];
    f->nose_wing_y = 0.02f;
    f->nose_wing_r = 0.058f + 0.008f * t[VP_TRAIT_NOSE_WIDTH];
    f->mouth_y = -0.615f + 0.025f * t[VP_TRAIT_MOUTH_HEIGHT] - 0.025f * t[VP_TRAIT_NOSE_LENGTH];
    f->mouth_z = 0.70f;
    f->mouth_width = 0.235f + 0.03f * t[VP_TRAIT_MOUTH_WIDTH];
    f->mouth_lift = 0.005f;
    f->lip_upper = 0.050f + 0.018f * t[VP_TRAIT_LIP_UPPER];
    f->lip_lower = 0.066f + 0.020f * t[VP_TRAIT_LIP_LOWER];
    f->lip_out = 0.055f + 0.012f * t[VP_TRAIT_LIP_LOWER];
    f->lip_r = who->lips[0], f->lip_g = who->lips[1], f->lip_b = who->lips[2];
}

/* ---- muscles: action units move what they move on people (FACS) -------------------------------------------------- */

static void move_brows(const float *au, struct vp_synth_face *f) {
    f->brow_in_y += 0.105f * au[VP_AU1] - 0.085f * au[VP_AU4] - 0.035f * au[VP_AU9];
    f->brow_mid_y += 0.035f * au[VP_AU1] + 0.09f * au[VP_AU2] - 0.055f * au[VP_AU4];
    f->brow_out_y += 0.115f * au[VP_AU2] - 0.02f * au[VP_AU4] - 0.015f * au[VP_AU1];
    f->brow_in_x -= 0.055f * au[VP_AU4];
    f->brow_thick *= 1 + 0.15f * au[VP_AU4];
    f->furrow_forehead = fmaxf(0.75f * au[VP_AU1], 0.9f * au[VP_AU2]);
    f->furrow_glabella = au[VP_AU4];
}

static void move_eyes_and_cheeks(const float *au, struct vp_synth_face *f) {
    f->eye_top *= 1 + 0.10f * (au[VP_AU1] + au[VP_AU2]) - 0.25f * au[VP_AU4] - 0.35f * au[VP_AU6] - 0.20f * au[VP_AU9];
    f->eye_bottom *= 1 - 0.70f * au[VP_AU6] - 0.35f * au[VP_AU9];
    f->cheek_y += 0.05f * au[VP_AU6];
    f->cheek_out += 0.045f * au[VP_AU6] + 0.025f * au[VP_AU12];
    f->furrow_eyes = 0.9f * au[VP_AU6];
    f->furrow_nose = 0.95f * au[VP_AU9];
    f->furrow_smile = fminf(1, 0.12f + 0.75f * au[VP_AU12] + 0.6f * au[VP_AU9] + 0.2f * au[VP_AU6]);
    f->nose_wing_y += 0.035f * au[VP_AU9], f->nose_wing_r *= 1 + 0.16f * au[VP_AU9],
        f->nose_wing_x *= 1 + 0.12f * au[VP_AU9] + 0.06f * au[VP_AU12];
    f->nose_y += 0.02f * au[VP_AU9];
}

static void move_mouth(const float *au, struct vp_synth_face *f) {
    f->mouth_lift += 0.125f * au[VP_AU12];
    f->mouth_width *= 1 + 0.24f * au[VP_AU12] - 0.10f * au[VP_AU26];
    f->lip_upper *= 1 - 0.25f * au[VP_AU12] + 0.15f * au[VP_AU9];
    f->lip_lower *= 1 - 0.15f * au[VP_AU12];
    f->mouth_y += 0.03f * au[VP_AU9];
    f->mouth_top += 0.045f * au[VP_AU25] + 0.012f * au[VP_AU12] * au[VP_AU25] + 0.015f * au[VP_AU9];
    f->mouth_bottom += 0.042f * au[VP_AU25];
    float drop = 0.21f * au[VP_AU26];
    f->mouth_bottom += 0.9f * drop * fminf(1, 3 * au[VP_AU25]);
    f->chin_y -= drop, f->face_ry += 0.45f * drop, f->face_y -= 0.45f * drop, f->jaw_y -= 0.25f * drop;
    f->chin_z -= 0.15f * drop;
}

/* ---- colours, hair, things --------------------------------------------------------------------------------------- */

static void set_skin(const struct vp_synth_identity *who, struct vp_synth_face *f) {
    static const float tones[6][3] = {{0.30f, 0.20f, 0.155f}, {0.43f, 0.29f, 0.215f}, {0.59f, 0.41f, 0.30f},
                                      {0.75f, 0.56f, 0.43f},  {0.87f, 0.69f, 0.57f},  {0.95f, 0.81f, 0.72f}};
    float place = fminf(who->skin_tone, 0.999f) * 5, share = place - floorf(place), colour[3];
    const float warm[3] = {0.0f, 0.012f, -0.045f};
    for (int k = 0; k < 3; k++) {
        float shown = vp_mix(tones[(int)place][k], tones[(int)place + 1][k], share) + warm[k] * who->skin_warmth;
        colour[k] = shown * shown;
    }
    f->skin_r = colour[0], f->skin_g = colour[1], f->skin_b = colour[2];
    f->blush = who->blush, f->freckles = who->freckles;
    f->gloss = vp_mix(0.55f, 0.3f, who->skin_tone);
    f->cloth_r = who->cloth[0], f->cloth_g = who->cloth[1], f->cloth_b = who->cloth[2];
}

static void set_hair(const struct vp_synth_identity *who, struct vp_synth_face *f) {
    f->hair_r = who->hair[0], f->hair_g = who->hair[1], f->hair_b = who->hair[2];
    f->hair_volume = who->hair_volume;
    f->hair_front = 0.66f + 0.06f * who->hair_line;
    f->hair_side = 0.05f, f->hair_nape = -0.50f, f->hair_length = 2, f->hair_part = who->hair_part;
    f->beard = who->beard, f->moustache = who->moustache;
    switch (who->cut) {
    case VP_HAIR_BUZZ:
        f->hair_side = 0.12f;
        break;
    case VP_HAIR_SWEPT:
        f->hair_sweep = 0.16f;
        break;
    case VP_HAIR_FRINGE:
        f->hair_front = 0.34f + 0.05f * who->hair_line, f->hair_sweep = 0.04f;
        break;
    case VP_HAIR_BOB:
        f->hair_length = -0.65f, f->hair_front -= 0.05f, f->hair_side = -0.1f, f->hair_sweep = 0.12f;
        break;
    case VP_HAIR_LONG:
        f->hair_length = -2, f->hair_side = -0.1f, f->hair_sweep = 0.05f;
        break;
    case VP_HAIR_CURLY:
        f->hair_curl = 0.03f, f->hair_side = -0.05f;
        break;
    default:
        break;
    }
    f->bound_rx = 0.98f + 1.1f * fmaxf(0, f->hair_volume);
    f->bound_ry = f->hair_length < 1 ? 1.80f : 1.36f;
    f->bound_y = f->hair_length < 1 ? -0.40f : -0.02f;
    f->bound_ry += fmaxf(0, f->hair_volume);
    f->bound_rz = 1.18f + fmaxf(0, f->hair_volume);
}

static void set_things(const struct vp_synth_shot *how, struct vp_synth_face *f) {
    f->glasses = how->occluder == VP_OCCLUDER_GLASSES || how->occluder == VP_OCCLUDER_SUNGLASSES;
    f->glasses_tint = how->occluder == VP_OCCLUDER_SUNGLASSES ? 0.93f : 0.06f;
    f->glasses_r = how->glasses[0], f->glasses_g = how->glasses[1], f->glasses_b = how->glasses[2];
    f->glasses_width = how->glasses_width, f->glasses_round = how->glasses_round;
    f->hand = how->occluder == VP_OCCLUDER_HAND;
    f->hand_x = how->hand_x, f->hand_y = how->hand_y, f->hand_angle = how->hand_angle,
    f->hand_size = fmaxf(how->hand_size, 0.1f);
    f->hand_r = f->skin_r * how->hand_tone, f->hand_g = f->skin_g * how->hand_tone,
    f->hand_b = f->skin_b * how->hand_tone;
    f->back_kind = how->back_kind, f->back_seed = how->back_seed;
    f->back_r = how->back[0], f->back_g = how->back[1], f->back_b = how->back[2];
    f->back2_r = how->back2[0], f->back2_g = how->back2[1], f->back2_b = how->back2[2];
    f->back_scale = how->back_scale, f->back_angle = how->back_angle;
}

/* ---- camera and light -------------------------------------------------------------------------------------------- */

/* The columns of Rx(pitch) Ry(yaw) Rz(roll), signs as in 3DDFA: where the head's axes point in the camera's. */
static void set_camera(const struct vp_synth_shot *how, struct vp_synth_face *f) {
    const float degree = 0.017453293f;
    float sp = sinf(how->pitch * degree), cp = cosf(how->pitch * degree), sy = sinf(how->yaw * degree),
          cy = cosf(how->yaw * degree), sr = sinf(how->roll * degree), cr = cosf(how->roll * degree);
    f->right_x = cy * cr, f->right_y = sp * sy * cr - cp * sr, f->right_z = cp * sy * cr + sp * sr;
    f->up_x = cy * sr, f->up_y = sp * sy * sr + cp * cr, f->up_z = cp * sy * sr - sp * cr;
    f->front_x = -sy, f->front_y = sp * cy, f->front_z = cp * cy;
    /* The crop is centred on the face, wherever the turn has taken it. */
    const float face_y = -0.14f, face_z = 0.40f;
    f->extent = how->extent;
    f->centre_x = f->up_x * face_y + f->front_x * face_z + how->shift_x;
    f->centre_y = f->up_y * face_y + f->front_y * face_z + how->shift_y;
    f->distance = how->distance;
}

static void set_light(const struct vp_synth_shot *how, struct vp_synth_face *f) {
    const float degree = 0.017453293f;
    float a = how->light_azimuth * degree, e = how->light_elevation * degree;
    f->light_x = sinf(a) * cosf(e), f->light_y = sinf(e), f->light_z = cosf(a) * cosf(e);
    f->light_r = how->light[0], f->light_g = how->light[1], f->light_b = how->light[2];
    f->sky_r = how->sky[0], f->sky_g = how->sky[1], f->sky_b = how->sky[2];
    f->gain = how->gain;
}

void vp_synth_rig(const struct vp_synth_identity *who, const struct vp_synth_shot *how, int size,
                  struct vp_synth_face *face) {
    float au[VP_UNITS];
    for (int u = 0; u < VP_UNITS; u++) au[u] = how->unit[u] / 5;
    memset(face, 0, sizeof *face);
    set_bones(who, face);
    set_eyes(who, how, face);
    set_nose_and_mouth(who, face);
    move_brows(au, face);
    move_eyes_and_cheeks(au, face);
    move_mouth(au, face);
    set_skin(who, face);
    set_hair(who, face);
    set_things(how, face);
    set_camera(how, face);
    set_light(how, face);
    face->blur = how->blur * (float)size;
    face->noise = how->noise;
    face->noise_seed_low = (uint32_t)how->noise_seed, face->noise_seed_high = (uint32_t)(how->noise_seed >> 32);
    uint64_t stream = vp_synth_stream(VP_SYNTH_NOISE, how->noise_identity);
    face->noise_stream_low = (uint32_t)stream, face->noise_stream_high = (uint32_t)(stream >> 32);
    face->noise_image = how->noise_image;
}

void vp_synth_picture(uint64_t seed, uint32_t identity, uint32_t image, float nuisance, int size,
                      struct vp_synth_face *face, struct vp_synth_identity *who, struct vp_synth_shot *how) {
    struct vp_synth_identity person = vp_synth_identity_draw(seed, identity);
    struct vp_synth_shot shot = vp_synth_shot_draw(seed, identity, image, nuisance, &person);
    vp_synth_rig(&person, &shot, size, face);
    if (who) *who = person;
    if (how) *how = shot;
}
