/* One ray through a drawn head: egg with relief, ears, hair, neck, clothes, background. Orthographic. */
#include "data/face_model.h"

struct ray {
    struct vp_v3 o, d;
};

struct ball { /* an ellipsoid */
    struct vp_v3 centre, radii;
};

struct hit {
    float t;
    struct vp_v3 normal, colour; /* in head axes */
    float gloss;
};

static struct vp_v3 along(struct ray ray, float t) {
    return vp_v3_add(ray.o, vp_v3_scale(ray.d, t));
}

/* Where the ray enters and leaves. */
static bool meets(struct ball ball, struct ray ray, float *enter, float *leave) {
    struct vp_v3 o = vp_v3_add(ray.o, vp_v3_scale(ball.centre, -1)), d = ray.d;
    o = vp_v3(o.x / ball.radii.x, o.y / ball.radii.y, o.z / ball.radii.z);
    d = vp_v3(d.x / ball.radii.x, d.y / ball.radii.y, d.z / ball.radii.z);
    float a = vp_v3_dot(d, d), b = vp_v3_dot(o, d), c = vp_v3_dot(o, o) - 1, root = b * b - a * c;
    if (root <= 0) return false;
    root = sqrtf(root);
    *enter = (-b - root) / a, *leave = (-b + root) / a;
    return true;
}

static struct vp_v3 normal_of(struct ball ball, struct vp_v3 p) {
    p = vp_v3_add(p, vp_v3_scale(ball.centre, -1));
    struct vp_v3 r = ball.radii;
    return vp_v3_unit(vp_v3(p.x / (r.x * r.x), p.y / (r.y * r.y), p.z / (r.z * r.z)));
}

static void keep_nearer(struct hit *best, struct hit other) {
    if (other.t < best->t) *best = other;
}

/* ---- the head ---------------------------------------------------------------------------------------------------- */

float vp_face_taper(const struct vp_face_person *who, float y) {
    float s = (who->chin - y) / (who->chin + 1);
    if (s <= 0) return 1;
    if (s > 1) s = 1;
    return 1 - who->jaw * s * s * (2 - s);
}

/* Below 0 inside the head; near it, about the distance. */
static float depth_at(const struct vp_face_scene *scene, struct vp_v3 p) {
    const struct vp_face_person *who = &scene->who;
    if (p.z > 0) p.z -= vp_face_relief(scene, p.x, p.y);
    float taper = vp_face_taper(who, p.y), x = p.x / (who->width * taper),
          z = p.z / (who->depth * (0.5f + 0.5f * taper));
    return (sqrtf(x * x + p.y * p.y + z * z) - 1) * who->width;
}

static struct vp_v3 slope_at(const struct vp_face_scene *scene, struct vp_v3 p) {
    const float e = 0.012f;
    float here = depth_at(scene, p);
    return vp_v3_unit(vp_v3(depth_at(scene, vp_v3(p.x + e, p.y, p.z)) - here,
                            depth_at(scene, vp_v3(p.x, p.y + e, p.z)) - here,
                            depth_at(scene, vp_v3(p.x, p.y, p.z + e)) - here));
}

static bool meets_head(const struct vp_face_scene *scene, struct ray ray, struct hit *hit) {
    const struct vp_face_person *who = &scene->who;
    struct ball room = {vp_v3(0, 0, 0.1f), vp_v3(who->width + 0.06f, 1.06f, who->depth + 0.2f)};
    float t, end;
    if (!meets(room, ray, &t, &end)) return false;
    if (end > hit->t) end = hit->t;
    float before = t, last = 1;
    for (int step = 0; step < 48 && t < end; step++) {
        float gap = depth_at(scene, along(ray, t));
        if (gap <= 0) {
            t = before + (t - before) * last / (last - gap + 1e-9f);
            struct vp_v3 p = along(ray, t);
            hit->t = t;
            hit->normal = slope_at(scene, p);
            hit->colour = p.z > 0 ? vp_face_paint(who, &scene->how, p.x, p.y, scene->soft) : who->skin;
            hit->gloss = 0.10f;
            return true;
        }
        before = t, last = gap;
        t += fmaxf(0.012f, 0.55f * gap);
    }
    return false;
}

static void meets_ears(const struct vp_face_scene *scene, struct ray ray, struct hit *hit) {
    const struct vp_face_person *who = &scene->who;
    for (float side = -1; side < 2; side += 2) {
        struct ball ear = {vp_v3(side * who->width * 0.99f, 0, -0.08f), vp_v3(0.075f, who->ear, 0.11f)};
        float t, end;
        if (!meets(ear, ray, &t, &end)) continue;
        struct vp_v3 p = along(ray, t);
        float inner = vp_smooth(0.6f, 0.2f, sqrtf((p.y * p.y) / (who->ear * who->ear)));
        struct vp_v3 colour = vp_v3_scale(who->skin, 0.92f - 0.22f * inner);
        keep_nearer(hit, (struct hit){.t = t, .normal = normal_of(ear, p), .colour = colour, .gloss = 0.05f});
    }
}

/* ---- hair -------------------------------------------------------------------------------------------------------- */

static struct vp_v3 strands(const struct vp_face_person *who, float angle, float y) {
    float wave = sinf(angle * 34 + 2 * sinf(y * 5)) * 0.5f + sinf(angle * 81 + 3 * sinf(y * 7 + angle * 3)) * 0.35f;
    return vp_v3_scale(who->hair, 1 + 0.28f * wave);
}

static bool under_cap(const struct vp_face_person *who, struct vp_v3 p) {
    float round = sqrtf(p.x * p.x + p.z * p.z) + 1e-6f, forward = p.z / round;
    float front = who->hairline - who->fringe * vp_smooth(0.1f, -0.1f, p.x - who->parting) +
                  0.22f * fabsf(p.x - who->parting) * (who->fringe > 0 ? -0.3f : 0.5f);
    float edge = front + (who->hair_side - front) * vp_smooth(0.72f, 0.42f, forward);
    edge += (-0.72f - edge) * vp_smooth(0.05f, -0.35f, forward);
    float ragged = 0.035f * sinf(p.x * 43) + 0.02f * sinf(p.x * 97 + 1);
    return p.y > edge + ragged;
}

static void meets_hair(const struct vp_face_scene *scene, struct ray ray, struct hit *hit) {
    const struct vp_face_person *who = &scene->who;
    float volume = who->hair_volume, t[2];
    struct ball cap = {vp_v3(0, 0.04f, -0.05f),
                       vp_v3(who->width + 0.03f + volume, 0.99f + volume, who->depth + 0.06f + volume)};
    struct ball curtain = {vp_v3(0, -0.35f, -0.22f), vp_v3(who->width + 0.16f + volume, 1.32f, 0.86f)};
    for (int shell = 0; shell < (who->curtain > 1 ? 1 : 2); shell++) {
        struct ball ball = shell ? curtain : cap;
        if (!meets(ball, ray, &t[0], &t[1])) continue;
        for (int wall = 0; wall < 2; wall++) { /* the far wall shows where the near one is cut away */
            struct vp_v3 p = along(ray, t[wall]);
            bool there =
                shell ? p.y > who->curtain + 0.05f * sinf(p.x * 23) && p.y < 0.5f && p.z < 0.22f : under_cap(who, p);
            if (!there) continue;
            struct vp_v3 normal = vp_v3_scale(normal_of(ball, p), wall ? -1 : 1);
            struct vp_v3 colour = strands(who, atan2f(p.x, p.z), p.y);
            if (wall) colour = vp_v3_scale(colour, 0.5f);
            keep_nearer(hit, (struct hit){.t = t[wall], .normal = normal, .colour = colour, .gloss = 0.18f});
            break;
        }
    }
}

/* ---- everything -------------------------------------------------------------------------------------------------- */

static struct vp_v3 to_head(const struct vp_face_scene *scene, struct vp_v3 v) {
    return vp_v3(vp_v3_dot(v, scene->right), vp_v3_dot(v, scene->up), vp_v3_dot(v, scene->front));
}

static void meets_body(const struct vp_face_scene *scene, struct ray camera, struct hit *hit) {
    const struct vp_face_person *who = &scene->who;
    struct ball parts[2] = {{vp_v3(-0.15f * scene->front.x, -1.15f, -0.3f), vp_v3(0.46f, 0.95f, 0.42f)},
                            {vp_v3(0, -2.3f, -0.4f), vp_v3(1.45f, 0.85f, 0.62f)}};
    for (int i = 0; i < 2; i++) {
        float t, end;
        if (!meets(parts[i], camera, &t, &end)) continue;
        struct vp_v3 normal = to_head(scene, normal_of(parts[i], along(camera, t)));
        /* The chin keeps the light from the throat. */
        struct vp_v3 colour = i ? who->clothes : vp_v3_scale(who->skin, 0.72f);
        keep_nearer(hit, (struct hit){.t = t, .normal = normal, .colour = colour});
    }
}

/* 1 in the light, less where the head's own relief stands in its way. */
static float lit(const struct vp_face_scene *scene, struct vp_v3 p, struct vp_v3 normal) {
    struct ray ray = {vp_v3_add(p, vp_v3_scale(normal, 0.02f)), scene->light};
    float least = 1;
    for (int step = 1; step <= 6; step++) {
        float t = 0.045f * (float)step, gap = depth_at(scene, along(ray, t));
        least = fminf(least, 0.5f + 4 * gap / t * 0.35f);
    }
    return vp_smooth(0.1f, 0.6f, least);
}

static struct vp_v3 linear(struct vp_v3 colour) {
    return vp_v3(colour.x * colour.x, colour.y * colour.y, colour.z * colour.z);
}

static struct vp_v3 background(const struct vp_face_shot *how, float x, float y) {
    float slope = 0.5f + 0.35f * (x * cosf(how->back_angle) + y * sinf(how->back_angle));
    struct vp_v3 colour = vp_v3_mix(how->back, how->back2, slope < 0 ? 0 : slope > 1 ? 1 : slope);
    float dx = x - how->spot_x, dy = y - how->spot_y, away = sqrtf(dx * dx + dy * dy);
    return linear(vp_v3_scale(colour, 1 - 0.45f * vp_smooth(how->spot_size + 0.25f, how->spot_size - 0.25f, away)));
}

struct vp_v3 vp_face_trace(const struct vp_face_scene *scene, float x, float y) {
    struct ray camera = {vp_v3(x, y, 4), vp_v3(0, 0, -1)};
    struct ray ray = {to_head(scene, camera.o), to_head(scene, camera.d)};
    struct hit hit = {.t = 1e9f};
    meets_ears(scene, ray, &hit);
    meets_hair(scene, ray, &hit);
    meets_body(scene, camera, &hit);
    bool on_head = meets_head(scene, ray, &hit); /* last: the costly one need not look behind the others */
    if (hit.t > 1e8f) return background(&scene->how, x, y);

    float facing = vp_v3_dot(hit.normal, scene->light), direct = fmaxf(0, (facing + 0.22f) / 1.22f);
    if (on_head && direct > 0) direct *= lit(scene, along(ray, hit.t), hit.normal);
    struct vp_v3 toward = vp_v3_scale(ray.d, -1), half = vp_v3_unit(vp_v3_add(scene->light, toward));
    float shine = fmaxf(0, vp_v3_dot(hit.normal, half));
    shine *= shine, shine *= shine, shine *= shine, shine *= shine;
    float sky = 0.75f + 0.25f * vp_v3_dot(hit.normal, to_head(scene, vp_v3(0, 1, 0)));
    struct vp_v3 colour = linear(hit.colour), tint = scene->how.tint;
    float ambient = scene->how.ambient * sky, gloss = hit.gloss * shine * direct;
    return vp_v3(colour.x * (ambient + direct * tint.x) + gloss * tint.x,
                 colour.y * (ambient + direct * tint.y) + gloss * tint.y,
                 colour.z * (ambient + direct * tint.z) + gloss * tint.z);
}

static struct vp_v3 rolled(struct vp_v3 v, float c, float s) {
    return vp_v3(c * v.x - s * v.y, s * v.x + c * v.y, v.z);
}

void vp_face_scene_init(struct vp_face_scene *scene, struct vp_face_person who, struct vp_face_shot how, float pixel) {
    scene->who = who, scene->how = how;
    scene->soft = 0.5f * pixel;
    float cy = cosf(how.yaw), sy = sinf(how.yaw), cp = cosf(how.pitch), sp = sinf(how.pitch);
    float cr = cosf(how.roll), sr = sinf(how.roll);
    scene->right = rolled(vp_v3(cy, 0, -sy), cr, sr);
    scene->up = rolled(vp_v3(-sp * sy, cp, -sp * cy), cr, sr);
    scene->front = rolled(vp_v3(cp * sy, sp, cp * cy), cr, sr);
    scene->light = to_head(scene, how.light);
    vp_face_relief_fill(scene);
}
