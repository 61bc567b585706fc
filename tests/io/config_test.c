#include "vkpcl/config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct vp_error err;
static char messages[4096]; /* what the last parse logged */

static enum vp_status parse(struct vp_config *config, const char *text) {
    FILE *out = tmpfile();
    assert_non_null(out);
    struct vp_log log = vp_log_init(out, true);
    memset(&err, 0, sizeof err);
    enum vp_status status = vp_config_parse(config, text, strlen(text), "run.yaml", &log, &err);
    rewind(out);
    messages[fread(messages, 1, sizeof messages - 1, out)] = '\0';
    fclose(out);
    return status;
}

static void expect_refused(const char *text, const char *sentence) {
    struct vp_config config, before;
    vp_config_init(&config);
    before = config;
    assert_int_equal(parse(&config, text), VP_ERR_FORMAT);
    assert_string_equal(err.message, sentence);
    assert_null(vp_config_difference(&config, &before, NULL));
}

static void defaults_are_the_published_settings(void **state) {
    (void)state;
    struct vp_config c;
    vp_config_init(&c);
    assert_int_equal(c.data.batch, 256);
    assert_int_equal(c.data.pose_batch, 10);
    assert_int_equal(c.data.pose_negatives, 100);
    assert_int_equal(c.train.epochs, 6000);
    assert_int_equal(c.train.seed, 1234);
    assert_true(c.model.width == 1 && c.optimizer.lr == 1e-4 && c.optimizer.weight_decay == 1e-3);
    assert_true(c.loss.temperature == 0.07 && c.loss.beta == 1.6 && c.loss.noise == 0.4);
    assert_true(c.loss.decoder && c.loss.orthogonality && c.loss.face && c.loss.pose && !c.optimizer.update_unused);
    assert_int_equal(c.pose.negatives, VP_NEGATIVES_OWN);
    assert_int_equal(c.loss.weights, VP_WEIGHTS_DYNAMIC);
    assert_string_equal(c.train.name, "pcl");
    assert_int_equal(vp_config_check(&c, &err), VP_OK);
}

static void the_table_is_sound(void **state) {
    (void)state;
    int count;
    const struct vp_option *options = vp_config_options(&count);
    assert_true(count > 40);
    for (int i = 0; i < count; i++) {
        assert_ptr_equal(vp_config_option(options[i].key), &options[i]);
        assert_true(strlen(options[i].help) > 5);
        for (int k = 0; k < i; k++) { /* no two options share a byte */
            assert_true(options[k].offset + options[k].bytes <= options[i].offset ||
                        options[i].offset + options[i].bytes <= options[k].offset);
        }
    }
    assert_null(vp_config_option("data.bacth"));
}

static void flat_and_nested_keys(void **state) {
    (void)state;
    struct vp_config c;
    vp_config_init(&c);
    assert_int_equal(parse(&c, "# a comment\n"
                               "data.batch: 32\n"
                               "data: {pose_batch: 3, grey: yes}\n"
                               "optimizer:\n  lr: 3.0e-4\n  schedule: constant\n"
                               "pose.negatives: 'mixed'\n"
                               "train.name: \"two words: fine\"\n"),
                     VP_OK);
    assert_string_equal(messages, "");
    assert_int_equal(c.data.batch, 32);
    assert_int_equal(c.data.pose_batch, 3);
    assert_true(c.data.grey && c.optimizer.lr == 3e-4);
    assert_int_equal(c.optimizer.schedule, VP_SCHEDULE_CONSTANT);
    assert_int_equal(c.pose.negatives, VP_NEGATIVES_MIXED);
    assert_string_equal(c.train.name, "two words: fine");
    assert_int_equal(parse(&c, ""), VP_OK);
    assert_int_equal(parse(&c, "# nothing\n"), VP_OK);
    assert_int_equal(parse(&c, "data.batch: ~\n"), VP_OK);
    assert_int_equal(c.data.batch, 32);
}

static void wrong_values_are_refused_with_their_line(void **state) {
    (void)state;
    expect_refused("# one\ndata.batch: many\n",
                   "run.yaml:2: data.batch: expected a whole number from 2 to 65536, found \"many\"");
    expect_refused("data.batch: 1.5\n",
                   "run.yaml:1: data.batch: expected a whole number from 2 to 65536, found \"1.5\"");
    expect_refused("data.batch: 1\n", "run.yaml:1: data.batch: expected a whole number from 2 to 65536, found \"1\"");
    expect_refused(
        "train.seed: 99999999999999999999\n",
        "run.yaml:1: train.seed: expected a whole number from 0 to 2147483647, found \"99999999999999999999\"");
    expect_refused("train.epochs: 3\noptimizer.lr: fast\n",
                   "run.yaml:2: optimizer.lr: expected a number from 0 to 1, found \"fast\"");
    expect_refused("optimizer.lr: nan\n", "run.yaml:1: optimizer.lr: expected a number from 0 to 1, found \"nan\"");
    expect_refused("augment:\n  crop: 1.2\n",
                   "run.yaml:2: augment.crop: expected a number from 0.05 to 1, found \"1.2\"");
    expect_refused("loss.face: maybe\n", "run.yaml:1: loss.face: expected true or false, found \"maybe\"");
    expect_refused("data.layout: tree\n",
                   "run.yaml:1: data.layout: expected auto, folder, identity, list or packed, found \"tree\"");
    expect_refused("train.name: 0123456789012345678901234567890123456789012345678901234567890123456789\n",
                   "run.yaml:1: train.name: expected one line of at most 63 bytes, found 70 bytes");
}

static void wrong_shapes_are_refused_with_their_line(void **state) {
    (void)state;
    expect_refused("data.batch: [1, 2]\n", "run.yaml:1: data.batch: expected one value, found a list");
    expect_refused("- a\n- b\n", "run.yaml:1: expected one value, found a list");
    expect_refused("just words\n", "run.yaml:1: expected lines of \"key: value\"");
    expect_refused("a: &x 1\nb: *x\n", "run.yaml:2: references (*name) are not supported");
    expect_refused("a: {b: {c: {d: {e: {f: {g: {h: {i: 1}}}}}}}}\n", "run.yaml:1: maps are nested too deep");
    struct vp_config c;
    vp_config_init(&c);
    assert_int_equal(parse(&c, "data.batch: 3\n\tdata: {\n"), VP_ERR_FORMAT);
    assert_ptr_equal(strstr(err.message, "run.yaml:2: this is not YAML: "), err.message);
    assert_int_equal(c.data.batch, 256);
}

static void typos_get_a_suggestion_and_their_line(void **state) {
    (void)state;
    struct vp_config c;
    vp_config_init(&c);
    assert_int_equal(
        parse(&c, "data.batch: 8\ndata.pose_negative: 5\nloss:\n  temprature: 0.1\nbeta2: 0.5\nentirely.else: 1\n"),
        VP_OK);
    assert_non_null(strstr(messages, "warning: run.yaml:2: unknown key data.pose_negative is ignored; did you mean "
                                     "data.pose_negatives?\n"));
    assert_non_null(
        strstr(messages, "run.yaml:4: unknown key loss.temprature is ignored; did you mean loss.temperature?\n"));
    assert_non_null(strstr(messages, "run.yaml:5: unknown key beta2 is ignored; did you mean optimizer.beta2?\n"));
    assert_non_null(strstr(messages, "run.yaml:6: unknown key entirely.else is ignored\n"));
    assert_int_equal(c.data.batch, 8);
    assert_int_equal(c.data.pose_negatives, 100);
}

static void repeated_keys_are_noticed(void **state) {
    (void)state;
    struct vp_config c;
    vp_config_init(&c);
    assert_int_equal(parse(&c, "data.batch: 8\nbatch_size: 16\n"), VP_OK);
    assert_string_equal(messages, "warning: run.yaml:2: data.batch was set in line 1 already; this line counts\n");
    assert_int_equal(c.data.batch, 16);
}

/* The keys of the authors' files, with values of our own. */
static void the_release_loads_as_it_is(void **state) {
    (void)state;
    struct vp_config c;
    vp_config_init(&c);
    assert_int_equal(
        parse(
            &c,
            "seed: 7\nbatch_size: 24\nnum_threads: 3\nimg_size: 64\nexperiment_name: first\nepochs: 12\nlr: 2.0e-4\n"
            "wd: 5.0e-4\nT: 0.2\nneg_alpha: 1.2\nuse_dwa: False\ndwa_T: 3.0\nprint_loss : 5\nprint_img: 15\n"
            "root: ./faces\ntrain: ./list.txt\nval: ./v.txt\ntest: ./t.txt\ndataset: 'X'\ndataset_name: y\n"
            "gpu_ids: '0'\nstart_epochs: 1\npose_alpha: 1.\nwarm_up: -1\nsave_epoch: 5\ndim: 512\nlinear_dim: 6272\n"
            "checkpoint_dir: ./c\ncontinue_train: False\neval: True\neval_mode: 'exp'\neval_epochs: 3\nlog_path: ./l\n"
            "model_name: exppose\nload_model: ~\nsave_img_dir: ./s\nsave_img: False\nprint_network: False\n"
            "classes_num: 7\nlinear_lr: 1.0e-2\nt_sne: False\npose: 'all'\nlinear_eval: True\n"),
        VP_OK);
    assert_null(strstr(messages, "warning"));
    assert_non_null(strstr(messages, "without effect here: root, train, "));
    assert_non_null(strstr(messages, ", linear_eval\n"));
    assert_int_equal(c.train.seed, 7);
    assert_int_equal(c.data.batch, 24);
    assert_int_equal(c.data.workers, 3);
    assert_int_equal(c.model.size, 64);
    assert_string_equal(c.train.name, "first");
    assert_int_equal(c.train.epochs, 12);
    assert_true(c.optimizer.lr == 2e-4 && c.optimizer.weight_decay == 5e-4 && c.loss.temperature == 0.2);
    assert_true(c.loss.beta == 1.2 && c.loss.weights_temperature == 3);
    assert_int_equal(c.loss.weights, VP_WEIGHTS_FIXED);
    assert_int_equal(c.log.every, 5);
    assert_int_equal(c.sample.every, 15);
    assert_int_equal(parse(&c, "use_dwa: True\nwarm_up: 20\n"), VP_OK);
    assert_int_equal(c.loss.weights, VP_WEIGHTS_DYNAMIC);
    assert_string_equal(
        messages, "warning: run.yaml:2: warm_up: 20 of the original release has no counterpart here and is ignored\n");
    expect_refused("T: 0\n", "run.yaml:1: T: expected a number from 0.001 to 100, found \"0\"");
    expect_refused("use_dwa: 2\n", "run.yaml:1: use_dwa: expected true or false, found \"2\"");
}

static void overrides(void **state) {
    (void)state;
    struct vp_config c;
    vp_config_init(&c);
    assert_int_equal(vp_config_set(&c, "data.batch=12", &err), VP_OK);
    assert_int_equal(vp_config_set(&c, "train.name=a=b", &err), VP_OK);
    assert_int_equal(c.data.batch, 12);
    assert_string_equal(c.train.name, "a=b");
    assert_int_equal(vp_config_set(&c, "data.batsh=12", &err), VP_ERR_USAGE);
    assert_string_equal(err.message, "unknown setting data.batsh; did you mean data.batch?");
    assert_int_equal(vp_config_set(&c, "batch=12", &err), VP_ERR_USAGE);
    assert_string_equal(err.message, "unknown setting batch; did you mean data.batch?");
    assert_int_equal(vp_config_set(&c, "data.batch", &err), VP_ERR_USAGE);
    assert_string_equal(err.message, "expected key=value, found \"data.batch\"");
    assert_int_equal(vp_config_set(&c, "data.batch=", &err), VP_ERR_USAGE);
    assert_string_equal(err.message, "data.batch: expected a whole number from 2 to 65536, found \"\"");
}

static void written_settings_read_back(void **state) {
    (void)state;
    struct vp_config out, in;
    vp_config_init(&out);
    static const char *const changes[] = {"model.width=0.1",
                                          "optimizer.lr=0.0001234567890123",
                                          "pose.negatives=mixed",
                                          "loss.weights=fixed",
                                          "train.name=a \"b\" \\ # c: d",
                                          "loss.pose=false",
                                          "optimizer.eps=1e-12",
                                          "data.layout=list",
                                          "train.seed=2147483647",
                                          "augment.crop_start=0.333333333333333331"};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        assert_int_equal(vp_config_set(&out, changes[i], &err), VP_OK);
    char *text = vp_config_text(&out);
    vp_config_init(&in);
    assert_non_null(vp_config_difference(&in, &out, NULL));
    assert_int_equal(parse(&in, text), VP_OK);
    assert_string_equal(messages, "");
    assert_null(vp_config_difference(&in, &out, NULL));
    char *again = vp_config_text(&in);
    assert_string_equal(text, again);
    assert_non_null(strstr(text, "[own|mixed]"));
    free(text);
    free(again);
}

static void differences_are_listed(void **state) {
    (void)state;
    struct vp_config a, b;
    vp_config_init(&a);
    b = a;
    b.data.batch = 5;
    b.loss.noise = 0;
    const struct vp_option *o = vp_config_difference(&a, &b, NULL);
    assert_string_equal(o->key, "data.batch");
    o = vp_config_difference(&a, &b, o);
    assert_string_equal(o->key, "loss.noise");
    assert_null(vp_config_difference(&a, &b, o));
}

static void presets_load_from_anywhere(void **state) {
    (void)state;
    static const char *const names[] = {"tiny", "small", "released"};
    int count;
    assert_non_null(vp_config_presets(&count));
    assert_true(count >= 3);
    char folder[1000];
    assert_non_null(getcwd(folder, sizeof folder));
    assert_int_equal(chdir("/"), 0);
    for (size_t i = 0; i < 3; i++) {
        FILE *out = tmpfile();
        assert_non_null(out);
        struct vp_log log = vp_log_init(out, true);
        struct vp_config c;
        vp_config_init(&c);
        assert_int_equal(vp_config_load(&c, names[i], &log, &err), VP_OK);
        assert_int_equal(ftell(out), 0); /* no warning */
        fclose(out);
        assert_string_equal(c.train.name, names[i]);
        assert_int_equal(vp_config_check(&c, &err), VP_OK);
    }
    assert_int_equal(chdir(folder), 0);
    struct vp_config c;
    vp_config_init(&c);
    assert_int_equal(vp_config_load(&c, "no-such-preset", NULL, &err), VP_ERR_IO);
    assert_string_equal(err.message,
                        "cannot open no-such-preset: No such file or directory (presets: released, small, tiny)");
}

static void files_write_and_load(void **state) {
    (void)state;
    char path[] = "/tmp/vkpcl-config-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    struct vp_config out, in;
    vp_config_init(&out);
    out.data.batch = 77;
    assert_int_equal(vp_config_write(&out, path, &err), VP_OK);
    vp_config_init(&in);
    assert_int_equal(vp_config_load(&in, path, NULL, &err), VP_OK);
    assert_null(vp_config_difference(&in, &out, NULL));
    unlink(path);
}

static void senseless_combinations(void **state) {
    (void)state;
    struct vp_config c;
    vp_config_init(&c);
    c.model.size = 96;
    assert_int_equal(vp_config_check(&c, &err), VP_ERR_USAGE);
    assert_non_null(strstr(err.message, "model.size must be 64"));
    c.loss.decoder = false;
    assert_int_equal(vp_config_check(&c, &err), VP_OK);
    c.loss.face = c.loss.pose = false;
    assert_int_equal(vp_config_check(&c, &err), VP_ERR_USAGE);
    assert_non_null(strstr(err.message, "nothing would be learnt"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_the_published_settings),
        cmocka_unit_test(the_table_is_sound),
        cmocka_unit_test(flat_and_nested_keys),
        cmocka_unit_test(wrong_values_are_refused_with_their_line),
        cmocka_unit_test(wrong_shapes_are_refused_with_their_line),
        cmocka_unit_test(typos_get_a_suggestion_and_their_line),
        cmocka_unit_test(repeated_keys_are_noticed),
        cmocka_unit_test(the_release_loads_as_it_is),
        cmocka_unit_test(overrides),
        cmocka_unit_test(written_settings_read_back),
        cmocka_unit_test(differences_are_listed),
        cmocka_unit_test(presets_load_from_anywhere),
        cmocka_unit_test(files_write_and_load),
        cmocka_unit_test(senseless_combinations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
