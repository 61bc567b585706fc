/* The benchmark: every op has a case, its counts are the ops' own, reports survive the file, and comparing finds rows.
 */
#include "gpu_for_tests.h"
#include "vkpcl/bench.h"
#include "vkpcl/file.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void small(struct vp_config *config) {
    vp_config_init(config);
    config->model.width = 1.0 / 32;
    config->model.size = 16;
    config->data.batch = 2;
    config->data.pose_batch = 2;
    config->data.pose_negatives = 3;
}

static const struct vp_bench_options quick = {.repeats = 3, .seconds = 1, .flush = 1 << 20};

/* ops.def names every op once, a line each; the cases must know them all. */
static void every_op_has_a_case(void **state) {
    (void)state;
    struct vp_error err = {0};
    unsigned char *text;
    size_t bytes;
    const char *names[64];
    int count = vp_bench_op_names(names, 64), found = 0;
    must(vp_file_read(VKPCL_OPS_DEF, &text, &bytes, &err), &err);
    for (char *line = strtok((char *)text, "\n"); line; line = strtok(NULL, "\n")) {
        if (line[0] == '#') continue;
        bool has = false;
        for (int i = 0; i < count; i++) has |= strcmp(names[i], line) == 0;
        if (!has) fail_msg("%s has no case in src/bench/cases.c", line);
        found++;
    }
    assert_true(found >= 18);
    free(text);
}

static const struct vp_bench_row *row_of(const struct vp_bench_report *report, const char *layer, const char *pass) {
    for (int i = 0; i < report->count; i++)
        if (strcmp(report->rows[i].layer, layer) == 0 && strcmp(report->rows[i].pass, pass) == 0)
            return &report->rows[i];
    fail_msg("no row %s %s", layer, pass);
    return NULL;
}

/* All cases run, backwards too, and say what they did. */
static void every_case_runs(void **state) {
    (void)state;
    struct vp_error err = {0};
    struct vp_config config;
    struct vp_bench_report report;
    small(&config);
    struct vp_gpu *gpu = gpu_for_tests(NULL);
    vp_bench_report_init(&report, gpu, &config);
    must(vp_bench_ops(gpu, &config, &quick, &report, &err), &err);
    for (int i = 0; i < report.count; i++) {
        const struct vp_bench_row *row = &report.rows[i];
        if (!(row->bytes > 0 && row->shape[0] && row->repeats >= 1 && row->wall.median > 0 &&
              row->wall.min <= row->wall.median && row->wall.median <= row->wall.max))
            fail_msg("%s %s %s: %g bytes, %d repeats, %g ms", row->op, row->layer, row->pass, row->bytes, row->repeats,
                     row->wall.median);
    }
    /* resblock1.conv1: 4 images of 4 x 4, 4 channels to 4, 3 x 3 taps: 2 * 64 * 4 * 36 operations in each pass. Devices
     * may do a little more, where channels are padded, but the op counts what the layer is. */
    static const char *const passes[] = {"fwd", "bwd data", "bwd filter"};
    for (int i = 0; i < 3; i++) assert_true(row_of(&report, "resblock1.conv1", passes[i])->flops >= 2.0 * 64 * 4 * 36);
    assert_true(row_of(&report, "resblock1.conv1", "fwd")->flops == 2.0 * 64 * 4 * 36);
    assert_int_equal(vp_gpu_validation_messages(gpu), 0);
    vp_bench_report_fini(&report);
    vp_gpu_destroy(gpu);
}

static void names_choose_and_unknown_ones_are_said(void **state) {
    (void)state;
    struct vp_error err = {0};
    struct vp_config config;
    struct vp_bench_report report;
    small(&config);
    struct vp_gpu *gpu = gpu_for_tests(NULL);
    vp_bench_report_init(&report, gpu, &config);
    static const char *const mae[] = {"mae"}, *const none[] = {"nothing like it"};
    struct vp_bench_options options = quick;
    options.names = mae, options.name_count = 1;
    must(vp_bench_ops(gpu, &config, &options, &report, &err), &err);
    assert_int_equal(report.count, 2);
    assert_string_equal(report.rows[1].pass, "bwd");
    options.names = none;
    assert_int_equal(vp_bench_ops(gpu, &config, &options, &report, &err), VP_ERR_USAGE);
    assert_non_null(strstr(err.message, "nothing like it"));
    vp_bench_report_fini(&report);
    vp_gpu_destroy(gpu);
}

static void ceilings_are_measured(void **state) {
    (void)state;
    struct vp_error err = {0};
    struct vp_config config;
    struct vp_bench_report report;
    small(&config);
    struct vp_gpu *gpu = gpu_for_tests(NULL);
    vp_bench_report_init(&report, gpu, &config);
    must(vp_bench_peak(gpu, &quick, &report, &err), &err);
    assert_true(report.gflops > 0 && report.gbytes > 0 && report.count >= 2);
    assert_int_equal(vp_gpu_validation_messages(gpu), 0);
    vp_bench_report_fini(&report);
    vp_gpu_destroy(gpu);
}

static void an_iteration_computes_losses(void **state) {
    (void)state;
    struct vp_error err = {0};
    struct vp_config config;
    struct vp_bench_step step;
    small(&config);
    config.model.size = 64; /* the decoder's only size */
    struct vp_gpu *gpu = gpu_for_tests(NULL);
    must(vp_bench_step(gpu, &config, 2, &step, &err), &err);
    assert_true(step.flops > 0 && step.launches > 100 && step.memory > 0 && step.wall.median > 0);
    assert_true(step.l1 > 0 && step.l1 < 2 && step.face > 0 && step.pose > 0 && isfinite(step.face + step.pose));
    assert_int_equal(vp_gpu_validation_messages(gpu), 0);
    vp_gpu_destroy(gpu);
}

/* A report of two rows; `factor` times as slow. */
static struct vp_bench_report made_up(double factor) {
    struct vp_bench_report report = {
        .device = "Voodoo", .driver = "3dfx 1.0", .processors = 2, .width = 0.5, .batch = 7, .gflops = 240};
    for (int i = 0; i < 2; i++) {
        struct vp_bench_row *row = vp_bench_report_add(&report);
        snprintf(row->op, sizeof row->op, "conv2d");
        snprintf(row->layer, sizeof row->layer, "layer%d \"quoted\"", i);
        snprintf(row->pass, sizeof row->pass, "bwd data");
        row->repeats = 5;
        row->flops = 1e9 + i;
        row->device = (struct vp_bench_time){factor * (1 + i) / 3, factor / 4, factor * 9};
    }
    return report;
}

static char *text_of(FILE *file) {
    static char text[8192];
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

static void reports_survive_the_file(void **state) {
    (void)state;
    struct vp_error err = {0};
    char path[] = "bench_test_XXXXXX";
    close(mkstemp(path));
    struct vp_bench_report before = made_up(2), now = made_up(1), read;
    must(vp_bench_write(&before, path, &err), &err);
    must(vp_bench_read(&read, path, &err), &err);
    assert_int_equal(read.count, 2);
    assert_memory_equal(read.rows, before.rows, 2 * sizeof *read.rows);
    assert_string_equal(read.driver, "3dfx 1.0");
    assert_true(read.width == 0.5 && read.batch == 7 && read.gflops == 240 && !read.is_cpu);

    FILE *out = tmpfile();
    assert_int_equal(vp_bench_compare(&read, &now, out), 2);
    const char *text = text_of(out);
    assert_non_null(strstr(text, "geometric mean of 2 rows: 2.000x"));
    now.rows[1].op[0] = 'k';
    out = tmpfile();
    assert_int_equal(vp_bench_compare(&read, &now, out), 1);
    fclose(out);
    vp_bench_report_fini(&before);
    vp_bench_report_fini(&now);
    vp_bench_report_fini(&read);
    unlink(path);
}

static void broken_reports_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *text, *sentence;
    } cases[] = {{"", "not JSON"},
                 {"[1]", "no benchmark report"},
                 {"{\"vkpcl_bench\": 1}", "\"device\" is missing"},
                 {"{\"vkpcl_bench\": 1, \"device\": 3}", "\"device\" is missing or of another kind"},
                 {"{\"vkpcl_bench\": 1, \"device\": \"a\", \"driver\": \"b\", \"is_cpu\": true, \"processors\": 2, "
                  "\"width\": 1, \"batch\": 1, \"gflops\": 1, \"gbytes\": 1, \"rows\": [{\"op\": \"x\"}]}",
                  "row 1: \"layer\" is missing"}};
    char path[] = "bench_test_XXXXXX";
    close(mkstemp(path));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vp_error err = {0};
        struct vp_bench_report report;
        must(vp_file_write(path, cases[i].text, strlen(cases[i].text), &err), &err);
        assert_int_equal(vp_bench_read(&report, path, &err), VP_ERR_FORMAT);
        if (!strstr(err.message, cases[i].sentence)) fail_msg("case %zu: %s", i, err.message);
    }
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_op_has_a_case),
        cmocka_unit_test(every_case_runs),
        cmocka_unit_test(names_choose_and_unknown_ones_are_said),
        cmocka_unit_test(ceilings_are_measured),
        cmocka_unit_test(an_iteration_computes_losses),
        cmocka_unit_test(reports_survive_the_file),
        cmocka_unit_test(broken_reports_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
