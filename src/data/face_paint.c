/* What is painted on the head: brows, eyes, mouth, beard, glasses, each a mask with soft edges. */
#include "data/face_model.h"

static float sq(float x) {
    return x * x;
}

/* 1 inside (d < 0), 0 outside. */
static float inside(float d, float soft) {
    return 1 - vp_smooth(-soft, soft, d);
}

static void cover(struct vp_v3 *colour, struct vp_v3 by, float share) {
    *colour = vp_v3_mix(*colour, by, share < 0 ? 0 : share > 1 ? 1 : share);
}

static void paint_brow(const struct vp_face_person *who, const struct vp_face_shot *how, float a, float y, float soft,
                       struct vp_v3 *colour) {
    /* a: from the eye's centre outwards. The inner end lowers with a frown, all of it rises with surprise. */
    float u = a / who->brow_width;
    if (fabsf(u) > 1.2f) return;
    float inner = vp_smooth(0.6f, -1, u);
    float middle = who->eye_y + who->brow_y + 0.06f * how->brow_raise - 0.07f * how->frown * inner +
                   who->brow_arch * (1 - sq(u - 0.3f)) - 0.02f;
    float reach = 1 - sq(u * u);
    float half = who->brow_thickness * (reach > 0 ? sqrtf(reach) : 0) * (1 - 0.35f * u);
    float mask = inside(fabsf(y - middle) - half, soft) * inside(fabsf(u) - 1, soft * 4);
    cover(colour, vp_v3_scale(who->hair, 0.75f), mask * who->brow_dark);
}

static void paint_eye(const struct vp_face_person *who, const struct vp_face_shot *how, float a, float y, float gaze,
                      float soft, struct vp_v3 *colour) {
    float b = y - who->eye_y - who->eye_slant * a;
    float u = a / who->eye_width, arch = 1 - sq(u);
    if (fabsf(a) > 3 * who->eye_width || fabsf(b) > 0.34f) return;
    /* The hollow the eye lies in, and the fold of its lid. */
    float hollow = vp_hill(sq(a / (1.6f * who->eye_width)) + sq((b - 0.02f) / 0.15f));
    cover(colour, vp_v3_scale(who->skin, 0.62f), 0.38f * hollow);
    float lids = how->lids < 0 ? 0 : how->lids;
    float upper = arch > 0 ? who->eye_height * lids * sqrtf(arch) : 0,
          lower = -0.62f * who->eye_height * arch * (0.4f + 0.6f * lids);
    float fold = inside(fabsf(b - upper - 0.035f) - 0.006f, soft) * inside(fabsf(u) - 0.95f, 0.2f);
    cover(colour, vp_v3_scale(who->skin, 0.55f), 0.5f * fold);
    float open = inside(fmaxf(b - upper, lower - b), soft * 0.7f) * inside(fabsf(u) - 1, soft * 3);
    struct vp_v3 eye = vp_v3_scale(vp_v3(0.93f, 0.92f, 0.90f), 0.82f + 0.18f * vp_smooth(upper, upper - 0.06f, b));
    float radius = 0.068f, dx = a - gaze * 0.2f * who->eye_width * 2, dy = b - 0.012f - how->gaze_y * 0.06f;
    float distance = sqrtf(sq(dx) + sq(dy));
    cover(&eye, vp_v3_scale(who->iris, 0.55f), inside(distance - radius, soft * 0.8f));
    cover(&eye, vp_v3_scale(who->iris, 1.25f), inside(distance - radius * 0.82f, soft * 0.8f));
    cover(&eye, vp_v3(0.03f, 0.03f, 0.03f), inside(distance - radius * 0.45f, soft * 0.8f));
    cover(&eye, vp_v3(1, 1, 1), 0.9f * inside(sqrtf(sq(dx - 0.022f) + sq(dy - 0.026f)) - 0.013f, soft * 0.7f));
    cover(colour, eye, open);
    float lash = inside(fabsf(b - upper) - 0.013f, soft * 0.8f) * inside(fabsf(u) - 1.04f, soft * 3);
    cover(colour, vp_v3(0.09f, 0.06f, 0.05f), 0.85f * lash);
    float rim = inside(fabsf(b - lower) - 0.005f, soft * 0.8f) * inside(fabsf(u) - 0.95f, soft * 3);
    cover(colour, vp_v3_scale(who->skin, 0.45f), 0.5f * rim);
}

static void paint_mouth(const struct vp_face_person *who, const struct vp_face_shot *how, float x, float y, float soft,
                        struct vp_v3 *colour) {
    if (fabsf(y - who->mouth_y) > 0.42f) return;
    float width = who->mouth_width * (1 + 0.22f * fmaxf(0, how->smile) - 0.18f * how->open);
    float u = x / width, arch = 1 - sq(u);
    float line = who->mouth_y + 0.11f * how->smile * (sq(u) - 0.35f);
    float gap = 0.16f * how->open;
    float full = arch > 0 ? sqrtf(arch) : 0;
    float bow = 1 - 0.28f * vp_hill(sq(u / 0.16f)) + 0.12f * vp_hill(sq((fabsf(u) - 0.3f) / 0.2f));
    float top = line + 0.35f * gap * arch, bottom = line - gap * arch;
    float sides = inside(fabsf(u) - 1, soft * 3);
    float lips = inside(fmaxf(y - top - who->lip_upper * full * bow, bottom - who->lip_lower * full - y), soft) * sides;
    struct vp_v3 lip = vp_v3_scale(who->lips, y > line ? 0.84f : 1);
    cover(&lip, vp_v3(1, 0.9f, 0.9f), 0.2f * vp_hill(sq((y - bottom + 0.5f * who->lip_lower) / 0.02f) + sq(u / 0.5f)));
    cover(colour, lip, lips);
    float hole = inside(fmaxf(y - top, bottom - y), soft * 0.7f) * sides;
    struct vp_v3 dark = vp_v3(0.20f, 0.06f, 0.06f);
    cover(&dark, vp_v3(0.92f, 0.90f, 0.85f), inside(top - 0.4f * gap - 0.012f - y, soft) * (how->open > 0.06f));
    cover(&dark, vp_v3(0.62f, 0.25f, 0.25f), inside(y - bottom - 0.25f * gap, soft) * (how->open > 0.3f));
    cover(colour, dark, hole * vp_smooth(0, 0.1f, how->open));
    float seam = inside(fabsf(y - line) - 0.008f, soft * 0.8f) * inside(fabsf(u) - 1.05f, soft * 3);
    cover(colour, vp_v3_scale(who->lips, 0.4f), 0.8f * seam * (1 - vp_smooth(0, 0.1f, how->open)));
    /* A smile's folds from the nose to beside the mouth, and the hollow below the lower lip. */
    float fold_x = 0.17f + 0.55f * (-0.25f - y) * (width + 0.03f - 0.12f) / 0.3f;
    float fold = inside(fabsf(fabsf(x) - fold_x) - 0.012f, 0.04f) * vp_smooth(-0.28f, -0.36f, y) *
                 vp_smooth(who->mouth_y - 0.06f, who->mouth_y + 0.06f, y);
    cover(colour, vp_v3_scale(who->skin, 0.6f), fold * (0.12f + 0.4f * fmaxf(0, how->smile)));
    float below = bottom - who->lip_lower - 0.05f;
    cover(colour, vp_v3_scale(who->skin, 0.7f), 0.4f * vp_hill(sq((y - below) / 0.03f) + sq(x / 0.14f)));
}

static void paint_nose(const struct vp_face_person *who, float x, float y, float soft, struct vp_v3 *colour) {
    float base = who->eye_y - who->nose_length;
    float side = fabsf(x) - 0.5f * who->nose_width;
    if (fabsf(y - base) > 0.25f) return;
    float hole = sqrtf(sq(side / 0.042f) + sq((y - base + 0.065f) / 0.022f)) - 1;
    cover(colour, vp_v3_scale(who->skin, 0.25f), 0.85f * inside(hole, soft * 22));
    cover(colour, vp_v3_scale(who->skin, 0.66f),
          0.4f * vp_hill(sq(x / who->nose_width) + sq((y - base + 0.1f) / 0.03f)));
}

static void paint_beard(const struct vp_face_person *who, float x, float y, struct vp_v3 *colour) {
    float cheek = vp_smooth(-0.30f, -0.48f, y + 0.35f * fabsf(x) - 0.12f);
    float moustache = vp_hill(sq((y - who->mouth_y - 0.12f) / 0.05f) + sq(x / 0.24f));
    float grain = 0.85f + 0.15f * sinf(x * 61 + 3 * sinf(y * 47)) * sinf(y * 83 + x * 17);
    cover(colour, vp_v3_scale(who->hair, 0.9f), who->beard * fmaxf(cheek, 0.9f * moustache) * grain);
}

static void paint_glasses(const struct vp_face_person *who, float a, float x, float y, float soft,
                          struct vp_v3 *colour) {
    float b = y - who->eye_y + 0.02f;
    if (fabsf(b) > 0.25f) return;
    float ring = powf(powf(fabsf(a) / 0.235f, 3) + powf(fabsf(b) / 0.17f, 3), 1.0f / 3) - 1;
    float frame = inside(fabsf(ring) * 0.18f - 0.018f, soft * 0.8f);
    float bridge = inside(fabsf(b - 0.05f) - 0.015f, soft * 0.8f) * inside(fabsf(x) - (who->eye_x - 0.22f), soft);
    float arm = inside(fabsf(b - 0.04f) - 0.015f, soft * 0.8f) * inside(who->eye_x + 0.22f - fabsf(x), soft);
    cover(colour, vp_v3(0.08f, 0.07f, 0.07f), 0.92f * fmaxf(frame, fmaxf(bridge, arm)));
}

struct vp_v3 vp_face_paint(const struct vp_face_person *who, const struct vp_face_shot *how, float x, float y,
                           float soft) {
    struct vp_v3 colour = who->skin;
    float a = fabsf(x) - who->eye_x, side = x < 0 ? -1 : 1;
    struct vp_v3 red = vp_v3(0.88f, 0.42f, 0.38f);
    float cheeks = vp_hill(sq((fabsf(x) - 0.38f) / 0.17f) + sq((y + 0.26f) / 0.14f));
    cover(&colour, red, who->blush * cheeks);
    if (who->beard > 0) paint_beard(who, x, y, &colour);
    paint_nose(who, x, y, soft, &colour);
    paint_mouth(who, how, x, y, soft, &colour);
    paint_eye(who, how, a, y, side * how->gaze_x, soft, &colour);
    paint_brow(who, how, a, y, soft, &colour);
    if (who->glasses > 0) paint_glasses(who, a, x, y, soft, &colour);
    return colour;
}
