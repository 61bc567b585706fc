/* How: the numbers of a shot - expression, pose, light, camera, what stands in the way. */
#include "data/synth_draw.h"
#include "vkpcl/synth.h"
#include <math.h>

const int vp_synth_unit_number[VP_UNITS] = {1, 2, 4, 6, 9, 12, 25, 26};

const char *vp_synth_expression_name(enum vp_synth_expression expression) {
    static const char *const names[VP_EXPRESSIONS] = {"neutral", "happiness", "surprise", "sadness",
                                                      "anger",   "disgust",   "fear",     "mixed"};
    return names[expression];
}

const char *vp_synth_occluder_name(enum vp_synth_occluder occluder) {
    static const char *const names[VP_OCCLUDERS] = {"none", "glasses", "sunglasses", "hand"};
    return names[occluder];
}

/* The usual units of the basic expressions (EMFACS), of those eight there are; intensities of a clear display. */
static const float usual[VP_EXPRESSIONS][VP_UNITS] = {
    /*                  1     2     4     6     9     12    25    26 */
    [VP_HAPPINESS] = {0, 0, 0, 3.6f, 0, 4.2f, 3.2f, 0.5f},  [VP_SURPRISE] = {4.2f, 4.2f, 0, 0, 0, 0, 4.2f, 4.0f},
    [VP_SADNESS] = {4.0f, 0.3f, 3.4f, 0, 0, 0, 0, 0},       [VP_ANGER] = {0, 0, 4.4f, 0.5f, 0.5f, 0, 0.6f, 0},
    [VP_DISGUST] = {0, 0, 2.6f, 1.0f, 4.4f, 0, 2.4f, 0.3f}, [VP_FEAR] = {4.2f, 3.2f, 3.2f, 0, 0, 0, 3.8f, 1.6f}};

void vp_synth_express(struct vp_synth_shot *shot, enum vp_synth_expression expression, float strength) {
    shot->expression = expression;
    for (int u = 0; u < VP_UNITS; u++) shot->unit[u] = fminf(5, usual[expression][u] * strength);
}

static void draw_expression(struct vp_lots *lots, struct vp_synth_shot *how) {
    /* A mix in one picture of five, the seven basic ones equally often in the others. */
    int kind = vp_lot_below(lots, 35);
    vp_synth_express(how, kind < 28 ? (enum vp_synth_expression)(kind / 4) : VP_MIXED, vp_lot(lots, 0.75f, 1.15f));
    float active = vp_lot(lots, 0.25f, 0.6f);
    for (int u = 0; u < VP_UNITS; u++) {
        float jitter = vp_lot(lots, -0.7f, 0.7f), rest = vp_lot(lots, 0, 0.7f), there = vp_lot(lots, 0, 1),
              strength = vp_lot(lots, 2.2f, 5);
        if (how->expression == VP_MIXED)
            how->unit[u] = there < active ? strength : rest;
        else
            how->unit[u] = how->unit[u] > 0 ? how->unit[u] + jitter : rest;
        how->unit[u] = fminf(5, fmaxf(0, how->unit[u]));
    }
    /* A jaw that drops parts the lips. */
    if (how->unit[VP_AU26] >= 2) how->unit[VP_AU25] = fmaxf(how->unit[VP_AU25], how->unit[VP_AU26] * 0.9f);
    how->gaze_x = vp_lot_bell(lots), how->gaze_y = 0.7f * vp_lot_bell(lots);
    how->lids = 1 + 0.22f * vp_lot_bell(lots);
}

/* Angles: half of the shots anywhere in the range, half nearer the middle. */
static float angle(struct vp_lots *lots, float most, bool anywhere) {
    float a = vp_lot(lots, -1, 1), b = vp_lot(lots, -1, 1);
    return most * (anywhere ? a : 0.5f * (a + b));
}

static void draw_light(struct vp_lots *lots, struct vp_synth_shot *how) {
    how->light_azimuth = vp_lot(lots, -100, 100);
    how->light_elevation = vp_lot(lots, -25, 75);
    float hard = vp_lot(lots, 0, 1), warmth = vp_lot(lots, -1, 1), tint = vp_lot(lots, -1, 1);
    float sky_warmth = vp_lot(lots, -1, 1);
    float key = vp_mix(0.35f, 1.35f, hard), fill = vp_mix(0.75f, 0.22f, hard);
    const float warm[3] = {0.32f, 0.02f, -0.32f}, green[3] = {-0.06f, 0.10f, -0.06f};
    for (int k = 0; k < 3; k++) {
        how->light[k] = key * (1 + warm[k] * warmth + green[k] * tint);
        how->sky[k] = fill * (1 + 0.7f * warm[k] * sky_warmth);
    }
    how->gain = exp2f(vp_lot(lots, -0.9f, 0.5f));
}

static void draw_occluder(struct vp_lots *lots, struct vp_synth_shot *how, const struct vp_synth_identity *who) {
    float place = vp_lot(lots, 0, 1), kept = vp_lot(lots, 0, 1), shade = vp_lot(lots, 0, 1);
    bool worn = who->wears_glasses ? kept < 0.85f : kept < 0.05f;
    how->occluder = place < 0.10f   ? VP_OCCLUDER_HAND
                    : place < 0.14f ? VP_OCCLUDER_SUNGLASSES
                    : worn          ? VP_OCCLUDER_GLASSES
                                    : VP_OCCLUDER_NONE;
    for (int k = 0; k < 3; k++) {
        float hue = vp_lot(lots, 0, 0.5f);
        how->glasses[k] = shade < 0.6f ? 0.01f + 0.04f * shade : hue * hue;
    }
    how->glasses_width = vp_lot(lots, 0.20f, 0.25f), how->glasses_round = vp_lot(lots, 0, 1);
    /* From below or from a side, over a part of the face. */
    float around = vp_lot(lots, 0, 6.2831853f), reach = vp_lot(lots, 0.45f, 0.95f);
    how->hand_x = reach * cosf(around), how->hand_y = reach * sinf(around) * 0.9f - 0.15f;
    how->hand_angle = around + 1.5707963f + vp_lot(lots, -0.5f, 0.5f);
    how->hand_size = vp_lot(lots, 0.42f, 0.62f);
    how->hand_tone = vp_lot(lots, 0.8f, 1.15f);
}

static void draw_background(struct vp_lots *lots, struct vp_synth_shot *how) {
    how->back_kind = (uint32_t)vp_lot_below(lots, 5);
    how->back_seed = (uint32_t)vp_lot_below(lots, 1 << 30);
    float grey = vp_lot(lots, 0.05f, 0.95f), other = vp_lot(lots, 0.05f, 0.95f), colourful = vp_lot(lots, 0, 0.5f);
    for (int k = 0; k < 3; k++) {
        float a = vp_lot(lots, -1, 1) * colourful + grey, b = vp_lot(lots, -1, 1) * colourful + other;
        a = fminf(1, fmaxf(0.02f, a)), b = fminf(1, fmaxf(0.02f, b));
        how->back[k] = a * a, how->back2[k] = b * b;
    }
    how->back_scale = vp_lot(lots, 0.7f, 2.5f);
    how->back_angle = how->back_kind == 2 ? vp_lot(lots, -0.3f, 0.3f) : vp_lot(lots, 0, 6.2831853f);
}

static void draw_camera(struct vp_lots *lots, struct vp_synth_shot *how) {
    how->extent = 0.98f * exp2f(0.25f * vp_lot_bell(lots));
    how->shift_x = 0.22f * vp_lot_bell(lots), how->shift_y = 0.22f * vp_lot_bell(lots);
    how->distance = vp_lot(lots, 4, 10);
    float soft = vp_lot(lots, 0, 1), dim = vp_lot(lots, 0, 1);
    how->blur = 0.017f * soft * soft;
    how->noise = 0.004f + 0.036f * dim * dim;
}

static void blend(float *value, float other, float share) {
    *value = vp_mix(other, *value, share);
}

/* `nuisance` of the way from a studio, lit from the front, to this shot: who, expression and pose stay. */
static void calm(struct vp_synth_shot *how, float nuisance, float occluded) {
    const struct vp_synth_shot studio = vp_synth_shot_plain();
    blend(&how->light_azimuth, 0, nuisance);
    blend(&how->light_elevation, studio.light_elevation, nuisance);
    blend(&how->gain, studio.gain, nuisance);
    for (int k = 0; k < 3; k++) {
        blend(&how->light[k], studio.light[k], nuisance), blend(&how->sky[k], studio.sky[k], nuisance);
        blend(&how->back[k], studio.back[k], nuisance), blend(&how->back2[k], studio.back[k], nuisance);
    }
    how->back_scale *= nuisance; /* and no texture */
    if (occluded >= nuisance) how->occluder = VP_OCCLUDER_NONE;
    blend(&how->extent, studio.extent, nuisance);
    blend(&how->shift_x, 0, nuisance), blend(&how->shift_y, 0, nuisance);
    blend(&how->blur, 0, nuisance), blend(&how->noise, 0, nuisance);
}

struct vp_synth_shot vp_synth_shot_draw(uint64_t seed, uint32_t identity, uint32_t image, float nuisance,
                                        const struct vp_synth_identity *who) {
    struct vp_lots lots = vp_lots(seed, VP_SYNTH_SHOT, identity, image);
    struct vp_synth_shot how = {.noise_seed = seed, .noise_identity = identity, .noise_image = image};
    draw_expression(&lots, &how);
    bool anywhere = vp_lot_chance(&lots, 0.5f);
    how.yaw = angle(&lots, 60, anywhere), how.pitch = angle(&lots, 30, anywhere), how.roll = angle(&lots, 20, anywhere);
    draw_light(&lots, &how);
    draw_occluder(&lots, &how, who);
    draw_background(&lots, &how);
    draw_camera(&lots, &how);
    if (nuisance < 1) calm(&how, nuisance, vp_lot(&lots, 0, 1));
    return how;
}

struct vp_synth_shot vp_synth_shot_plain(void) {
    return (struct vp_synth_shot){.lids = 1,
                                  .light_azimuth = 35,
                                  .light_elevation = 35,
                                  .light = {0.75f, 0.72f, 0.68f},
                                  .sky = {0.52f, 0.54f, 0.58f},
                                  .gain = 0.85f,
                                  .extent = 1.05f,
                                  .distance = 7,
                                  .back_kind = 1,
                                  .back = {0.30f, 0.33f, 0.36f},
                                  .back2 = {0.14f, 0.16f, 0.18f},
                                  .back_scale = 0.8f,
                                  .back_angle = 1.2f};
}
