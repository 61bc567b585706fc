/* The op harness: calculus, then the device against the reference on every capability mask. See op_check.h. */
#include "op_check.h"
#include "gpu_for_tests.h"
#include "vkpcl/array.h"
#include "vkpcl/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One case in host memory: inputs, outputs and gradients in double, and the upstream gradients. */
struct host_case {
    const struct op_room *room;
    const struct op_case *c;
    int in_count, out_count;
    int64_t in_size[OP_MAX_INPUTS], out_size[OP_MAX_OUTPUTS];
    float *in_f32[OP_MAX_INPUTS], *dout_f32[OP_MAX_OUTPUTS];
    bool out_half[OP_MAX_OUTPUTS];
    double *in[OP_MAX_INPUTS], *out[OP_MAX_OUTPUTS], *dout[OP_MAX_OUTPUTS], *din[OP_MAX_INPUTS];
};

/* What the tape gave for one run of one case. */
struct device_result {
    float *out[OP_MAX_OUTPUTS], *din[OP_MAX_INPUTS];
};

static void *new_array(int64_t count, size_t size) {
    void *memory = calloc((size_t)count + 1, size);
    assert_non_null(memory);
    return memory;
}

static bool input_is_half(const struct op_case *c, int i) {
    return (c->half >> i & 1) != 0;
}

static void build_inputs(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in) {
    vp_tape_store_half(tape, c->half != 0);
    for (int i = 0; i < OP_MAX_INPUTS && c->in[i].name; i++)
        in[i] = vp_tape_input(tape, c->in[i].name, c->in[i].shape, input_is_half(c, i) ? VP_F16 : VP_F32,
                              c->in[i].needs_grad);
}

/* Floats as the device stores them: themselves, or halves at the start of `memory`, which has room for floats. */
static const void *stored(const float *values, int64_t count, bool half, void *memory) {
    uint16_t *halves = memory;
    for (int64_t j = 0; half && j < count; j++) halves[j] = vp_float_to_half(values[j]);
    return half ? (const void *)halves : values;
}

/* Floats from what the device stores, in place. */
static void unstore(float *values, int64_t count, bool half) {
    for (int64_t j = count - 1; half && j >= 0; j--) {
        uint16_t bits;
        memcpy(&bits, (const unsigned char *)values + 2 * j, sizeof bits);
        values[j] = vp_half_to_float(bits);
    }
}

static float rounded(float value, bool half) {
    return half ? vp_half_to_float(vp_float_to_half(value)) : value;
}

/* ---- host side ------------------------------------------------------------------------------------------------ */

static void host_init(struct host_case *h, const struct op_room *room, const struct op_case *c, struct vp_gpu *gpu) {
    *h = (struct host_case){.room = room, .c = c};
    struct vp_tape *tape = vp_tape_create(gpu, c->label);
    struct vp_tensor *in[OP_MAX_INPUTS] = {0}, *out[OP_MAX_OUTPUTS] = {0};
    build_inputs(tape, c, in);
    h->out_count = room->build(tape, c, in, out);
    for (; h->in_count < OP_MAX_INPUTS && c->in[h->in_count].name; h->in_count++) {
        int i = h->in_count;
        const struct op_input *input = &c->in[i];
        h->in_size[i] = vp_shape_count(input->shape);
        h->in_f32[i] = new_array(h->in_size[i], sizeof(float));
        h->in[i] = new_array(h->in_size[i], sizeof(double));
        for (int64_t j = 0; j < h->in_size[i]; j++) {
            float u = vp_rng_uniform(1, vp_rng_stream(VP_RNG_TEST, (uint32_t)i), (uint64_t)j);
            float value = input->values ? input->values[j] : input->low + (input->high - input->low) * u;
            h->in_f32[i][j] = rounded(value, input_is_half(c, i));
            h->in[i][j] = (double)h->in_f32[i][j];
        }
        if (input->needs_grad) h->din[i] = new_array(h->in_size[i], sizeof(double));
    }
    for (int i = 0; i < h->out_count; i++) {
        h->out_size[i] = vp_shape_count(out[i]->shape);
        h->out_half[i] = out[i]->dtype == VP_F16;
        h->out[i] = new_array(h->out_size[i], sizeof(double));
        h->dout[i] = new_array(h->out_size[i], sizeof(double));
        h->dout_f32[i] = new_array(h->out_size[i], sizeof(float));
        for (int64_t j = 0; j < h->out_size[i]; j++) {
            float u = vp_rng_uniform(2, vp_rng_stream(VP_RNG_TEST, (uint32_t)i), (uint64_t)j);
            h->dout_f32[i][j] = rounded(u * 2.0f - 1.0f, h->out_half[i]);
            h->dout[i][j] = (double)h->dout_f32[i][j];
        }
    }
    vp_tape_destroy(tape);
    room->forward(c, h->in, h->out);
    if (room->backward) room->backward(c, h->in, h->out, h->dout, h->din);
}

static void host_fini(struct host_case *h) {
    for (int i = 0; i < OP_MAX_INPUTS; i++) {
        free(h->in_f32[i]);
        free(h->in[i]);
        free(h->din[i]);
    }
    for (int i = 0; i < OP_MAX_OUTPUTS; i++) {
        free(h->out[i]);
        free(h->dout[i]);
        free(h->dout_f32[i]);
    }
}

/* <dout, out> with input i at coordinate j moved by `step`. */
static double moved_objective(struct host_case *h, int i, int64_t j, double step, double *const *out) {
    double kept = h->in[i][j], sum = 0;
    h->in[i][j] = kept + step;
    for (int o = 0; o < h->out_count; o++) memset(out[o], 0, (size_t)h->out_size[o] * sizeof(double));
    h->room->forward(h->c, h->in, out);
    h->in[i][j] = kept;
    for (int o = 0; o < h->out_count; o++)
        for (int64_t k = 0; k < h->out_size[o]; k++) sum += h->dout[o][k] * out[o][k];
    return sum;
}

/* The backward reference against central differences, at up to 6 coordinates of every input. A kink (|x|, ReLU) between
 * the two points would spoil the difference: two step sizes must agree before a coordinate counts. */
static void check_calculus(struct host_case *h) {
    if (!h->room->backward || h->c->skip_calculus) return;
    double *out[OP_MAX_OUTPUTS] = {0};
    for (int o = 0; o < h->out_count; o++) out[o] = new_array(h->out_size[o], sizeof(double));
    for (int i = 0; i < h->in_count; i++) {
        if (!h->din[i]) continue;
        int compared = 0;
        double scale = 0;
        for (int64_t j = 0; j < h->in_size[i]; j++) scale = fmax(scale, fabs(h->din[i][j]));
        for (int probe = 0; probe < 6; probe++) {
            int64_t j =
                vp_rng_below(3, vp_rng_stream(VP_RNG_TEST, (uint32_t)i), (uint64_t)probe, (uint32_t)h->in_size[i]);
            double wide = 1e-4, narrow = 2.5e-5;
            double a = (moved_objective(h, i, j, wide, out) - moved_objective(h, i, j, -wide, out)) / (2 * wide);
            double b = (moved_objective(h, i, j, narrow, out) - moved_objective(h, i, j, -narrow, out)) / (2 * narrow);
            double allowed = 1e-5 * (scale + fabs(b)) + 1e-9;
            if (fabs(a - b) > allowed) continue;
            compared++;
            if (fabs(b - h->din[i][j]) > 4 * allowed)
                fail_msg("%s / %s: calculus of %s[%lld]: difference %.9g, reference %.9g", h->room->name, h->c->label,
                         h->c->in[i].name, (long long)j, b, h->din[i][j]);
        }
        if (!compared)
            fail_msg("%s / %s: no coordinate of %s is smooth enough to check", h->room->name, h->c->label,
                     h->c->in[i].name);
    }
    for (int o = 0; o < h->out_count; o++) free(out[o]);
}

/* ---- device side ---------------------------------------------------------------------------------------------- */

/* Runs the op `copies` times on the same inputs in one tape; results of the first copy, gradients summed over all. */
static void device_run(struct vp_gpu *gpu, const struct host_case *h, int copies, struct device_result *results,
                       int runs) {
    struct vp_error err = {0};
    struct vp_tape *tape = vp_tape_create(gpu, h->c->label);
    struct vp_tensor *in[OP_MAX_INPUTS] = {0}, *out[2][OP_MAX_OUTPUTS] = {{0}};
    struct vp_range seed[2][OP_MAX_OUTPUTS] = {{{0}}};
    vp_tape_guard(tape);
    build_inputs(tape, h->c, in);
    for (int copy = 0; copy < copies; copy++) {
        h->room->build(tape, h->c, in, out[copy]);
        for (int o = 0; o < h->out_count; o++) {
            vp_tape_keep(tape, out[copy][o]);
            if (!h->room->backward || !out[copy][o]->needs_grad) continue;
            must(vp_gpu_alloc(gpu, (uint64_t)h->out_size[o] * 4, "seed", &seed[copy][o], &err), &err);
            vp_tape_seed(tape, out[copy][o], &seed[copy][o]);
        }
    }
    if (h->room->backward) {
        vp_tape_backward(tape);
        for (int i = 0; i < h->in_count; i++)
            if (h->din[i]) vp_tape_keep_grad(tape, in[i]);
    }
    struct vp_plan plan;
    struct vp_tape_memory memory;
    vp_tape_plan(tape, &plan);
    must(vp_tape_memory_init(&memory, gpu, &plan, 1, &err), &err);
    must(vp_tape_bind(tape, &memory, &err), &err);
    int64_t most = 0;
    for (int i = 0; i < h->in_count; i++) most = h->in_size[i] > most ? h->in_size[i] : most;
    for (int o = 0; o < h->out_count; o++) most = h->out_size[o] > most ? h->out_size[o] : most;
    void *packed = new_array(most, sizeof(float));
    for (int run = 0; run < runs; run++) {
        struct device_result *r = &results[run];
        must(vp_tape_poison(tape, &err), &err);
        for (int i = 0; i < h->in_count; i++) {
            const void *data = stored(h->in_f32[i], h->in_size[i], input_is_half(h->c, i), packed);
            must(vp_tensor_upload(tape, in[i], data, &err), &err);
        }
        /* Some ops finish their upstream gradient in place: it is given anew for every run. */
        for (int o = 0; o < 2 * h->out_count; o++) {
            struct vp_range range = seed[o / h->out_count][o % h->out_count];
            int k = o % h->out_count;
            if (!range.block) continue;
            range.bytes = (uint64_t)h->out_size[k] * (h->out_half[k] ? 2 : 4);
            must(vp_gpu_upload(gpu, range, stored(h->dout_f32[k], h->out_size[k], h->out_half[k], packed), &err), &err);
        }
        must(vp_tape_run(tape, &err), &err);
        for (int o = 0; o < h->out_count; o++) {
            r->out[o] = new_array(h->out_size[o], sizeof(float));
            must(vp_tensor_download(tape, out[0][o], r->out[o], &err), &err);
            unstore(r->out[o], h->out_size[o], h->out_half[o]);
        }
        for (int i = 0; i < h->in_count && h->room->backward; i++) {
            if (!h->din[i]) continue;
            r->din[i] = new_array(h->in_size[i], sizeof(float));
            must(vp_tensor_grad_download(tape, in[i], r->din[i], &err), &err);
            unstore(r->din[i], h->in_size[i], input_is_half(h->c, i));
        }
    }
    free(packed);
    int damaged = 0;
    must(vp_tape_check_guards(tape, &damaged, &err), &err);
    if (damaged) fail_msg("%s / %s: %d slots were written beyond their end", h->room->name, h->c->label, damaged);
    vp_tape_destroy(tape);
    vp_tape_memory_fini(&memory);
    for (int o = 0; o < 2 * OP_MAX_OUTPUTS; o++) {
        struct vp_range range = seed[o / OP_MAX_OUTPUTS][o % OP_MAX_OUTPUTS];
        if (range.block) vp_gpu_free(gpu, range);
    }
}

static void free_result(struct device_result *r) {
    for (int o = 0; o < OP_MAX_OUTPUTS; o++) free(r->out[o]);
    for (int i = 0; i < OP_MAX_INPUTS; i++) free(r->din[i]);
}

static void compare(const struct host_case *h, const char *mask, const char *what, const float *got, const double *want,
                    int64_t count, double factor, double tolerance) {
    double scale = 1e-30;
    for (int64_t j = 0; j < count; j++) scale = fmax(scale, fabs(want[j] * factor));
    for (int64_t j = 0; j < count; j++) {
        double error = fabs((double)got[j] - want[j] * factor);
        if (!(error <= tolerance * scale))
            fail_msg("%s / %s [disabled: %s]: %s[%lld] is %.9g, the reference says %.9g (largest %.3g, tolerance %.1g)",
                     h->room->name, h->c->label, *mask ? mask : "nothing", what, (long long)j, (double)got[j],
                     want[j] * factor, scale, tolerance);
    }
}

/* What the op launches for this case on this device, forward and backward. */
static uint64_t signature_of(struct vp_gpu *gpu, const struct op_room *room, const struct op_case *c) {
    static const struct vp_range nowhere = {0};
    struct vp_tape *tape = vp_tape_create(gpu, c->label);
    struct vp_tensor *in[OP_MAX_INPUTS] = {0}, *out[OP_MAX_OUTPUTS] = {0};
    build_inputs(tape, c, in);
    int outputs = room->build(tape, c, in, out);
    for (int o = 0; room->backward && o < outputs; o++)
        if (out[o]->needs_grad) vp_tape_seed(tape, out[o], &nowhere);
    if (room->backward) vp_tape_backward(tape);
    uint64_t signature = vp_tape_signature(tape);
    vp_tape_destroy(tape);
    return signature;
}

/* Has this case been seen with these launches under an earlier mask? Remembers them. */
static bool seen_before(uint64_t *signatures, int mask, uint64_t signature) {
    signatures[mask] = signature;
    for (int earlier = 0; earlier < mask; earlier++)
        if (signatures[earlier] == signature) return true;
    return false;
}

static void check_on_mask(struct vp_gpu *gpu, const struct host_case *h, const char *mask) {
    double tolerance = h->c->tolerance > 0 ? h->c->tolerance : h->c->half ? 1e-3 : 1e-5;
    double grad_tolerance = h->c->grad_tolerance > 0 ? h->c->grad_tolerance : h->c->half ? 2e-3 : 2e-5;
    struct device_result once[2] = {0}, twice[1] = {0};
    device_run(gpu, h, 1, once, 2);
    for (int o = 0; o < h->out_count; o++) {
        compare(h, mask, "output", once[0].out[o], h->out[o], h->out_size[o], 1, tolerance);
        if (memcmp(once[0].out[o], once[1].out[o], (size_t)h->out_size[o] * sizeof(float)) != 0)
            fail_msg("%s / %s [disabled: %s]: a second run gave other bits", h->room->name, h->c->label, mask);
    }
    if (h->room->backward) {
        device_run(gpu, h, 2, twice, 1);
        for (int i = 0; i < h->in_count; i++) {
            if (!h->din[i]) continue;
            char what[128];
            snprintf(what, sizeof what, "gradient of %s", h->c->in[i].name);
            compare(h, mask, what, once[0].din[i], h->din[i], h->in_size[i], 1, grad_tolerance);
            if (memcmp(once[0].din[i], once[1].din[i], (size_t)h->in_size[i] * sizeof(float)) != 0)
                fail_msg("%s / %s [disabled: %s]: a second run gave other gradient bits", h->room->name, h->c->label,
                         mask);
            snprintf(what, sizeof what, "accumulated gradient of %s", h->c->in[i].name);
            compare(h, mask, what, twice[0].din[i], h->din[i], h->in_size[i], 2, grad_tolerance);
        }
    }
    free_result(&once[0]);
    free_result(&once[1]);
    free_result(&twice[0]);
}

void op_check(const struct op_room *room) {
    const char *masks[VP_TEST_MASKS];
    struct vp_gpu *gpu = gpu_for_tests("");
    int mask_count = masks_for_tests(gpu, masks);
    for (int i = 0; i < room->case_count; i++) {
        struct host_case h;
        host_init(&h, room, &room->cases[i], gpu);
        check_calculus(&h);
        host_fini(&h);
    }
    vp_gpu_destroy(gpu);
    uint64_t(*signatures)[VP_TEST_MASKS] = new_array(room->case_count, sizeof *signatures);
    for (int m = 0; m < mask_count; m++) {
        gpu = gpu_for_tests(masks[m]);
        for (int i = 0; i < room->case_count; i++) {
            if (seen_before(signatures[i], m, signature_of(gpu, room, &room->cases[i]))) continue;
            struct host_case h;
            host_init(&h, room, &room->cases[i], gpu);
            check_on_mask(gpu, &h, masks[m]);
            host_fini(&h);
        }
        int messages = vp_gpu_validation_messages(gpu);
        vp_gpu_destroy(gpu);
        if (messages) fail_msg("%s [disabled: %s]: %d validation messages", room->name, masks[m], messages);
    }
    free(signatures);
}

static void run_room(void **state) {
    op_check(*state);
}

int op_check_main(const struct op_room *room) {
    struct CMUnitTest test = {.name = room->name, .test_func = run_room, .initial_state = (void *)(uintptr_t)room};
    const struct CMUnitTest tests[] = {test};
    return cmocka_run_group_tests_name(room->name, tests, NULL, NULL);
}
