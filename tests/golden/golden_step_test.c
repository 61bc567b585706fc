/* A whole step of every phase against PyTorch: `vkpcl replay` on the golden weights and inputs (README.md here).
 *
 * VKPCL_BINARY names the program, VKPCL_GOLDEN the folder with the files; the output goes to a temporary file.
 */
#include "vkpcl/array.h"
#include "vkpcl/npz.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
/* cmocka wants the above first */
#include <cmocka.h>

#define LOSS_LIMIT 1e-5
#define L2_LIMIT   1e-4

static int run(const char *const *arguments) {
    pid_t child = fork();
    if (child == 0) {
        execv(arguments[0], (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A stored array as doubles, from malloc. */
static double *values_of(struct vp_npz *file, const char *name, int64_t *count) {
    struct vp_array a;
    struct vp_error err = {0};
    if (vp_npz_read(file, name, &a, &err)) fail_msg("%s", err.message);
    *count = vp_array_count(&a);
    float *values = malloc((size_t)(*count + 1) * sizeof *values);
    double *out = malloc((size_t)(*count + 1) * sizeof *out);
    assert_true(values && out);
    vp_array_to_f32(&a, values);
    for (int64_t i = 0; i < *count; i++) out[i] = (double)values[i];
    free(values);
    vp_array_fini(&a);
    return out;
}

static double length(const double *a, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += a[i] * a[i];
    return sqrt(sum);
}

/* Length that errors of `name` are measured by: its own or, where it is zero in exact arithmetic, that of the gradient
 * of the same layer's weight. */
static double scale_of(struct vp_npz *expected, const char *name, const double *values, int64_t count) {
    double own = length(values, count);
    size_t stem = strlen(name) - strlen("bias");
    char weight[256];
    if (own > 0 || strcmp(name + stem, "bias") != 0) return own;
    snprintf(weight, sizeof weight, "%.*sweight", (int)stem, name);
    double *w = values_of(expected, weight, &count);
    own = length(w, count);
    free(w);
    return own;
}

static void compare(struct vp_npz *expected, struct vp_npz *ours, const char *name, const char *ours_name) {
    int64_t count, all, stride = 1;
    double *want = values_of(expected, name, &count), *got = values_of(ours, ours_name, &all);
    bool image = strncmp(name, "recon.image", 11) == 0;
    bool loss = strstr(name, ".loss") || strstr(name, ".l1") || strstr(name, ".orth");
    if (image) {
        int64_t one;
        double *value = values_of(expected, "image_stride", &one);
        stride = (int64_t)value[0];
        free(value);
    }
    if ((all + stride - 1) / stride != count) fail_msg("%s: %lld values", ours_name, (long long)all);
    double scale = scale_of(expected, name, want, count), limit = loss ? LOSS_LIMIT : L2_LIMIT;
    for (int64_t i = 0; i < count; i++) want[i] = got[i * stride] - want[i];
    double error = length(want, count);
    if (!(error <= limit * scale)) fail_msg("%s is off by %.2e relative, limit %.0e", name, error / scale, limit);
    free(want);
    free(got);
}

struct replay {
    char path[64];
    struct vp_npz *expected, *ours;
};

static void replay_run(struct replay *r, const char *negatives) {
    const char *binary = getenv("VKPCL_BINARY"), *folder = getenv("VKPCL_GOLDEN");
    char weights[1024], inputs[1024], expected[1024], pose[64];
    struct vp_error err = {0};
    assert_non_null(folder);
    if (!binary || !*binary) skip();
    snprintf(weights, sizeof weights, "%s/step_weights.safetensors", folder);
    snprintf(inputs, sizeof inputs, "%s/step_inputs.npz", folder);
    snprintf(expected, sizeof expected, "%s/step_expected.npz", folder);
    snprintf(pose, sizeof pose, "pose.negatives=%s", negatives);
    snprintf(r->path, sizeof r->path, "golden-step-%s-%ld.npz", negatives, (long)getpid());
    const char *const arguments[] = {binary,  "replay", "--weights", weights, "--inputs",         inputs, "--out",
                                     r->path, "--set",  pose,        "--set", "model.width=0.04", NULL};
    int status = run(arguments);
    if (status != 0) fail_msg("vkpcl replay ended with status %d", status);
    r->expected = vp_npz_open(expected, &err);
    r->ours = r->expected ? vp_npz_open(r->path, &err) : NULL;
    if (!r->ours) fail_msg("%s", err.message);
}

static void replay_close(struct replay *r) {
    vp_npz_close(r->expected);
    vp_npz_close(r->ours);
    remove(r->path);
}

static void test_step(void **state) {
    (void)state;
    struct replay r;
    replay_run(&r, "own");
    int compared = 0;
    for (int i = 0; i < vp_npz_count(r.expected); i++) {
        const char *name = vp_npz_name(r.expected, i);
        if (strcmp(name, "image_stride") == 0 || strncmp(name, "pose_mixed", 10) == 0) continue;
        compare(r.expected, r.ours, name, name);
        compared++;
    }
    assert_true(compared > 200);
    replay_close(&r);
}

static void test_mixed_negatives(void **state) {
    (void)state;
    struct replay r;
    replay_run(&r, "mixed");
    compare(r.expected, r.ours, "pose_mixed.loss", "pose.loss");
    compare(r.expected, r.ours, "pose_mixed.logits", "pose.logits");
    replay_close(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_step), cmocka_unit_test(test_mixed_negatives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
