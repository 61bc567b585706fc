/* Who: the numbers of an identity. */
#include "data/synth_draw.h"
#include "vkpcl/synth.h"
#include <math.h>
#include <string.h>

const char *vp_synth_trait_name(enum vp_synth_trait trait) {
    static const char *const names[VP_TRAITS] = {
        "skull_width", "skull_height", "face_width", "jaw_width",   "jaw_depth",      "chin_length",
        "chin_reach",  "cheek_bone",   "cheek_full", "brow_ridge",  "eye_spacing",    "eye_size",
        "eye_opening", "eye_slant",    "eye_height", "brow_height", "brow_thickness", "brow_arch",
        "nose_length", "nose_width",   "nose_reach", "nose_bridge", "mouth_width",    "mouth_height",
        "lip_upper",   "lip_lower",    "ear_size",   "ear_angle",   "neck_width"};
    return names[trait];
}

const char *vp_synth_hair_name(enum vp_synth_hair cut) {
    static const char *const names[VP_HAIRS] = {"bald", "buzz", "short", "swept", "fringe", "bob", "long", "curly"};
    return names[cut];
}

/* Tables of colours are sRGB in 0..1; light is about its square. */
static void mix_colour(const float *a, const float *b, float share, float out[3]) {
    for (int k = 0; k < 3; k++) {
        float shown = vp_mix(a[k], b[k], share);
        out[k] = shown * shown;
    }
}

static void draw_hair_colour(struct vp_lots *lots, struct vp_synth_identity *who) {
    static const float black[3] = {0.13f, 0.11f, 0.11f}, brown[3] = {0.36f, 0.24f, 0.16f},
                       blond[3] = {0.83f, 0.68f, 0.45f}, red[3] = {0.62f, 0.29f, 0.14f},
                       grey[3] = {0.74f, 0.74f, 0.74f};
    float shade = vp_lot(lots, 0, 1), kind = vp_lot(lots, 0, 1), dyed = vp_lot(lots, 0, 1);
    /* Fair hair mostly with fair skin; anybody may turn grey. */
    float fair = who->skin_tone * 1.4f - 0.35f;
    if (kind < 0.13f)
        mix_colour(black, grey, 0.35f + 0.65f * shade, who->hair);
    else if (kind < 0.13f + 0.10f * fair)
        mix_colour(brown, red, 0.3f + 0.7f * shade, who->hair);
    else if (shade * (0.35f + 0.65f * dyed) < 0.55f || fair < 0.2f)
        mix_colour(black, brown, shade, who->hair);
    else
        mix_colour(brown, blond, dyed, who->hair);
}

static void draw_colours(struct vp_lots *lots, struct vp_synth_identity *who) {
    who->skin_tone = sqrtf(vp_lot(lots, 0, 1)); /* evenly to the eye */
    who->skin_warmth = vp_lot(lots, -1, 1);
    who->blush = vp_lot(lots, 0.1f, 0.9f);
    float freckled = vp_lot(lots, -2.5f, 1);
    who->freckles = freckled > 0 && who->skin_tone > 0.55f ? freckled : 0;
    draw_hair_colour(lots, who);
    static const float irises[5][3] = {{0.20f, 0.12f, 0.07f},
                                       {0.36f, 0.22f, 0.11f},
                                       {0.42f, 0.38f, 0.20f},
                                       {0.32f, 0.48f, 0.36f},
                                       {0.38f, 0.56f, 0.74f}};
    float iris = vp_lot(lots, 0, who->skin_tone > 0.6f ? 3.999f : 1.3f);
    mix_colour(irises[(int)iris], irises[(int)iris + 1], iris - floorf(iris), who->iris);
    static const float natural[3] = {0.80f, 0.47f, 0.45f}, painted[3] = {0.68f, 0.16f, 0.22f},
                       dark[3] = {0.45f, 0.24f, 0.23f};
    float lipstick = vp_lot(lots, -2, 1), full = vp_lot(lots, 0, 1);
    mix_colour(dark, natural, 0.25f + 0.75f * who->skin_tone, who->lips);
    float paint[3];
    mix_colour(painted, natural, 0.5f * full, paint);
    if (lipstick > 0)
        for (int k = 0; k < 3; k++) who->lips[k] = vp_mix(who->lips[k], paint[k], 0.4f + 0.6f * lipstick);
    for (int k = 0; k < 3; k++) {
        float shown = vp_lot(lots, 0.08f, 0.9f);
        who->cloth[k] = shown * shown;
    }
}

static void draw_hair(struct vp_lots *lots, struct vp_synth_identity *who) {
    static const float share[VP_HAIRS] = {0.06f, 0.10f, 0.22f, 0.16f, 0.12f, 0.12f, 0.14f, 0.08f};
    float place = vp_lot(lots, 0, 1);
    for (int cut = 0; cut < VP_HAIRS; cut++) {
        who->cut = (enum vp_synth_hair)cut;
        if ((place -= share[cut]) < 0) break;
    }
    static const float low[VP_HAIRS] = {-1, 0.0f, 0.03f, 0.05f, 0.04f, 0.05f, 0.04f, 0.14f};
    static const float high[VP_HAIRS] = {-1, 0.015f, 0.09f, 0.13f, 0.10f, 0.14f, 0.12f, 0.26f};
    who->hair_volume = vp_lot(lots, low[who->cut], high[who->cut]);
    who->hair_line = vp_lot_bell(lots);
    who->hair_part = vp_lot(lots, -0.3f, 0.3f);
    bool is_long = who->cut == VP_HAIR_BOB || who->cut == VP_HAIR_LONG;
    float beard = vp_lot(lots, -1.5f, 1), moustache = vp_lot(lots, -3, 1);
    who->beard = is_long || beard < 0 ? 0 : 0.25f + 0.75f * beard;
    who->moustache = is_long ? 0 : fmaxf(who->beard * 0.95f, moustache > 0 ? 0.5f + 0.5f * moustache : 0);
    who->brow_dark = vp_lot(lots, 0.65f, 1);
    who->wears_glasses = vp_lot_chance(lots, 0.15f);
}

struct vp_synth_identity vp_synth_identity_draw(uint64_t seed, uint32_t identity) {
    struct vp_lots lots = vp_lots(seed, VP_SYNTH_PERSON, identity, 0);
    struct vp_synth_identity who;
    memset(&who, 0, sizeof who);
    for (int i = 0; i < VP_TRAITS; i++) who.trait[i] = vp_lot_bell(&lots);
    draw_colours(&lots, &who);
    draw_hair(&lots, &who);
    return who;
}
