/* What colours the head: skin with lips, brows, beard and furrows; eyes; teeth; hair. Linear light. `soft` is half the
 * width of an edge, about half a pixel. */
#ifndef VKPCL_SYNTH_PAINT_H
#define VKPCL_SYNTH_PAINT_H
#include "synth/synth_head.h"

RECORD(surface) {
    vec3 colour;
    REAL gloss;
};

FUNCTION vec3 hair_colour(FACE f) {
    return vec3(f.hair_r, f.hair_g, f.hair_b);
}

/* Strands: brighter and darker along lines that fall from the crown. */
FUNCTION vec3 strands(FACE f, vec3 p) {
    REAL side = p[0] * 23.0 + p[2] * 13.0, wave = 2.0 * noise(p[1] * 4.0, p[0] * 5.0, 7u);
    REAL fine = noise(side * 2.6 + wave * 2.0, p[1] * 3.0 + f.hair_curl * 900.0 * p[1], 11u);
    REAL coarse = noise(side * 0.5 + wave, p[1] * 1.5, 13u);
    return hair_colour(f) * (0.35 + 0.9 * fine + 0.5 * coarse);
}

FUNCTION REAL brow_mask(FACE f, REAL x, REAL y, REAL soft) {
    REAL t = (x - f.brow_in_x) / (f.brow_out_x - f.brow_in_x); /* 0 at the nose, 1 at the temple */
    REAL s = clamp(t, 0.0, 1.0), peak = 0.58;
    /* Through three points: inner end, peak, outer end. */
    REAL middle = f.brow_in_y * (1.0 - s) * (peak - s) / peak + f.brow_mid_y * s * (1.0 - s) / (peak * (1.0 - peak)) +
                  f.brow_out_y * s * (s - peak) / (1.0 - peak);
    REAL half_thick = f.brow_thick * (1.0 - 0.65 * s * s);
    REAL hairs = 0.75 + 0.5 * noise(x * 70.0 - y * 40.0, y * 30.0, 3u);
    REAL along = inside(abs(t - 0.5) - 0.5, 0.06 + soft);
    return f.brow_dark * along * inside(abs(y - middle) - half_thick, soft + 0.012) * min(hairs, 1.0);
}

/* Lines that a movement folds into the skin: 0..1, how dark. */
FUNCTION REAL furrows(FACE f, REAL x, REAL y) {
    REAL up = y - f.brow_mid_y - 0.02 * hill(square(x / 0.3));
    REAL wide = hill(square(x / 0.32));
    REAL lines =
        hill(square((up - 0.10) / 0.014)) + hill(square((up - 0.17) / 0.014)) + 0.7 * hill(square((up - 0.24) / 0.014));
    REAL dark = f.furrow_forehead * wide * lines;
    REAL between = hill(square((x - 0.045) / 0.012)) * hill(square((y - f.brow_in_y - 0.01) / 0.07));
    dark += f.furrow_glabella * between;
    REAL root = y - f.eye_y;
    REAL bridge = hill(square((root - 0.02) / 0.012)) + hill(square((root + 0.04) / 0.012));
    dark += f.furrow_nose * hill(square(x / 0.07)) * bridge;
    dark += f.furrow_nose * hill(square((x - 0.11 - 0.4 * (f.eye_y - 0.1 - y)) / 0.014)) *
            hill(square((root + 0.14) / 0.06));
    /* From the nose's wing in a bow round the corner of the mouth. */
    REAL down = (f.nose_y + 0.07 - y) / (f.nose_y + 0.07 - f.mouth_y + 0.06);
    REAL fold = mix(f.nose_wing_x + 0.04, f.mouth_width + 0.075, down * (2.0 - down));
    dark += f.furrow_smile * hill(square((x - fold) / 0.022)) * ramp(0.0, 0.25, down) * ramp(1.0, 0.7, down);
    REAL beyond = x - f.eye_x - f.eye_width - 0.02;
    REAL fan = abs(sin((y - f.eye_y + 0.02) * 45.0 / (1.0 + 4.0 * max(beyond, 0.0))));
    dark += f.furrow_eyes * (1.0 - ramp(0.0, 0.35, fan)) * ramp(0.0, 0.02, beyond) * ramp(0.13, 0.06, beyond) *
            hill(square((y - f.eye_y) / 0.07));
    return min(dark, 1.0);
}

FUNCTION REAL beard_mask(FACE f, REAL x, REAL y, REAL z, mouth_place m) {
    REAL cheek = ramp(0.10, -0.10, y - f.mouth_y - 0.14 - 0.55 * (x - 0.32));
    REAL lip = ramp(0.02, 0.10, abs(m.v + 0.02) + 0.25 * max(x - f.mouth_width, 0.0));
    REAL chin = f.beard * cheek * max(lip, ramp(0.0, 0.03, x - f.mouth_width - 0.02));
    REAL above = m.v - m.top - m.upper;
    REAL lip_hair = f.moustache * ramp(-0.005, 0.02, above) * ramp(0.10, 0.05, above) *
                    ramp(f.mouth_width + 0.08, f.mouth_width - 0.02, x);
    return max(chin, lip_hair) * (0.65 + 0.35 * noise((x - z) * 45.0, y * 40.0, 5u));
}

FUNCTION surface skin_surface(FACE f, vec3 p, REAL soft) {
    REAL x = abs(p[0]), y = p[1];
    vec3 skin = vec3(f.skin_r, f.skin_g, f.skin_b), colour = skin;
    surface s;
    s.gloss = f.gloss;
    bool front = p[2] > 0.0;
    REAL spots = noise(p[0] * 34.0, y * 34.0, 21u), patches = noise(p[0] * 7.0 + 3.0, y * 7.0, 23u);
    colour = colour * (0.92 + 0.16 * patches);
    REAL red = hill(square((x - 0.36) / 0.17) + square((y + 0.22) / 0.15)) +
               0.45 * hill(square(x / 0.11) + square((y - f.nose_y - 0.05) / 0.09));
    colour = mix3(colour, colour * vec3(1.12, 0.68, 0.64), f.blush * red);
    colour = mix3(colour, colour * vec3(0.62, 0.42, 0.30),
                  f.freckles * ramp(0.68, 0.8, spots) * hill(square(x / 0.42) + square((y + 0.15) / 0.2)));
    mouth_place m = mouth_at(f, p[0], y);
    eye_place e = eye_at(f, x, y);
    if (front) {
        /* Round the eye: shade in the hollow, the fold of the upper lid, lashes, the lower rim. */
        REAL near_eye = square((x - f.eye_x) / (1.5 * f.eye_width)) + square((e.v - 0.03) / 0.13);
        colour = mix3(colour, colour * vec3(0.66, 0.56, 0.54), 0.7 * hill(near_eye));
        REAL beside = inside(abs(e.u) - 1.0, 0.1 + soft / f.eye_width);
        REAL fold = inside(abs(e.v - e.top - 0.035) - 0.005, 0.008 + 0.5 * soft) * beside;
        colour = mix3(colour, colour * 0.45, 0.6 * fold);
        REAL lash = inside(abs(e.v - e.top - 0.006) - 0.012, 0.4 * soft + 0.004) * inside(abs(e.u) - 1.06, 0.06);
        colour = mix3(colour, vec3(0.02, 0.015, 0.012), 0.9 * lash);
        REAL rim = inside(abs(e.v - e.bottom + 0.004) - 0.006, 0.4 * soft + 0.004) * inside(abs(e.u) - 0.98, 0.06);
        colour = mix3(colour, skin * 0.35, 0.55 * rim);
        colour = mix3(colour, colour * 0.5, 0.75 * furrows(f, x, y));
        /* Lips, the line between them, the shade below. */
        REAL lip = max(max(m.v - m.top - m.upper, m.bottom - m.lower - m.v), (abs(m.u) - 1.0) * f.mouth_width);
        vec3 lips = vec3(f.lip_r, f.lip_g, f.lip_b) * (m.v > 0.5 * (m.top + m.bottom) ? 0.8 : 1.0);
        REAL on_lip = inside(lip, 0.6 * soft + 0.006);
        colour = mix3(colour, lips, on_lip);
        s.gloss = mix(s.gloss, 0.35, on_lip);
        REAL closed = 1.0 - ramp(0.0, 0.03, f.mouth_top + f.mouth_bottom);
        REAL seam = inside(abs(m.v) - 0.006, 0.4 * soft + 0.005) * inside(abs(m.u) - 1.03, 0.04);
        colour = mix3(colour, lips * 0.18, 0.85 * closed * seam);
        REAL corner = hill(square((x - f.mouth_width) / 0.025) + square(m.v / 0.02));
        colour = mix3(colour, lips * 0.25, 0.6 * corner);
        /* Inside the mouth. */
        REAL within = ramp(0.03, 0.09, m.z - p[2]) * inside(m.gap, 0.02);
        REAL tongue = inside(m.v - m.bottom - 0.45 * (m.top - m.bottom) + 0.3 * x, 0.03);
        colour = mix3(colour, mix3(vec3(0.035, 0.008, 0.008), vec3(0.30, 0.07, 0.07), tongue), within);
        /* Nostrils. */
        REAL hole = square((x - 0.66 * f.nose_wing_x) / 0.034) + square((y - f.nose_y + 0.025) / 0.022);
        colour = mix3(colour, skin * 0.12, 0.8 * inside(hole - 1.0, 0.5));
        /* Hair of the face. */
        colour = mix3(colour, hair_colour(f) * 0.85, beard_mask(f, x, y, p[2], m) * (1.0 - on_lip));
        colour = mix3(colour, hair_colour(f) * 0.55, brow_mask(f, x, y, soft));
    }
    s.colour = colour;
    return s;
}

FUNCTION surface eye_surface(FACE f, vec3 p, REAL soft) {
    surface s;
    s.gloss = 1.6;
    REAL side = p[0] < 0.0 ? -1.0 : 1.0;
    vec3 on = (p - vec3(side * f.eye_x, f.eye_y, f.eye_z)) / f.eye_r;
    REAL dx = on[0] - f.gaze_x, dy = on[1] - f.gaze_y, r = length2(dx, dy) * f.eye_r;
    eye_place e = eye_at(f, abs(p[0]), p[1]);
    vec3 white = vec3(0.80, 0.77, 0.74) * (0.55 + 0.45 * ramp(0.0, 0.05, e.top - e.v));
    white = mix3(white, vec3(0.72, 0.42, 0.40), 0.5 * ramp(0.75, 1.0, abs(e.u)));
    vec3 iris = vec3(f.iris_r, f.iris_g, f.iris_b) * (0.7 + 0.6 * noise(dx * 30.0, dy * 30.0, 31u));
    vec3 colour = mix3(white, iris * 0.35, inside(r - 0.060, 0.4 * soft + 0.003));
    colour = mix3(colour, iris, inside(r - 0.050, 0.4 * soft + 0.003));
    colour = mix3(colour, vec3(0.006, 0.006, 0.006), inside(r - 0.024, 0.4 * soft + 0.003));
    s.colour = mix3(colour, vec3(0.9, 0.9, 0.9),
                    0.9 * inside(length2(on[0] - 0.13, on[1] - 0.18) * f.eye_r - 0.009, 0.4 * soft + 0.003));
    return s;
}

FUNCTION surface teeth_surface(FACE f, vec3 p, REAL soft) {
    surface s;
    s.gloss = 0.5;
    REAL gap = inside(abs(abs(sin(p[0] * 58.0)) - 0.0) - 0.10, 0.12 + 2.0 * soft);
    REAL gum = ramp(0.025, 0.05, p[1] - f.mouth_y - 0.01);
    vec3 colour = vec3(0.78, 0.74, 0.66) * (1.0 - 0.3 * gap);
    s.colour = mix3(colour, vec3(0.45, 0.14, 0.14), gum) * (1.0 - 0.8 * square(p[0] / f.mouth_width));
    return s;
}

FUNCTION surface head_surface(FACE f, vec3 p, parts d, REAL soft) {
    REAL least = nearest(d);
    if (d.hair <= least) {
        surface s;
        s.colour = strands(f, p);
        s.gloss = 0.25;
        return s;
    }
    if (d.eyes <= least) return eye_surface(f, p, soft);
    if (d.teeth <= least) return teeth_surface(f, p, soft);
    return skin_surface(f, p, soft);
}

#endif
