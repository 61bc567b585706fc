/* The relief of a face: smooth hills and hollows on the egg, tabulated once per image. */
#include "data/face_model.h"

static const float LEFT = -0.9f, WIDTH = 1.8f, BOTTOM = -1.1f, HEIGHT = 2.0f;

static float hill(float x, float y, float wide, float high) {
    x /= wide, y /= high;
    return vp_hill(x * x + y * y);
}

static float nose(const struct vp_face_person *who, float x, float y) {
    float top = who->eye_y + 0.08f, base = who->eye_y - who->nose_length;
    float t = (top - y) / (top - base);
    if (t < -0.3f || t > 1.5f) return 0;
    float along = t < 0 ? 0 : t > 1 ? 1 : t;
    float wide = who->nose_width * (0.34f + 0.34f * along);
    float ends = vp_smooth(-0.3f, 0.15f, t) * vp_smooth(1.28f, 0.97f, t);
    float bridge = who->nose_reach * (0.22f + 0.78f * along * sqrtf(along)) * ends * vp_hill(x * x / (wide * wide));
    float wings = 0.42f * who->nose_reach * hill(fabsf(x) - 0.6f * who->nose_width, y - base - 0.01f, 0.05f, 0.06f);
    return bridge + wings;
}

static float height(const struct vp_face_person *who, const struct vp_face_shot *how, float x, float y) {
    float ax = fabsf(x) - who->eye_x, smile = fmaxf(0, how->smile), line = who->mouth_y;
    float h = nose(who, x, y);
    h -= 0.075f * hill(ax, y - who->eye_y - 0.02f, 0.19f, 0.12f);
    h += 0.045f * hill(ax, y - who->eye_y, 0.12f, 0.075f);
    h += 0.03f * hill(x, y - who->eye_y - who->brow_y, 0.5f, 0.07f);
    h += (0.035f + 0.035f * smile) * hill(fabsf(x) - 0.42f, y + 0.22f - 0.05f * smile, 0.17f, 0.15f);
    h += 0.06f * hill(x, y - line, 1.25f * who->mouth_width, 0.14f);
    h += 0.022f * hill(x, y - line - 0.5f * who->lip_upper, who->mouth_width, 0.03f);
    h += 0.03f * hill(x, y - line + 0.6f * who->lip_lower + 0.14f * how->open, who->mouth_width * 0.8f, 0.04f);
    h -= 0.03f * hill(fabsf(x) - who->mouth_width * (1.05f + 0.2f * smile), y - line - 0.04f * smile, 0.05f, 0.06f);
    h -= 0.03f * hill(x, y - line + 0.17f, 0.16f, 0.05f);
    h += 0.06f * hill(x, y + 0.86f, 0.2f, 0.11f);
    return h;
}

void vp_face_relief_fill(struct vp_face_scene *scene) {
    for (int r = 0; r < VP_RELIEF_ROWS; r++)
        for (int c = 0; c < VP_RELIEF_COLUMNS; c++)
            scene->relief[r][c] = height(&scene->who, &scene->how, LEFT + WIDTH * (float)c / (VP_RELIEF_COLUMNS - 1),
                                         BOTTOM + HEIGHT * (float)r / (VP_RELIEF_ROWS - 1));
}

float vp_face_relief(const struct vp_face_scene *scene, float x, float y) {
    float u = (x - LEFT) * ((VP_RELIEF_COLUMNS - 1) / WIDTH), v = (y - BOTTOM) * ((VP_RELIEF_ROWS - 1) / HEIGHT);
    if (!(u >= 0 && v >= 0 && u < VP_RELIEF_COLUMNS - 1 && v < VP_RELIEF_ROWS - 1)) return 0;
    int c = (int)u, r = (int)v;
    float a = u - (float)c, b = v - (float)r;
    const float *low = &scene->relief[r][c], *high = &scene->relief[r + 1][c];
    float below = low[0] + a * (low[1] - low[0]), above = high[0] + a * (high[1] - high[0]);
    return below + b * (above - below);
}
