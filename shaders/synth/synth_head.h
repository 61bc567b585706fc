/* The head as a signed distance (below 0 inside; a lower bound of the distance nearby, not exact), in head axes. */
#ifndef VKPCL_SYNTH_HEAD_H
#define VKPCL_SYNTH_HEAD_H
#include "synth/synth_dialect.h"

FUNCTION REAL smooth_min(REAL a, REAL b, REAL k) {
    REAL h = max(k - abs(a - b), 0.0);
    return min(a, b) - h * h / (4.0 * k);
}

FUNCTION REAL smooth_max(REAL a, REAL b, REAL k) {
    return -smooth_min(-a, -b, k);
}

FUNCTION REAL ellipsoid(vec3 p, vec3 r) {
    vec3 q = p / r;
    REAL k = length(q);
    return k * (k - 1.0) / (length(q / r) + 1.0e-6);
}

FUNCTION REAL ball(vec3 p, vec3 centre, REAL r) {
    return length(p - centre) - r;
}

/* A limb from a to b whose radius grows or shrinks on the way. */
FUNCTION REAL limb(vec3 p, vec3 a, vec3 b, REAL ra, REAL rb) {
    vec3 ap = p - a, ab = b - a;
    REAL h = clamp(dot(ap, ab) / dot(ab, ab), 0.0, 1.0);
    return length(ap - ab * h) - mix(ra, rb, h);
}

/* ---- eye and mouth in the plane ---------------------------------------------------------------------------------- */

/* u along an eye from its middle outwards, v above its axis; q is mirrored to x >= 0. */
RECORD(eye_place) {
    REAL u, v;
    REAL top, bottom; /* of the gap between the lids, at this u */
    REAL gap;         /* distance to the gap, below 0 in it */
};

FUNCTION eye_place eye_at(FACE f, REAL x, REAL y) {
    eye_place e;
    REAL dx = x - f.eye_x;
    e.u = dx / f.eye_width;
    e.v = y - f.eye_y - f.eye_slant * dx;
    /* The upper lid peaks a little towards the nose, the lower one outwards. */
    REAL arch = 1.0 - e.u * e.u;
    e.top = f.eye_top * arch * (1.0 - 0.22 * e.u);
    e.bottom = -f.eye_bottom * arch * (1.0 + 0.25 * e.u);
    e.gap = 0.75 * max(e.v - e.top, e.bottom - e.v);
    return e;
}

RECORD(mouth_place) {
    REAL u, v;         /* v above the bent line where the lips meet */
    REAL arch;         /* 1 in the middle, 0 at the corners */
    REAL top, bottom;  /* of the gap, at this u */
    REAL upper, lower; /* thickness of the lips here */
    REAL gap;
    REAL z; /* of the lips' front */
};

FUNCTION mouth_place mouth_at(FACE f, REAL x, REAL y) {
    mouth_place m;
    m.u = x / f.mouth_width;
    REAL uu = m.u * m.u;
    m.v = y - f.mouth_y - f.mouth_lift * (uu - 0.3);
    m.arch = max(1.0 - uu, 0.0);
    m.top = f.mouth_top * (1.0 - uu);
    m.bottom = -f.mouth_bottom * (1.0 - uu);
    REAL full = sqrt(m.arch);
    m.upper = f.lip_upper * full * (1.0 - 0.3 * hill(square(m.u / 0.16)) + 0.1 * hill(square((abs(m.u) - 0.32) / 0.2)));
    m.lower = f.lip_lower * full * m.arch;
    m.gap = max(0.6 * max(m.v - m.top, m.bottom - m.v), abs(x) - f.mouth_width);
    m.z = f.mouth_z - 1.1 * x * x;
    return m;
}

/* A bent tube of half height h and half depth d round (v, z) = (0, 0). */
FUNCTION REAL tube(REAL v, REAL z, REAL h, REAL d) {
    return (length2(v / h, z / d) - 1.0) * min(h, d);
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

FUNCTION REAL skull_distance(FACE f, vec3 q) {
    REAL d = ellipsoid(q - vec3(0.0, 0.27, -0.10), vec3(f.skull_rx, f.skull_ry, f.skull_rz));
    d = smooth_min(d, ellipsoid(q - vec3(0.0, f.face_y, 0.17), vec3(f.face_rx, f.face_ry, 0.57)), 0.2);
    d = smooth_min(d, limb(q, vec3(f.jaw_x, f.jaw_y, 0.0), vec3(0.08, f.chin_y + f.chin_r, f.chin_z), f.jaw_r, 0.13),
                   0.2);
    d = smooth_min(d, ball(q, vec3(0.0, f.chin_y + f.chin_r, f.chin_z), f.chin_r), 0.12);
    d = smooth_min(d, ball(q, vec3(f.cheek_x, f.cheek_y, 0.42), f.cheek_r), 0.2);
    d = smooth_min(d, ball(q, vec3(f.cheek_x - 0.10, f.cheek_y - 0.07, 0.53), f.cheek_out), 0.12);
    return smooth_min(d, limb(q, vec3(0.06, 0.15, 0.69), vec3(0.36, 0.15, 0.52), f.ridge, f.ridge * 0.8), 0.12);
}

FUNCTION REAL nose_distance(FACE f, vec3 q) {
    REAL d = limb(q, vec3(0.0, f.eye_y + 0.03, f.nose_root_z), vec3(0.0, f.nose_y + 0.08, f.nose_z - 0.02),
                  f.nose_bridge, f.nose_tip * 0.8);
    d = smooth_min(d, ball(q, vec3(0.0, f.nose_y + 0.06, f.nose_z), f.nose_tip), 0.06);
    d = smooth_min(d,
                   ellipsoid(q - vec3(f.nose_wing_x, f.nose_y + f.nose_wing_y, f.nose_z - 0.13),
                             vec3(f.nose_wing_r * 0.8, f.nose_wing_r, f.nose_wing_r * 1.3)),
                   0.05);
    return smooth_max(
        d, -ellipsoid(q - vec3(f.nose_wing_x * 0.62, f.nose_y - 0.035, f.nose_z - 0.09), vec3(0.034, 0.04, 0.055)),
        0.02);
}

FUNCTION REAL ear_distance(FACE f, vec3 q) {
    vec3 e = q - vec3(f.ear_x, f.ear_y, -0.10);
    REAL c = sqrt(1.0 - f.ear_out * f.ear_out); /* the back edge stands out by the angle whose sine this is */
    e = vec3(c * e[0] + f.ear_out * e[2], e[1], c * e[2] - f.ear_out * e[0]);
    e = vec3(e[0], e[1], e[2] + 0.22 * e[1]);
    REAL s = f.ear_size;
    REAL d = ellipsoid(e, vec3(0.05, s, s * 0.58));
    return smooth_max(d, -ellipsoid(e - vec3(0.05, 0.1 * s, 0.08 * s), vec3(0.045, s * 0.68, s * 0.34)), 0.03);
}

FUNCTION REAL skin_distance(FACE f, vec3 p) {
    vec3 q = vec3(abs(p[0]), p[1], p[2]);
    REAL d = skull_distance(f, q);
    /* The eye lies in a hollow, under lids. */
    d = smooth_max(d, 0.16 - length(q - vec3(f.eye_x - 0.01, f.eye_y + 0.015, f.eye_z + 0.27)), 0.12);
    vec3 eye = vec3(f.eye_x, f.eye_y, f.eye_z);
    d = smooth_min(d, ball(q, eye, f.eye_r + 0.018), 0.05);
    d = smooth_min(d, nose_distance(f, q), 0.07);

    mouth_place m = mouth_at(f, p[0], p[1]);
    REAL depth = f.lip_out * (0.25 + 0.75 * sqrt(m.arch));
    REAL lips = min(tube(m.v - m.top - 0.5 * m.upper, p[2] - m.z, 0.58 * m.upper + 0.006, depth),
                    tube(m.v - m.bottom + 0.5 * m.lower, p[2] - m.z, 0.58 * m.lower + 0.006, depth));
    lips += max(q[0] - f.mouth_width, 0.0); /* they end at the corners */
    d = smooth_min(d, lips, 0.045);
    d = smooth_max(d, -max(m.gap, m.z - 0.30 - p[2]), 0.02);

    eye_place e = eye_at(f, q[0], q[1]);
    d = smooth_max(d, -max(e.gap, f.eye_z - q[2]), 0.012);
    return smooth_min(d, ear_distance(f, q), 0.04);
}

/* Height of the hair's edge round the head: lower from the forehead over the temples to the nape. */
FUNCTION REAL hair_edge(FACE f, vec3 p) {
    REAL forward = p[2] / (length2(p[0], p[2]) + 1.0e-6), beside = p[0] - f.hair_part;
    REAL fall = ramp(-0.2, 0.2, beside);
    REAL front = f.hair_front - f.hair_sweep * fall - 0.22 * square(p[0]) + 0.05 * hill(square(beside / 0.08));
    REAL edge = mix(f.hair_side, front, ramp(0.38, 0.80, forward));
    edge = mix(f.hair_nape, edge, ramp(-0.35, 0.0, forward));
    return edge + 0.045 * (noise(p[0] * 21.0, p[2] * 13.0, 41u) - 0.5);
}

FUNCTION REAL hair_distance(FACE f, vec3 p) {
    if (f.hair_volume < 0.0) return 9.0;
    REAL v = f.hair_volume;
    REAL wave = f.hair_curl * sin(p[0] * 19.0 + 2.0 * sin(p[1] * 11.0)) * sin(p[1] * 17.0 + 1.0) * sin(p[2] * 15.0);
    REAL above = p[1] - hair_edge(f, p);
    vec3 q = p - vec3(0.0, 0.27 + 0.25 * v, -0.11);
    REAL cap =
        ellipsoid(q, vec3(f.skull_rx + 0.035 + 0.8 * v, f.skull_ry + 0.03 + v, f.skull_rz + 0.03 + 0.6 * v)) - wave;
    /* It rises from its edge, it does not stand there like a helmet's. */
    cap += (0.02 + 0.5 * v) * square(ramp(0.22, -0.02, above));
    cap = smooth_max(cap, -0.55 * above, 0.04);
    if (f.hair_length > 1.0) return cap;
    REAL hang = ellipsoid(p - vec3(0.0, -0.25, -0.28), vec3(f.skull_rx + 0.14 + v, 1.3, 0.74)) - wave;
    hang = smooth_max(hang, p[2] - 0.12 + 0.25 * max(-p[1], 0.0), 0.08);
    hang = smooth_max(hang, f.hair_length - p[1], 0.1);
    hang = max(hang, 0.48 - abs(p[0]) - 0.8 * max(-0.05 - p[2], 0.0));
    return smooth_min(cap, hang, 0.08);
}

RECORD(parts) {
    REAL skin, hair, eyes, teeth;
};

FUNCTION parts head_parts(FACE f, vec3 p) {
    parts d;
    d.skin = skin_distance(f, p);
    d.hair = hair_distance(f, p);
    d.eyes = ball(vec3(abs(p[0]), p[1], p[2]), vec3(f.eye_x, f.eye_y, f.eye_z), f.eye_r);
    mouth_place m = mouth_at(f, p[0], p[1]);
    d.teeth =
        max(max(abs(p[1] - f.mouth_y - 0.01) - 0.05, abs(p[2] - m.z + 0.085) - 0.03), abs(p[0]) - 0.8 * f.mouth_width);
    return d;
}

FUNCTION REAL nearest(parts d) {
    return min(min(d.skin, d.hair), min(d.eyes, d.teeth));
}

#endif
