/* Drawn augmentations: reproducible, within their ranges, with the promised probabilities, crops where they belong. */
#include "vkpcl/augment.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct vp_augment_draw of(enum vp_augment_kind kind, uint32_t image, uint32_t view) {
    return (struct vp_augment_draw){
        .kind = kind, .seed = 1234, .step = 7, .image = image, .view = view, .source = 5, .width = 160, .height = 100};
}

static void test_pure(void **state) {
    (void)state;
    const struct vp_augment_settings s = vp_augment_released();
    struct vp_augment_draw draw = of(VP_AUGMENT_FACE_VIEW1, 3, 0);
    struct vp_augment_block a = vp_augment_draw(&s, &draw), b = vp_augment_draw(&s, &draw);
    assert_memory_equal(&a, &b, sizeof a);
    struct vp_augment_draw others[5] = {draw, draw, draw, draw, draw};
    others[0].seed++, others[1].step++, others[2].image++, others[3].view++, others[4].kind = VP_AUGMENT_POSE_VIEW;
    for (int i = 0; i < 5; i++) {
        b = vp_augment_draw(&s, &others[i]);
        assert_true(a.brightness != b.brightness || a.hue != b.hue);
    }
    assert_int_equal(a.source, 5);
}

static void test_statistics(void **state) {
    (void)state;
    const struct vp_augment_settings s = vp_augment_released();
    enum { N = 8000 };
    double jitter = 0, grey = 0, blur = 0, gradient = 0, hue = 0, brightness = 0;
    int first[4] = {0};
    for (uint32_t i = 0; i < N; i++) {
        struct vp_augment_draw draw = of(VP_AUGMENT_POSE_NEGATIVE, i / 100, i % 100);
        struct vp_augment_block b = vp_augment_draw(&s, &draw);
        assert_true((b.flags & AUGMENT_MIRROR) != 0);
        assert_true(b.x == 0 && b.y == 0 && b.w == 160 && b.h == 100);
        jitter += (b.flags & AUGMENT_JITTER) != 0;
        grey += (b.flags & AUGMENT_GREY) != 0;
        blur += (b.flags & AUGMENT_BLUR) != 0;
        gradient += (b.flags & AUGMENT_GRADIENT) != 0;
        brightness += (double)b.brightness, hue += (double)b.hue;
        assert_true(b.brightness >= 0.2f && b.brightness <= 1.8f && b.contrast >= 0.2f && b.contrast <= 1.8f);
        assert_true(b.saturation >= 0.2f && b.saturation <= 1.8f && fabsf(b.hue) <= 0.2f);
        assert_true(b.sigma >= 0.1f && b.sigma <= 2);
        uint32_t seen = 0;
        for (uint32_t k = 0; k < 4; k++) seen |= 1u << ((b.order >> (2 * k)) & 3);
        assert_int_equal(seen, 15);
        first[b.order & 3]++;
    }
    /* Five standard deviations of a share are below 0.03. */
    assert_true(fabs(jitter / N - 0.8) < 0.03 && fabs(grey / N - 0.2) < 0.03);
    assert_true(fabs(blur / N - 0.8) < 0.03 && fabs(gradient / N - 0.6) < 0.03);
    assert_true(fabs(brightness / N - 1) < 0.03 && fabs(hue / N) < 0.01);
    for (int k = 0; k < 4; k++) assert_true(fabs(first[k] / (double)N - 0.25) < 0.03);
}

static void check_window(const struct vp_augment_settings *s, const struct vp_augment_block *b, double width,
                         double height) {
    assert_true(b->x >= 0 && b->y >= 0 && (double)(b->x + b->w) <= width && (double)(b->y + b->h) <= height);
    assert_true(b->w >= 1 && b->h >= 1 && b->x == floorf(b->x) && b->w == floorf(b->w));
    assert_true(fabs((double)b->w - fmax(1, s->crop_share * width)) <= 0.5);
    assert_true(fabs((double)b->h - fmax(1, s->crop_share * height)) <= 0.5);
}

/* Quadrants by the window's centre: right and lower half. */
static int quadrant_of(const struct vp_augment_block *b, double width, double height) {
    return ((double)(b->x + b->w / 2) > width / 2) + 2 * ((double)(b->y + b->h / 2) > height / 2);
}

static void test_quadrants(void **state) {
    (void)state;
    struct vp_augment_settings s = vp_augment_released();
    const uint32_t sizes[][2] = {{160, 160}, {33, 65}, {7, 5}, {1, 1}, {2, 3}};
    const double shares[] = {0.4, 0.5, 0.8, 1, 0.01};
    for (int rule = 0; rule < 2; rule++)
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0] * 5; k++) {
            double width = sizes[k / 5][0], height = sizes[k / 5][1];
            s.crop_share = shares[k % 5], s.quadrant = (enum vp_quadrant_rule)rule;
            int seen[4] = {0};
            for (uint32_t i = 0; i < 300; i++) {
                struct vp_augment_draw draw = of(VP_AUGMENT_FACE_VIEW1, i, 0);
                draw.width = sizes[k / 5][0], draw.height = sizes[k / 5][1];
                struct vp_augment_block a = vp_augment_draw(&s, &draw);
                draw.kind = VP_AUGMENT_FACE_VIEW2;
                struct vp_augment_block b = vp_augment_draw(&s, &draw);
                check_window(&s, &a, width, height);
                check_window(&s, &b, width, height);
                if (k >= 2 || rule != VP_QUADRANT_INSIDE) continue; /* 160 x 160, windows that fit */
                int qa = quadrant_of(&a, width, height), qb = quadrant_of(&b, width, height);
                assert_int_not_equal(qa, qb);
                assert_true(qa & 1 ? a.x >= 80 : a.x + a.w <= 80);
                assert_true(qa & 2 ? a.y >= 80 : a.y + a.h <= 80);
                seen[qa]++, seen[qb]++;
            }
            for (int q = 0; q < 4 && k < 2 && rule == VP_QUADRANT_INSIDE; q++) assert_in_range(seen[q], 100, 200);
        }
}

/* The looser rule reaches the middle of the image, the stricter one does not. */
static void test_rules_differ(void **state) {
    (void)state;
    struct vp_augment_settings s = vp_augment_released();
    int crossing = 0;
    for (uint32_t i = 0; i < 200; i++) {
        struct vp_augment_draw draw = of(VP_AUGMENT_FACE_VIEW1, i, 0);
        s.quadrant = VP_QUADRANT_CENTRE;
        struct vp_augment_block b = vp_augment_draw(&s, &draw);
        crossing += b.x < 80 && b.x + b.w > 80;
        s.quadrant = VP_QUADRANT_INSIDE;
        b = vp_augment_draw(&s, &draw);
        assert_false(b.x < 80 && b.x + b.w > 80);
    }
    assert_in_range(crossing, 50, 190);
}

/* Face views are mirrored as often as asked, one without the other, and nothing else changes; pose views never are. */
static void test_mirrored_face_views(void **state) {
    (void)state;
    enum { N = 4000 };
    struct vp_augment_settings never = vp_augment_released(), often = never;
    often.mirror = 0.3;
    double first = 0, both = 0;
    for (uint32_t i = 0; i < N; i++) {
        struct vp_augment_draw draw = of(VP_AUGMENT_FACE_VIEW1, i, 0);
        struct vp_augment_block a = vp_augment_draw(&often, &draw), plain = vp_augment_draw(&never, &draw);
        assert_int_equal(plain.flags & AUGMENT_MIRROR, 0);
        plain.flags |= a.flags & AUGMENT_MIRROR;
        assert_memory_equal(&a, &plain, sizeof a);
        draw.kind = VP_AUGMENT_FACE_VIEW2;
        struct vp_augment_block b = vp_augment_draw(&often, &draw);
        first += (a.flags & AUGMENT_MIRROR) != 0;
        both += (a.flags & b.flags & AUGMENT_MIRROR) != 0;
        draw.kind = VP_AUGMENT_POSE_VIEW;
        assert_int_equal(vp_augment_draw(&often, &draw).flags & AUGMENT_MIRROR, 0);
    }
    assert_true(fabs(first / N - 0.3) < 0.04 && fabs(both / N - 0.09) < 0.03);
}

static void test_plain(void **state) {
    (void)state;
    const struct vp_augment_settings s = vp_augment_released();
    struct vp_augment_draw draw = of(VP_AUGMENT_PLAIN, 1, 0);
    assert_int_equal(vp_augment_draw(&s, &draw).flags, 0);
    draw.kind = VP_AUGMENT_PLAIN_MIRROR;
    assert_int_equal(vp_augment_draw(&s, &draw).flags, AUGMENT_MIRROR);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pure),
                                       cmocka_unit_test(test_statistics),
                                       cmocka_unit_test(test_quadrants),
                                       cmocka_unit_test(test_rules_differ),
                                       cmocka_unit_test(test_mirrored_face_views),
                                       cmocka_unit_test(test_plain)};
    return cmocka_run_group_tests_name("augment_draw", tests, NULL, NULL);
}
