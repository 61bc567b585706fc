/* The CPU references of the networks' ops against PyTorch (README.md here). The devices are held to the references. */
#include "golden_file.h"
#include "vkpcl/ops/batch_norm.h"
#include "vkpcl/ops/conv2d.h"
#include "vkpcl/ops/l2_normalize.h"
#include "vkpcl/ops/linear.h"
#include "vkpcl/ops/mae.h"
#include "vkpcl/ops/matmul.h"
#include "vkpcl/ops/softmax.h"
#include "vkpcl/ops/upsample.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
/* cmocka wants the above first */
#include <cmocka.h>

static void check_conv2d(const char *op, int stride) {
    struct golden g;
    struct vp_array x, w, y;
    golden_open(&g, op);
    const double *in = golden_get(&g, "x", &x), *weight = golden_get(&g, "weight", &w);
    const double *bias = golden_get(&g, "bias", NULL), *dy = golden_get(&g, "dy", &y);
    int k = (int)w.shape[2];
    struct vp_conv2d_shape z = {
        (int)x.shape[0], (int)x.shape[2], (int)x.shape[3], (int)x.shape[1], (int)w.shape[0], k, k, stride, k / 2, 1.0};
    double *out = golden_room(&g, (size_t)vp_array_count(&y)), *dx = golden_room(&g, (size_t)vp_array_count(&x));
    double *dw = golden_room(&g, (size_t)vp_array_count(&w)), *db = golden_room(&g, (size_t)z.k);
    vp_conv2d_ref(&z, in, weight, bias, out);
    golden_expect(&g, "y", out);
    vp_conv2d_backward_ref(&z, in, weight, out, dy, dx, dw, db);
    golden_expect(&g, "dx", dx);
    golden_expect(&g, "dweight", dw);
    golden_expect(&g, "dbias", db);
    golden_close(&g);
}

static void test_conv2d(void **state) {
    (void)state;
    check_conv2d("conv2d_s1", 1);
    check_conv2d("conv2d_s2", 2);
    check_conv2d("conv2d_7x7_s2", 2);
}

static void test_linear(void **state) {
    (void)state;
    struct golden g;
    struct vp_array x, w;
    golden_open(&g, "linear");
    const double *in = golden_get(&g, "x", &x), *weight = golden_get(&g, "weight", &w);
    const double *bias = golden_get(&g, "bias", NULL), *dy = golden_get(&g, "dy", NULL);
    struct vp_linear_shape z = {(int)x.shape[0], (int)x.shape[1], (int)w.shape[0], 1.0};
    double *y = golden_room(&g, (size_t)(z.rows * z.out)), *dx = golden_room(&g, (size_t)(z.rows * z.in));
    double *dw = golden_room(&g, (size_t)(z.out * z.in)), *db = golden_room(&g, (size_t)z.out);
    vp_linear_ref(&z, in, weight, bias, y);
    golden_expect(&g, "y", y);
    vp_linear_backward_ref(&z, in, weight, y, dy, dx, dw, db);
    golden_expect(&g, "dx", dx);
    golden_expect(&g, "dweight", dw);
    golden_expect(&g, "dbias", db);
    golden_close(&g);
}

static void check_batch_norm(const char *op) {
    struct golden g;
    struct vp_array x;
    golden_open(&g, op);
    const double *in = golden_get(&g, "x", &x), *gamma = golden_get(&g, "weight", NULL);
    const double *beta = golden_get(&g, "bias", NULL), *dy = golden_get(&g, "dy", NULL);
    double *mean = golden_get(&g, "running_mean", NULL), *var = golden_get(&g, "running_var", NULL);
    int64_t count = vp_array_count(&x), c = x.shape[1];
    struct vp_batch_norm_shape z = {count / c, 1, (int)c, 1e-5, 0.1, false};
    double *y = golden_room(&g, (size_t)count), *dx = golden_room(&g, (size_t)count);
    double *dgamma = golden_room(&g, (size_t)c), *dbeta = golden_room(&g, (size_t)c);
    vp_batch_norm_ref(&z, in, gamma, beta, mean, var, y);
    golden_expect(&g, "y_inference", y);
    z.training = true;
    vp_batch_norm_ref(&z, in, gamma, beta, mean, var, y);
    golden_expect(&g, "y", y);
    golden_expect(&g, "running_mean_after", mean);
    golden_expect(&g, "running_var_after", var);
    vp_batch_norm_backward_ref(&z, in, gamma, dy, dx, dgamma, dbeta);
    golden_expect(&g, "dx", dx);
    golden_expect(&g, "dweight", dgamma);
    golden_expect(&g, "dbias", dbeta);
    golden_close(&g);
}

static void test_batch_norm(void **state) {
    (void)state;
    check_batch_norm("batch_norm_1d");
    check_batch_norm("batch_norm_2d");
}

/* y = lrelu(x + (phi theta^T) g), with channels last: the rows of an image are positions. */
static void test_attention(void **state) {
    (void)state;
    static const char *const map[3] = {"theta", "g", "phi"};
    struct golden g;
    struct vp_array shape;
    char name[64];
    golden_open(&g, "attention");
    const double *x = golden_get(&g, "x", &shape), *dy = golden_get(&g, "dy", NULL);
    int n = (int)shape.shape[0], c = (int)shape.shape[1], area = (int)(shape.shape[2] * shape.shape[3]);
    size_t count = (size_t)(n * area * c), square = (size_t)(n * c * c);
    struct vp_linear_shape conv = {n * area, c, c, 1.0};
    struct vp_softmax_shape soft[2] = {{n, area, c}, {(int64_t)n * area, c, 1}};
    /* s = phi^T theta (c x c), mixed = g s^T (area x c) */
    struct vp_matmul_shape gram = {n, c, c, area, true, false}, apply = {n, area, c, c, false, true};
    double *raw[3], *soft_out[2], *dmap[3], *w[3];
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s_weight", map[i]);
        w[i] = golden_get(&g, name, NULL);
        snprintf(name, sizeof name, "%s_bias", map[i]);
        raw[i] = golden_room(&g, count);
        dmap[i] = golden_room(&g, count);
        vp_linear_ref(&conv, x, w[i], golden_get(&g, name, NULL), raw[i]);
        if (i < 2) vp_softmax_ref(&soft[i], raw[i], soft_out[i] = golden_room(&g, count));
    }
    double *s = golden_room(&g, square), *y = golden_room(&g, count);
    vp_matmul_ref(&gram, raw[2], soft_out[0], s);
    vp_matmul_ref(&apply, soft_out[1], s, y);
    for (size_t i = 0; i < count; i++) y[i] = (x[i] + y[i]) * (x[i] + y[i] > 0 ? 1 : 0.1);
    golden_expect(&g, "y", y);

    double *dmixed = golden_room(&g, count), *dsoft[2] = {golden_room(&g, count), golden_room(&g, count)};
    double *ds = golden_room(&g, square), *dx = golden_room(&g, count), *part = golden_room(&g, count);
    double *dw = golden_room(&g, (size_t)(c * c)), *db = golden_room(&g, (size_t)c);
    for (size_t i = 0; i < count; i++) dx[i] = dmixed[i] = dy[i] * (y[i] > 0 ? 1 : 0.1);
    vp_matmul_backward_ref(&apply, soft_out[1], s, dmixed, dsoft[1], ds);
    vp_matmul_backward_ref(&gram, raw[2], soft_out[0], ds, dmap[2], dsoft[0]);
    for (int i = 0; i < 2; i++) vp_softmax_backward_ref(&soft[i], soft_out[i], dsoft[i], dmap[i]);
    for (int i = 0; i < 3; i++) {
        vp_linear_backward_ref(&conv, x, w[i], raw[i], dmap[i], part, dw, db);
        for (size_t j = 0; j < count; j++) dx[j] += part[j];
        snprintf(name, sizeof name, "d%s_weight", map[i]);
        golden_expect(&g, name, dw);
        snprintf(name, sizeof name, "d%s_bias", map[i]);
        if (i > 0) golden_expect(&g, name, db); /* theta's is zero in exact arithmetic */
    }
    golden_expect(&g, "dx", dx);
    golden_close(&g);
}

static void test_rows_and_images(void **state) {
    (void)state;
    struct golden g;
    struct vp_array x;
    golden_open(&g, "upsample");
    const double *in = golden_get(&g, "x", &x), *dy = golden_get(&g, "dy", NULL);
    struct vp_upsample_shape up = {(int)x.shape[0], (int)x.shape[2], (int)x.shape[3], (int)x.shape[1], 1.0};
    double *y = golden_room(&g, (size_t)vp_array_count(&x) * 4), *dx = golden_room(&g, (size_t)vp_array_count(&x));
    vp_upsample_ref(&up, in, y);
    golden_expect(&g, "y", y);
    vp_upsample_backward_ref(&up, in, dy, dx);
    golden_expect(&g, "dx", dx);
    golden_close(&g);

    golden_open(&g, "l2_normalize");
    in = golden_get(&g, "x", &x), dy = golden_get(&g, "dy", NULL);
    y = golden_room(&g, (size_t)vp_array_count(&x)), dx = golden_room(&g, (size_t)vp_array_count(&x));
    vp_l2_normalize_ref(x.shape[0], x.shape[1], in, y);
    golden_expect(&g, "y", y);
    vp_l2_normalize_backward_ref(x.shape[0], x.shape[1], in, dy, dx);
    golden_expect(&g, "dx", dx);
    golden_close(&g);

    golden_open(&g, "mean_absolute_error");
    in = golden_get(&g, "x", &x);
    const double *target = golden_get(&g, "target", NULL), one = 1;
    struct vp_mae_desc mae = {x.shape[0], 1, {0}};
    double loss = 0;
    dx = golden_room(&g, (size_t)vp_array_count(&x));
    vp_mae_ref(&mae, vp_array_count(&x) / x.shape[0], in, target, &loss);
    golden_expect(&g, "y", &loss);
    vp_mae_backward_ref(&mae, vp_array_count(&x) / x.shape[0], in, target, &one, dx);
    golden_expect(&g, "dx", dx);
    golden_close(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv2d),    cmocka_unit_test(test_linear),          cmocka_unit_test(test_batch_norm),
        cmocka_unit_test(test_attention), cmocka_unit_test(test_rows_and_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
