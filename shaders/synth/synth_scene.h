/* One ray: the head by marching, neck and shoulders as ellipsoids, glasses and a hand in front, the background behind.
 */
#ifndef VKPCL_SYNTH_SCENE_H
#define VKPCL_SYNTH_SCENE_H
#include "synth/synth_paint.h"

RECORD(ray) {
    vec3 o, d;
};

FUNCTION vec3 along(ray r, REAL t) {
    return r.o + r.d * t;
}

/* From the camera's axes into the head's, and back. */
FUNCTION vec3 to_head(FACE f, vec3 v) {
    return vec3(dot(v, vec3(f.right_x, f.right_y, f.right_z)), dot(v, vec3(f.up_x, f.up_y, f.up_z)),
                dot(v, vec3(f.front_x, f.front_y, f.front_z)));
}

FUNCTION vec3 to_camera(FACE f, vec3 v) {
    return vec3(f.right_x, f.right_y, f.right_z) * v[0] + vec3(f.up_x, f.up_y, f.up_z) * v[1] +
           vec3(f.front_x, f.front_y, f.front_z) * v[2];
}

RECORD(span) {
    bool hit;
    REAL enter, leave;
};

FUNCTION span meets(ray r, vec3 centre, vec3 radii) {
    vec3 o = (r.o - centre) / radii, d = r.d / radii;
    REAL a = dot(d, d), b = dot(o, d), root = b * b - a * (dot(o, o) - 1.0);
    span s;
    s.hit = root > 0.0;
    root = sqrt(max(root, 0.0));
    s.enter = (-b - root) / a;
    s.leave = (-b + root) / a;
    return s;
}

/* ---- light ------------------------------------------------------------------------------------------------------- */

/* Light that a point of this surface sends to the eye; all directions in the camera's axes, `away` along the ray. */
FUNCTION vec3 shade(FACE f, surface s, vec3 normal, vec3 away, REAL lit, REAL open) {
    vec3 to_light = vec3(f.light_x, f.light_y, f.light_z);
    vec3 light = vec3(f.light_r, f.light_g, f.light_b), sky = vec3(f.sky_r, f.sky_g, f.sky_b);
    REAL lambert = dot(normal, to_light);
    vec3 bounce = vec3(1.0, 0.86, 0.80) * (0.55 + 0.15 * normal[2]);
    vec3 around = sky * bounce * (0.75 + 0.35 * normal[1]) * open;
    /* Skin lets the light through a little: the edge of the shade is soft and red. */
    vec3 direct = light * vec3(ramp(-0.25, 1.1, lambert) * 1.25, ramp(-0.12, 1.1, lambert) * 1.25,
                               ramp(-0.08, 1.1, lambert) * 1.25);
    vec3 halfway = normalize(to_light - away);
    REAL shine = square(square(square(square(max(dot(normal, halfway), 0.0))))) * max(lambert, 0.0);
    REAL rim = square(square(1.0 - max(-dot(normal, away), 0.0)));
    return s.colour * (direct * lit + around) + light * (s.gloss * shine * lit * 0.22) +
           sky * (s.gloss * rim * open * 0.25);
}

/* ---- parts of the picture ---------------------------------------------------------------------------------------- */

FUNCTION vec3 background(FACE f, REAL x, REAL y) {
    vec3 one = vec3(f.back_r, f.back_g, f.back_b), two = vec3(f.back2_r, f.back2_g, f.back2_b);
    REAL c = cos(f.back_angle), s = sin(f.back_angle), u = (x * c + y * s) * f.back_scale,
         v = (y * c - x * s) * f.back_scale;
    REAL share = noise(u * 1.6, v * 1.6, f.back_seed); /* kind 0: clouds */
    if (f.back_kind == 1u) share = clamp(0.5 + 0.4 * u, 0.0, 1.0);
    if (f.back_kind == 2u) share = ramp(0.42, 0.58, noise(u * 1.3, 4.0 + 0.2 * v, f.back_seed)); /* upright things */
    if (f.back_kind == 3u) share = grain(TO_INT(floor(u * 1.4)), TO_INT(floor(v * 1.8)), f.back_seed); /* tiles */
    if (f.back_kind == 4u)
        share = ramp(0.35, 0.65,
                     0.6 * noise(u * 2.0, v * 2.0, f.back_seed) + 0.4 * noise(u * 5.0, v * 5.0, f.back_seed + 1u));
    vec3 colour = mix3(one, two, share);
    return colour * (0.8 + 0.4 * noise(u * 3.0 + 9.0, v * 3.0, f.back_seed + 2u));
}

RECORD(cover) {
    REAL t, alpha;
    vec3 colour;
};

/* Glasses: two rims and a bridge in a plane before the eyes, arms in the planes of the temples; in the head's axes. */
FUNCTION cover glasses(FACE f, ray r, REAL soft) {
    cover c;
    REAL plane = f.eye_z + f.eye_r + 0.10;
    c.t = (plane - r.o[2]) / r.d[2];
    vec3 p = along(r, c.t);
    REAL x = abs(p[0]), w = f.glasses_width, h = w * mix(0.66, 0.92, f.glasses_round);
    REAL centre = f.eye_x + 0.02, dx = abs(x - centre) / w, dy = abs(p[1] - f.eye_y + 0.01) / h;
    REAL power = mix(5.0, 2.0, f.glasses_round);
    REAL lens = (pow(pow(dx, power) + pow(dy, power) + 1.0e-9, 1.0 / power) - 1.0) * h;
    REAL rim = inside(abs(lens) - 0.014, 0.5 * soft + 0.004);
    REAL bridge = inside(abs(p[1] - f.eye_y - 0.03) - 0.012, 0.5 * soft + 0.004) * inside(x - (centre - w), 0.01);
    REAL glass = inside(lens, 0.01) * f.glasses_tint;
    REAL frame = max(rim, bridge);
    REAL facing = r.d[2] < 0.0 ? 1.0 : 0.0;
    c.alpha = f.glasses * facing * max(frame, glass);
    c.colour = mix3(vec3(0.02, 0.02, 0.025), vec3(f.glasses_r, f.glasses_g, f.glasses_b), frame);
    return c;
}

FUNCTION cover glasses_arm(FACE f, ray r, REAL soft) {
    cover c;
    REAL side = r.d[0] > 0.0 ? -1.0 : 1.0; /* the one on the viewer's side */
    REAL away = abs(r.d[0]) + 1.0e-4;
    REAL place = max(f.skull_rx + 0.015, f.eye_x + f.glasses_width);
    c.t = (place - side * r.o[0]) / (-away);
    vec3 p = along(r, c.t);
    REAL back = inside(p[2] - (f.eye_z + f.eye_r + 0.10), 0.01) * inside(-0.12 - p[2], 0.01);
    c.alpha = f.glasses * back * inside(abs(p[1] - f.eye_y - 0.03) - 0.016, 0.5 * soft + 0.004);
    c.colour = vec3(f.glasses_r, f.glasses_g, f.glasses_b);
    return c;
}

/* A hand before the camera: four fingers and the palm, each a pill; x, y in the picture's plane. */
FUNCTION cover hand(FACE f, REAL x, REAL y, REAL soft) {
    REAL c = cos(f.hand_angle), s = sin(f.hand_angle), size = f.hand_size;
    REAL px = (c * (x - f.hand_x) + s * (y - f.hand_y)) / size, py = (c * (y - f.hand_y) - s * (x - f.hand_x)) / size;
    REAL best = 9.0, height = 0.0;
    for (int k = 0; k < 5; k++) {
        REAL i = TO_REAL(k) - 1.5;
        bool palm = k == 4;
        REAL cx = palm ? 0.0 : 0.27 * i, top = palm ? -0.55 : 0.95 - 0.11 * i * i, r = palm ? 0.50 : 0.125;
        REAL low = palm ? -1.6 : -0.25;
        REAL d = length2(px - cx, py - clamp(py, low, top)) - r;
        height = d < best ? sqrt(max(1.0 - square(d / r + 1.0), 0.0)) : height;
        best = min(best, d);
    }
    cover h;
    h.t = 0.0;
    h.alpha = f.hand * inside(best * size, soft);
    h.colour = vec3(f.hand_r, f.hand_g, f.hand_b) *
               (vec3(f.sky_r, f.sky_g, f.sky_b) * 0.7 +
                vec3(f.light_r, f.light_g, f.light_b) * (0.35 * max(f.light_z, 0.0) + 0.15)) *
               (0.35 + 0.65 * height);
    return h;
}

/* ---- the ray ----------------------------------------------------------------------------------------------------- */

RECORD(march) {
    bool hit;
    REAL t;
    parts d;
};

FUNCTION march march_head(FACE f, ray r, REAL limit) {
    march m;
    m.hit = false;
    m.t = limit;
    m.d.skin = m.d.hair = m.d.eyes = m.d.teeth = 9.0;
    span bound = meets(r, vec3(0.0, f.bound_y, -0.05), vec3(f.bound_rx, f.bound_ry, f.bound_rz));
    if (!bound.hit) return m;
    REAL t = bound.enter, end = min(bound.leave, limit);
    for (int step = 0; step < 40 && t < end; step++) {
        m.d = head_parts(f, along(r, t));
        REAL gap = nearest(m.d);
        if (gap < 0.003) {
            m.hit = true;
            m.t = t;
            return m;
        }
        t += max(0.8 * gap, 0.005);
    }
    /* Out of steps close to the head: a ray that grazes it. */
    m.hit = t < end && nearest(m.d) < 0.03;
    if (m.hit) m.t = t;
    return m;
}

/* Normal, shadow and openness at p from one loop, so that the head's distance stands in the program once for all. */
RECORD(relief) {
    vec3 normal;
    REAL lit, open;
};

FUNCTION relief relief_at(FACE f, vec3 p, vec3 to_light, vec3 back) {
    const REAL e = 0.008;
    relief s;
    vec3 slope = vec3(0.0, 0.0, 0.0), from = p + back * 0.02;
    s.lit = 1.0;
    s.open = 1.0;
    for (int k = 0; k < 11; k++) {
        vec3 corner = vec3((k & 1) == 0 ? -1.0 : 1.0, (k & 2) == 0 ? -1.0 : 1.0, k == 0 || k == 3 ? 1.0 : -1.0);
        REAL t = k < 8 ? 0.05 * TO_REAL(k - 3) * TO_REAL(k - 3) + 0.02 : 0.09 * TO_REAL(k - 7);
        vec3 at = p + corner * e;
        if (k >= 4) at = from + to_light * t;
        if (k >= 8) at = p + slope * t;
        REAL d = nearest(head_parts(f, at));
        if (k < 4) slope = slope + corner * d;
        if (k == 3) slope = normalize(slope);
        if (k >= 4 && k < 8) s.lit = min(s.lit, 0.5 + 3.5 * d / t);
        if (k >= 8) s.open = s.open - (t - d) * 1.1 / (1.0 + 2.0 * TO_REAL(k - 8));
    }
    s.normal = slope;
    s.lit = ramp(0.15, 0.9, s.lit);
    s.open = clamp(s.open, 0.15, 1.0);
    return s;
}

FUNCTION vec3 body(FACE f, ray r, REAL limit, vec3 behind) {
    vec3 colour = behind;
    REAL nearest_t = limit;
    for (int k = 0; k < 2; k++) {
        vec3 centre = k == 0 ? vec3(-0.10 * f.front_x, -1.25, -0.32) : vec3(0.0, -2.25, -0.45);
        vec3 radii = k == 0 ? vec3(f.neck, 1.05, f.neck * 0.95) : vec3(1.65, 0.90, 0.70);
        span s = meets(r, centre, radii);
        if (!s.hit || s.enter > nearest_t) continue;
        nearest_t = s.enter;
        vec3 p = along(r, s.enter), normal = normalize((p - centre) / (radii * radii));
        surface cloth;
        cloth.gloss = k == 0 ? f.gloss : 0.05;
        REAL weave = 0.85 + 0.3 * noise(p[0] * 9.0, p[1] * 9.0, f.back_seed + 5u);
        cloth.colour = k == 0 ? vec3(f.skin_r, f.skin_g, f.skin_b) : vec3(f.cloth_r, f.cloth_g, f.cloth_b) * weave;
        /* The chin keeps the light from the throat. */
        REAL shadow = k == 0 ? ramp(-0.75, -1.25, p[1]) : 1.0;
        colour = shade(f, cloth, normal, r.d, 0.25 + 0.75 * shadow, 0.45 + 0.55 * shadow);
    }
    return colour;
}

/* Light at the picture's point (x, y), each in -1..1, y up, before the sensor; `soft`: half a pixel there. */
FUNCTION vec3 look(FACE f, REAL x, REAL y, REAL soft) {
    REAL px = f.centre_x + x * f.extent, py = f.centre_y + y * f.extent, edge = soft * f.extent;
    ray camera;
    camera.o = vec3(f.centre_x, f.centre_y, f.distance);
    camera.d = normalize(vec3(px, py, 0.0) - camera.o);
    ray r;
    r.o = to_head(f, camera.o);
    r.d = to_head(f, camera.d);

    march m = march_head(f, r, 3.0 * f.distance);
    vec3 colour = background(f, x, y);
    if (m.hit) {
        vec3 p = along(r, m.t);
        vec3 to_light = to_head(f, vec3(f.light_x, f.light_y, f.light_z));
        relief s = relief_at(f, p, to_light, -r.d);
        colour = shade(f, head_surface(f, p, m.d, edge), to_camera(f, s.normal), camera.d, s.lit, s.open);
    }
    colour = body(f, camera, m.hit ? m.t : 3.0 * f.distance, colour);
    if (f.glasses > 0.0) {
        cover arm = glasses_arm(f, r, edge);
        if (arm.t < m.t) colour = mix3(colour, arm.colour, arm.alpha);
        cover front = glasses(f, r, edge);
        if (front.t < m.t) colour = mix3(colour, front.colour, front.alpha);
    }
    if (f.hand > 0.0) {
        cover h = hand(f, px, py, edge);
        colour = mix3(colour, h.colour, h.alpha);
    }
    return colour * f.gain;
}

#endif
