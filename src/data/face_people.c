/* Drawing lots for a face: who it is, and how it is seen. */
#include "data/face_model.h"
#include "vkpcl/rng.h"

/* Numbers in a fixed order; inserting one in the middle makes other people. */
struct lots {
    uint64_t seed, stream, index;
};

static float uniform(struct lots *lots, float low, float high) {
    return low + (high - low) * vp_rng_uniform(lots->seed, lots->stream, lots->index++);
}

/* Bell-shaped, most within +-1. */
static float bell(struct lots *lots) {
    return uniform(lots, -1, 1) + uniform(lots, -1, 1) + uniform(lots, -0.5f, 0.5f);
}

static bool chance(struct lots *lots, float probability) {
    return uniform(lots, 0, 1) < probability;
}

static struct vp_v3 varied(struct lots *lots, struct vp_v3 colour, float by) {
    float all = uniform(lots, -by, by);
    colour.x = fmaxf(0, colour.x + all + uniform(lots, -by, by) * 0.4f);
    colour.y = fmaxf(0, colour.y + all + uniform(lots, -by, by) * 0.3f);
    colour.z = fmaxf(0, colour.z + all + uniform(lots, -by, by) * 0.4f);
    return colour;
}

static struct vp_v3 skin_colour(struct lots *lots) {
    static const struct vp_v3 tones[4] = {
        {0.97f, 0.84f, 0.76f}, {0.90f, 0.71f, 0.58f}, {0.70f, 0.49f, 0.36f}, {0.42f, 0.28f, 0.21f}};
    float place = uniform(lots, 0, 2.999f);
    int tone = (int)place;
    return varied(lots, vp_v3_mix(tones[tone], tones[tone + 1], place - (float)tone), 0.03f);
}

static struct vp_v3 hair_colour(struct lots *lots, struct vp_v3 skin) {
    static const struct vp_v3 colours[7] = {{0.10f, 0.09f, 0.09f}, {0.17f, 0.11f, 0.08f}, {0.28f, 0.18f, 0.11f},
                                            {0.42f, 0.28f, 0.16f}, {0.76f, 0.60f, 0.36f}, {0.55f, 0.25f, 0.12f},
                                            {0.66f, 0.65f, 0.63f}};
    float choices = skin.x > 0.8f ? 6.3f : skin.x > 0.6f ? 4 : 2; /* grey: a few only */
    return varied(lots, colours[(int)uniform(lots, 0, choices - 0.001f)], 0.03f);
}

static void draw_features(struct lots *lots, struct vp_face_person *who) {
    who->eye_x = 0.305f + 0.03f * bell(lots);
    who->eye_y = 0.06f + 0.035f * bell(lots);
    who->eye_width = 0.165f + 0.02f * bell(lots);
    who->eye_height = 0.088f + 0.017f * bell(lots);
    who->eye_slant = 0.12f * bell(lots);
    who->brow_y = 0.17f + 0.03f * bell(lots);
    who->brow_width = 0.21f + 0.025f * bell(lots);
    who->brow_thickness = 0.032f + 0.012f * bell(lots);
    who->brow_arch = 0.05f + 0.04f * bell(lots);
    who->brow_dark = uniform(lots, 0.55f, 1);
    who->nose_length = 0.37f + 0.05f * bell(lots);
    who->nose_width = 0.125f + 0.03f * bell(lots);
    who->nose_reach = 0.17f + 0.05f * bell(lots);
    who->mouth_y = -0.55f + 0.03f * bell(lots);
    who->mouth_width = 0.25f + 0.03f * bell(lots);
    who->lip_upper = 0.05f + 0.017f * bell(lots);
    who->lip_lower = 0.065f + 0.02f * bell(lots);
    who->ear = 0.15f + 0.03f * bell(lots);
}

static void draw_hair(struct lots *lots, struct vp_face_person *who) {
    bool is_long = chance(lots, 0.42f);
    who->hairline = 0.56f + 0.07f * bell(lots);
    who->fringe = chance(lots, 0.3f) ? uniform(lots, 0.08f, 0.24f) : 0;
    who->parting = uniform(lots, -0.28f, 0.28f);
    who->hair_side = is_long ? -0.4f : uniform(lots, -0.12f, 0.2f);
    who->hair_volume = uniform(lots, 0.03f, 0.16f);
    who->curtain = is_long ? uniform(lots, -1.5f, -0.5f) : 2;
    float receding = uniform(lots, 0, 1), beard = uniform(lots, 0, 1), glasses = uniform(lots, 0, 1);
    if (!is_long && receding < 0.2f) who->hairline += 0.28f, who->hair_volume = 0.02f, who->fringe = 0;
    who->beard = !is_long && beard < 0.4f ? 0.25f + 1.7f * beard : 0;
    who->glasses = glasses < 0.2f ? 1 : 0;
}

struct vp_face_person vp_face_person_draw(uint64_t seed, uint32_t identity) {
    struct lots lots = {seed, vp_rng_stream(VP_RNG_FACES, identity), 0};
    struct vp_face_person who = {.skin = skin_colour(&lots)};
    who.hair = hair_colour(&lots, who.skin);
    static const struct vp_v3 irises[4] = {
        {0.22f, 0.13f, 0.08f}, {0.38f, 0.25f, 0.13f}, {0.30f, 0.42f, 0.35f}, {0.36f, 0.50f, 0.66f}};
    who.iris = irises[(int)uniform(&lots, 0, who.skin.x > 0.8f ? 3.999f : 1.5f)];
    struct vp_v3 red = vp_v3(0.72f, 0.25f, 0.27f);
    who.lips = vp_v3_mix(who.skin, red, uniform(&lots, 0.25f, 0.75f));
    who.clothes = vp_v3(uniform(&lots, 0.05f, 0.9f), uniform(&lots, 0.05f, 0.9f), uniform(&lots, 0.05f, 0.9f));
    who.width = 0.73f + 0.045f * bell(&lots);
    who.depth = 0.84f + 0.03f * bell(&lots);
    who.jaw = 0.30f + 0.10f * bell(&lots);
    who.chin = 0.12f + 0.12f * bell(&lots);
    who.blush = uniform(&lots, 0, 0.35f);
    draw_features(&lots, &who);
    draw_hair(&lots, &who);
    return who;
}

static void draw_expression(struct lots *lots, struct vp_face_shot *how) {
    how->smile = uniform(lots, -0.7f, 1);
    float open = uniform(lots, 0, 1), blink = uniform(lots, 0, 1);
    how->open = open < 0.5f ? 0 : (open - 0.5f) * 1.7f;
    how->brow_raise = uniform(lots, -0.6f, 1);
    how->frown = fmaxf(0, uniform(lots, -1.8f, 0.8f) - 0.5f * fmaxf(0, how->smile));
    how->lids = blink < 0.05f ? 0.12f : uniform(lots, 0.65f, 1.1f) - 0.22f * fmaxf(0, how->smile);
    how->gaze_x = uniform(lots, -0.35f, 0.35f);
    how->gaze_y = uniform(lots, -0.2f, 0.2f);
}

struct vp_face_shot vp_face_shot_draw(uint64_t seed, uint32_t identity, uint32_t image) {
    /* Behind the person's own numbers, 64 for each image. */
    struct lots lots = {seed, vp_rng_stream(VP_RNG_FACES, identity), (uint64_t)(image + 16) * 64};
    const float degree = 0.01745329f;
    struct vp_face_shot how = {
        .yaw = uniform(&lots, -48, 48) * degree, .pitch = 8 * bell(&lots) * degree, .roll = 6 * bell(&lots) * degree};
    draw_expression(&lots, &how);
    float side = uniform(&lots, -1.1f, 1.1f), height = uniform(&lots, -0.15f, 0.9f);
    how.light = vp_v3_unit(vp_v3(sinf(side), height, cosf(side)));
    float warm = uniform(&lots, -0.14f, 0.18f), bright = uniform(&lots, 0.6f, 1.0f);
    how.tint = vp_v3_scale(vp_v3(1 + warm, 1, 1 - warm), bright);
    how.ambient = uniform(&lots, 0.16f, 0.42f);
    float grey = uniform(&lots, 0.1f, 0.85f);
    how.back = varied(&lots, vp_v3(grey, grey, grey), 0.25f);
    how.back2 = varied(&lots, how.back, 0.3f);
    how.back_angle = uniform(&lots, 0, 6.2831853f);
    how.spot_x = uniform(&lots, -1.3f, 1.3f), how.spot_y = uniform(&lots, -1.3f, 1.3f);
    how.spot_size = uniform(&lots, 0.2f, 0.8f);
    how.zoom = uniform(&lots, 1.04f, 1.24f);
    how.shift_x = 0.05f * bell(&lots), how.shift_y = 0.05f * bell(&lots) - 0.02f;
    how.noise = uniform(&lots, 0.002f, 0.022f);
    return how;
}
