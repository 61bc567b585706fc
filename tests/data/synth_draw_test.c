/* What is drawn for a synthetic face: lots within their ranges, muscles that pull and angles that turn the right way.
 */
#include "synth_for_tests.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- lots -------------------------------------------------------------------------------------------------------- */

static void identities_vary_in_every_trait(void **state) {
    (void)state;
    enum { PEOPLE = 1000 };
    int cuts[VP_HAIRS] = {0}, dark = 0, light = 0;
    double sum[VP_TRAITS] = {0}, square[VP_TRAITS] = {0}, with_first[VP_TRAITS] = {0};
    for (uint32_t p = 0; p < PEOPLE; p++) {
        struct vp_synth_identity who = vp_synth_identity_draw(5, p), again = vp_synth_identity_draw(5, p);
        assert_memory_equal(&who, &again, sizeof who);
        for (int t = 0; t < VP_TRAITS; t++) {
            assert_true(fabsf(who.trait[t]) <= 1.5f);
            sum[t] += (double)who.trait[t], square[t] += (double)(who.trait[t] * who.trait[t]);
            with_first[t] += (double)(who.trait[t] * who.trait[0]);
        }
        cuts[who.cut]++, dark += who.skin_tone<0.4f, light += who.skin_tone> 0.8f;
    }
    for (int t = 0; t < VP_TRAITS; t++) {
        assert_true(fabs(sum[t] / PEOPLE) < 0.08);                                  /* five deviations of the mean */
        assert_true(fabs(square[t] / PEOPLE - 0.25) < 0.05);                        /* deviation 0.5 */
        if (t) assert_true(fabs(with_first[t] / PEOPLE) < 0.25 * 5 / sqrt(PEOPLE)); /* independent */
        for (int other = 0; other < t; other++)
            assert_string_not_equal(vp_synth_trait_name((enum vp_synth_trait)t),
                                    vp_synth_trait_name((enum vp_synth_trait)other));
    }
    for (int cut = 0; cut < VP_HAIRS; cut++) assert_true(cuts[cut] > 20);
    assert_true(dark > 50 && light > 50);
}

static void shots_stay_in_range_and_are_balanced(void **state) {
    (void)state;
    enum { SHOTS = 7000 };
    const struct vp_synth_identity who = vp_synth_identity_draw(5, 0);
    int expressions[VP_EXPRESSIONS] = {0}, occluders[VP_OCCLUDERS] = {0}, left = 0, up = 0, clockwise = 0, turned = 0;
    int present[VP_UNITS] = {0};
    for (uint32_t i = 0; i < SHOTS; i++) {
        struct vp_synth_shot how = vp_synth_shot_draw(5, 0, i, 1, &who);
        assert_true(fabsf(how.yaw) <= 60 && fabsf(how.pitch) <= 30 && fabsf(how.roll) <= 20);
        expressions[how.expression]++, occluders[how.occluder]++;
        left += how.yaw > 0, up += how.pitch > 0, clockwise += how.roll > 0, turned += fabsf(how.yaw) > 45;
        for (int u = 0; u < VP_UNITS; u++) {
            assert_true(how.unit[u] >= 0 && how.unit[u] <= 5);
            present[u] += how.unit[u] >= VP_SYNTH_PRESENT;
            if (how.expression == VP_NEUTRAL) assert_true(how.unit[u] < VP_SYNTH_PRESENT);
        }
        if (how.unit[VP_AU26] >= 2) assert_true(how.unit[VP_AU25] >= 1.8f); /* a dropped jaw parts the lips */
        if (how.expression == VP_HAPPINESS) assert_true(how.unit[VP_AU12] >= 2 && how.unit[VP_AU4] < 2);
        if (how.expression == VP_SURPRISE) assert_true(how.unit[VP_AU1] >= 1.9f && how.unit[VP_AU26] >= 1.8f);
    }
    for (int e = 0; e < VP_MIXED; e++) assert_in_range(expressions[e], 650, 950); /* 800 expected, deviation 27 */
    assert_in_range(expressions[VP_MIXED], 1200, 1600);
    for (int o = 0; o < VP_OCCLUDERS; o++) assert_true(occluders[o] > 100);
    for (int u = 0; u < VP_UNITS; u++) assert_true(present[u] > SHOTS / 10 && present[u] < SHOTS * 6 / 10);
    const int signs[3] = {left, up, clockwise};
    for (int k = 0; k < 3; k++) assert_in_range(signs[k], SHOTS / 2 - 250, SHOTS / 2 + 250);
    assert_true(turned > SHOTS / 10);
}

/* Without nuisance shots differ in expression and pose alone, and in those as with it. */
static void a_studio_keeps_expression_and_pose(void **state) {
    (void)state;
    enum { SHOTS = 400 };
    const struct vp_synth_identity who = vp_synth_identity_draw(5, 3);
    const struct vp_synth_shot studio = vp_synth_shot_plain();
    int half_occluded = 0, occluded = 0;
    for (uint32_t i = 0; i < SHOTS; i++) {
        struct vp_synth_shot full = vp_synth_shot_draw(5, 3, i, 1, &who),
                             half = vp_synth_shot_draw(5, 3, i, 0.5f, &who),
                             none = vp_synth_shot_draw(5, 3, i, 0, &who);
        assert_true(none.yaw == full.yaw && none.pitch == full.pitch && none.roll == full.roll);
        assert_true(none.expression == full.expression && none.gaze_x == full.gaze_x);
        assert_memory_equal(none.unit, full.unit, sizeof full.unit);
        assert_true(none.light_azimuth == 0 && none.light_elevation == studio.light_elevation);
        assert_true(none.shift_x == 0 && none.shift_y == 0 && none.blur == 0 && none.noise == 0);
        assert_true(none.extent == studio.extent && none.gain == studio.gain);
        assert_memory_equal(none.light, studio.light, sizeof studio.light);
        assert_memory_equal(none.sky, studio.sky, sizeof studio.sky);
        assert_memory_equal(none.back, studio.back, sizeof studio.back); /* one colour: no pattern to see */
        assert_memory_equal(none.back2, studio.back, sizeof studio.back);
        assert_int_equal(none.occluder, VP_OCCLUDER_NONE);
        assert_true(half.light_azimuth == 0.5f * full.light_azimuth && half.yaw == full.yaw);
        assert_true(half.occluder == full.occluder || half.occluder == VP_OCCLUDER_NONE);
        half_occluded += half.occluder != VP_OCCLUDER_NONE, occluded += full.occluder != VP_OCCLUDER_NONE;
    }
    assert_true(half_occluded > occluded / 4 && half_occluded < occluded * 3 / 4);
}

static void splits_follow_a_pattern(void **state) {
    (void)state;
    int count[3] = {0};
    for (uint32_t i = 0; i < 20; i++) {
        count[vp_synth_split_of(i)]++;
        assert_int_equal(vp_synth_split_of(i), vp_synth_split_of(i + 40));
    }
    assert_int_equal(count[VP_SYNTH_TRAIN], 12);
    assert_int_equal(count[VP_SYNTH_VAL], 3);
    assert_int_equal(count[VP_SYNTH_TEST], 5);
    assert_int_equal(vp_synth_split_of(0), VP_SYNTH_TRAIN);
    assert_int_equal(vp_synth_split_of(1), VP_SYNTH_TEST);
}

/* ---- rig --------------------------------------------------------------------------------------------------------- */

static void muscles_pull_the_right_way(void **state) {
    (void)state;
    struct vp_synth_face rest = synth_rigged(-1, 0, 0, 0, 0), f;
    f = synth_rigged(VP_AU1, 5, 0, 0, 0);
    assert_true(f.brow_in_y > rest.brow_in_y + 0.05f && f.brow_out_y <= rest.brow_out_y);
    f = synth_rigged(VP_AU2, 5, 0, 0, 0);
    assert_true(f.brow_out_y > rest.brow_out_y + 0.05f && f.brow_in_y <= rest.brow_in_y);
    f = synth_rigged(VP_AU4, 5, 0, 0, 0);
    assert_true(f.brow_in_y < rest.brow_in_y - 0.05f && f.brow_in_x < rest.brow_in_x - 0.03f);
    f = synth_rigged(VP_AU6, 5, 0, 0, 0);
    assert_true(f.eye_bottom < 0.5f * rest.eye_bottom && f.cheek_out > rest.cheek_out && f.cheek_y > rest.cheek_y);
    f = synth_rigged(VP_AU9, 5, 0, 0, 0);
    assert_true(f.furrow_nose > rest.furrow_nose + 0.5f && f.nose_wing_y > rest.nose_wing_y);
    f = synth_rigged(VP_AU12, 5, 0, 0, 0);
    assert_true(f.mouth_lift > rest.mouth_lift + 0.08f && f.mouth_width > rest.mouth_width);
    f = synth_rigged(VP_AU25, 5, 0, 0, 0);
    assert_true(f.mouth_top + f.mouth_bottom > 0.05f && f.chin_y == rest.chin_y);
    f = synth_rigged(VP_AU26, 5, 0, 0, 0);
    assert_true(f.chin_y < rest.chin_y - 0.1f);
}

/* Signs as in AFLW2000: yaw > 0 to the picture's left, pitch > 0 up, roll > 0 clockwise; always a rotation. */
static void angles_turn_the_right_way(void **state) {
    (void)state;
    assert_true(synth_rigged(-1, 0, 40, 0, 0).front_x < -0.5f);
    assert_true(synth_rigged(-1, 0, 0, 20, 0).front_y > 0.3f);
    assert_true(synth_rigged(-1, 0, 0, 0, 15).up_x > 0.2f);
    struct vp_synth_face f = synth_rigged(-1, 0, 33, -21, 17);
    const double r[3][3] = {{(double)f.right_x, (double)f.right_y, (double)f.right_z},
                            {(double)f.up_x, (double)f.up_y, (double)f.up_z},
                            {(double)f.front_x, (double)f.front_y, (double)f.front_z}};
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++) {
            double dot = r[a][0] * r[b][0] + r[a][1] * r[b][1] + r[a][2] * r[b][2];
            assert_true(fabs(dot - (a == b)) < 1e-6);
        }
    assert_true(fabs(r[0][1] * r[1][2] - r[0][2] * r[1][1] - r[2][0]) < 1e-6); /* right x up = front */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identities_vary_in_every_trait),     cmocka_unit_test(shots_stay_in_range_and_are_balanced),
        cmocka_unit_test(a_studio_keeps_expression_and_pose), cmocka_unit_test(splits_follow_a_pattern),
        cmocka_unit_test(muscles_pull_the_right_way),         cmocka_unit_test(angles_turn_the_right_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
