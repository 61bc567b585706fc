/* Settings of an iteration: temperature, crop window and share of gradient images, which move, and the others of a
 * view. */
#include "train/run.h"
#include "vkpcl/config.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_near(double got, double wanted) {
    if (!(fabs(got - wanted) <= 1e-12)) fail_msg("%.15g instead of %.15g", got, wanted);
}

static void released_settings_stand_still(void **state) {
    (void)state;
    struct vp_config config;
    vp_config_init(&config);
    struct vp_run run = {.config = &config};
    const int64_t iterations[] = {0, 1, 1000000};
    for (int i = 0; i < 3; i++) {
        assert_near(vp_run_temperature(&run, iterations[i]), 0.07);
        assert_near(vp_run_crop(&run, iterations[i]), 0.4);
        assert_near(vp_run_gradient_share(&run, iterations[i]), 0.6);
    }
}

static void ramps_go_straight_from_start_to_end(void **state) {
    (void)state;
    struct vp_config config;
    vp_config_init(&config);
    config.loss.temperature_start = 0.27;
    config.loss.temperature_iterations = 100;
    config.augment.crop_start = 0.8;
    config.augment.crop_iterations = 200;
    config.augment.gradient_iterations = 400;
    struct vp_run run = {.config = &config};
    const struct {
        int64_t iteration;
        double temperature, crop, gradient;
    } wanted[] = {{0, 0.27, 0.8, 0},     {50, 0.17, 0.7, 0.075}, {100, 0.07, 0.6, 0.15},
                  {200, 0.07, 0.4, 0.3}, {400, 0.07, 0.4, 0.6},  {401, 0.07, 0.4, 0.6}};
    for (int i = 0; i < 6; i++) {
        assert_near(vp_run_temperature(&run, wanted[i].iteration), wanted[i].temperature);
        assert_near(vp_run_crop(&run, wanted[i].iteration), wanted[i].crop);
        assert_near(vp_run_gradient_share(&run, wanted[i].iteration), wanted[i].gradient);
    }
}

/* Each probability of the configuration arrives where views are drawn, and at no other's place. */
static void views_are_drawn_as_configured(void **state) {
    (void)state;
    struct vp_config config;
    vp_config_init(&config);
    struct vp_run run = {.config = &config};
    assert_near(vp_run_augment(&run).mirror, 0); /* published */
    config.augment.jitter_p = 0.1, config.augment.grey_p = 0.2, config.augment.blur_p = 0.3;
    config.augment.gradient_p = 0.4, config.augment.mirror_p = 0.5, config.augment.crop = 0.6;
    const struct vp_augment_settings views = vp_run_augment(&run);
    assert_near(views.jitter, 0.1);
    assert_near(views.grey, 0.2);
    assert_near(views.blur, 0.3);
    assert_near(views.gradient, 0.4);
    assert_near(views.mirror, 0.5);
    assert_near(views.crop_share, 0.6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(released_settings_stand_still),
        cmocka_unit_test(ramps_go_straight_from_start_to_end),
        cmocka_unit_test(views_are_drawn_as_configured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
