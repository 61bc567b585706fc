/* Every label format on a generated file, how formats are told apart, and the sentence for each kind of wrong line. */
#include "image_tree.h"
#include "vkpcl/file.h"
#include "vkpcl/labels.h"
#include "vkpcl/npz.h"
#include <math.h>
#include <matio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char root[256];

static int enter(void **state) {
    (void)state;
    tree_create(root);
    return 0;
}

static int leave(void **state) {
    (void)state;
    tree_remove(root);
    return 0;
}

static const char *below(const char *name) {
    static char paths[4][600];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(paths[turn], sizeof paths[turn], "%s%s%s", root, *name ? "/" : "", name);
    return paths[turn];
}

static struct vp_labels *read_with(const char *name, const char *format, const char *columns) {
    struct vp_labels *labels;
    struct vp_error err = {0};
    struct vp_labels_request request = {.path = below(name), .format = format, .columns = columns};
    if (vp_labels_read(&request, &labels, &err) != VP_OK) fail_msg("%s", err.message);
    return labels;
}

/* Read without being told the format, which must be recognised. */
static struct vp_labels *read_as(const char *name, const char *format) {
    struct vp_labels *labels = read_with(name, NULL, NULL);
    assert_string_equal(labels->format, format);
    return labels;
}

static void expect_refusal(const char *name, const char *format, const char *columns, enum vp_status status,
                           const char *sentence) {
    struct vp_labels *labels;
    struct vp_error err = {0};
    struct vp_labels_request request = {.path = below(name), .format = format, .columns = columns};
    assert_int_equal(vp_labels_read(&request, &labels, &err), status);
    assert_null(labels);
    if (!strstr(err.message, sentence)) fail_msg("\"%s\" lacks \"%s\"", err.message, sentence);
}

static void refuse_text(const char *name, const char *format, const char *text, const char *sentence) {
    tree_text(root, name, text);
    expect_refusal(name, format, NULL, VP_ERR_FORMAT, sentence);
}

static void expect_path(const struct vp_labels *labels, int item, const char *name) {
    assert_string_equal(labels->items[item].path, *name == '/' ? name : below(name));
}

static const char *category_of(const struct vp_labels *labels, int item) {
    int category = labels->items[item].category;
    return category < 0 ? "" : labels->category_names[category];
}

static int au_of(const struct vp_labels *labels, int item, const char *name) {
    for (int i = 0; i < labels->aus; i++)
        if (strcmp(labels->au_names[i], name) == 0) return labels->au[item * labels->aus + i];
    fail_msg("no %s", name);
    return 0;
}

static void rafdb(void **state) {
    (void)state;
    tree_text(root, "list_patition_label.txt", "train_00001.jpg 5\ntrain_00002.jpg 1\r\n\ntest_0001.jpg 7\n");
    struct vp_labels *labels = read_as("list_patition_label.txt", "rafdb");
    assert_int_equal(labels->count, 3);
    assert_int_equal(labels->categories, 7);
    expect_path(labels, 0, "train_00001_aligned.jpg");
    assert_string_equal(category_of(labels, 0), "sadness");
    assert_string_equal(category_of(labels, 1), "surprise");
    assert_string_equal(category_of(labels, 2), "neutral");
    assert_int_equal(labels->items[1].split, VP_SPLIT_TRAIN);
    assert_int_equal(labels->items[2].split, VP_SPLIT_TEST);
    assert_true(isnan(labels->items[0].yaw));
    assert_int_equal(labels->items[0].identity, VP_LABEL_MISSING);
    vp_labels_destroy(labels);
    refuse_text("raf.txt", "rafdb", "train_1.jpg 3\ntrain_2.jpg 8\n",
                "raf.txt:2: expected a label as a whole number from 1 to 7, found \"8\"");
    refuse_text("raf.txt", "rafdb", "train_1.jpg\n", "raf.txt:1: expected an image's name and a label");
}

static void fer2013(void **state) {
    (void)state;
    char *text = malloc(65536), *at = text;
    assert_non_null(text);
    at += sprintf(at, "emotion,pixels,Usage\n");
    for (int row = 0; row < 3; row++) {
        at += sprintf(at, "%d,", row * 3);
        for (int i = 0; i < 48 * 48; i++) at += sprintf(at, "%s%d", i ? " " : "", (i + row) % 256);
        at += sprintf(at, ",%s\n", row == 0 ? "Training" : row == 1 ? "PublicTest" : "PrivateTest");
    }
    tree_text(root, "fer2013.csv", text);
    struct vp_labels *labels = read_as("fer2013.csv", "fer2013");
    assert_int_equal(labels->count, 3);
    assert_int_equal(labels->height, 48);
    assert_int_equal(labels->width, 48);
    assert_null(labels->items[0].path);
    assert_string_equal(category_of(labels, 0), "anger");
    assert_string_equal(category_of(labels, 1), "happiness");
    assert_string_equal(category_of(labels, 2), "neutral");
    assert_int_equal(labels->items[1].split, VP_SPLIT_VALIDATION);
    assert_int_equal(labels->items[2].split, VP_SPLIT_TEST);
    struct vp_image image;
    assert_int_equal(vp_label_image(labels, 2, &image, NULL), VP_OK);
    assert_int_equal(image.width, 48);
    for (int i = 0; i < 48 * 48; i++)
        for (int k = 0; k < 3; k++) assert_int_equal(image.rgb[3 * i + k], (i + 2) % 256);
    vp_image_fini(&image);
    vp_labels_destroy(labels);
    free(text);
    refuse_text("fer.csv", "fer2013", "emotion,pixels,Usage\n0,1 2 300,Training\n",
                "fer.csv:2: expected 2304 pixels from 0 to 255, found \"300\" as number 3");
    refuse_text("fer.csv", "fer2013", "emotion,pixels,Usage\n9,1 2 3,Training\n", "fer.csv:2: expected an emotion");
}

static void folder_per_class(void **state) {
    (void)state;
    tree_text(root, "raf/train/sad/a.jpg", ""), tree_text(root, "raf/train/happy/b.png", "");
    tree_text(root, "raf/test/angry/c.jpg", ""), tree_text(root, "raf/test/happy/deep/d.jpg", "");
    struct vp_labels *labels = read_as("raf", "folders");
    assert_int_equal(labels->count, 4);
    assert_int_equal(labels->categories, 3);
    static const char *const sorted[] = {"angry", "happy", "sad"};
    for (int i = 0; i < 3; i++) assert_string_equal(labels->category_names[i], sorted[i]);
    expect_path(labels, 0, "raf/test/angry/c.jpg");
    assert_int_equal(labels->items[0].split, VP_SPLIT_TEST);
    assert_string_equal(category_of(labels, 1), "happy");
    assert_string_equal(category_of(labels, 3), "sad");
    assert_int_equal(labels->items[3].split, VP_SPLIT_TRAIN);
    vp_labels_destroy(labels);
    tree_text(root, "raf/lost.jpg", "");
    expect_refusal("raf", NULL, NULL, VP_ERR_FORMAT, "lost.jpg: expected a folder for each class");
}

static void plain_list(void **state) {
    (void)state;
    tree_text(root, "list.txt", "# remark\na/1.jpg 4\n/far/2.jpg\t0\n");
    struct vp_labels *labels = read_as("list.txt", "list");
    assert_int_equal(labels->categories, 5);
    expect_path(labels, 0, "a/1.jpg");
    expect_path(labels, 1, "/far/2.jpg");
    assert_string_equal(category_of(labels, 0), "4");
    vp_labels_destroy(labels);
    refuse_text("list.txt", "list", "a.jpg 1\nb.jpg x\n", "list.txt:2: expected a label as a whole number from 0 on");
}

static void disfa(void **state) {
    (void)state;
    tree_text(root, "disfa.csv", "path,AU1,AU2,AU12\ns1/1.png,0,1,0\ns1/2.png,1,,-1\n");
    struct vp_labels *labels = read_as("disfa.csv", "disfa");
    assert_int_equal(labels->count, 2);
    assert_int_equal(labels->aus, 3);
    assert_int_equal(au_of(labels, 0, "AU2"), 1);
    assert_int_equal(au_of(labels, 0, "AU12"), 0);
    assert_int_equal(au_of(labels, 1, "AU1"), 1);
    assert_int_equal(au_of(labels, 1, "AU2"), VP_LABEL_MISSING);
    assert_int_equal(au_of(labels, 1, "AU12"), VP_LABEL_MISSING);
    assert_null(labels->au_intensity);
    vp_labels_destroy(labels);
    refuse_text("disfa.csv", "disfa", "path,AU1\na.png,0\nb.png,3\n",
                "disfa.csv:3: expected AU1 as a whole number from 0 to 1, found \"3\"");
    refuse_text("disfa.csv", "disfa", "path,smile\na.png,0\n", "disfa.csv:1: expected the name of an action unit");
    refuse_text("disfa.csv", "disfa", "path,AU1\na.png\n", "disfa.csv:2: expected a path and a number for each AU");
}

static void bp4d(void **state) {
    (void)state;
    tree_text(root, "bp4d.txt", "F1/T1/01.jpg 1:-1 12:+1\nF1/T1/02.jpg 24:1 1:+1\n");
    struct vp_labels *labels = read_as("bp4d.txt", "bp4d");
    assert_int_equal(labels->count, 2);
    assert_int_equal(labels->aus, 3);
    assert_string_equal(labels->au_names[2], "AU24");
    assert_int_equal(au_of(labels, 0, "AU1"), 0);
    assert_int_equal(au_of(labels, 0, "AU12"), 1);
    assert_int_equal(au_of(labels, 0, "AU24"), VP_LABEL_MISSING);
    assert_int_equal(au_of(labels, 1, "AU1"), 1);
    vp_labels_destroy(labels);
    refuse_text("bp4d.txt", "bp4d", "a.jpg 1:+1\nb.jpg 1:+2\n", "bp4d.txt:2: expected an action unit and its sign");
}

static void npz_pose_set(void **state) {
    (void)state;
    enum { N = 5, H = 3, W = 2 };
    unsigned char pixels[N * H * W * 3];
    double pose[N * 3];
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (unsigned char)(i * 7);
    for (int i = 0; i < N * 3; i++) pose[i] = i * 10 - 70;
    struct vp_npz_writer *writer = vp_npz_writer_create(below("pose.npz"), true, NULL);
    struct vp_array image = {VP_ARRAY_U8, 4, {N, H, W, 3}, pixels}, angles = {VP_ARRAY_F64, 2, {N, 3}, pose};
    assert_int_equal(vp_npz_add(writer, "image", &image, NULL), VP_OK);
    assert_int_equal(vp_npz_add(writer, "pose", &angles, NULL), VP_OK);
    assert_int_equal(vp_npz_commit(writer, NULL), VP_OK);
    vp_npz_writer_destroy(writer);

    struct vp_labels *labels = read_as("pose.npz", "npz");
    assert_int_equal(labels->count, N);
    assert_true(labels->items[1].yaw == -40 && labels->items[1].pitch == -30 && labels->items[1].roll == -20);
    struct vp_image one;
    assert_int_equal(vp_label_image(labels, 3, &one, NULL), VP_OK);
    assert_int_equal(one.height, H);
    const unsigned char *third = pixels + 3 * H * W * 3;
    for (int i = 0; i < H * W; i++)
        for (int k = 0; k < 3; k++) assert_int_equal(one.rgb[3 * i + k], third[3 * i + 2 - k]); /* BGR */
    vp_image_fini(&one);
    vp_labels_destroy(labels);

    labels = read_with("pose.npz", NULL, "image=rgb,pose=pitch-yaw-roll");
    assert_true(labels->items[1].pitch == -40 && labels->items[1].yaw == -30);
    assert_memory_equal(labels->pixels, pixels, sizeof pixels);
    vp_labels_destroy(labels);
    expect_refusal("pose.npz", NULL, "image=grey", VP_ERR_USAGE, "\"image=grey\" is neither");

    pose[7] = NAN;
    angles.shape[0] = 4; /* five images */
    writer = vp_npz_writer_create(below("short.npz"), true, NULL);
    vp_npz_add(writer, "image", &image, NULL), vp_npz_add(writer, "pose", &angles, NULL);
    assert_int_equal(vp_npz_commit(writer, NULL), VP_OK);
    vp_npz_writer_destroy(writer);
    expect_refusal("short.npz", NULL, NULL, VP_ERR_FORMAT,
                   "short.npz: pose: expected any type (5, 3), found f64 (4, 3)");
    image.shape[0] = 4;
    writer = vp_npz_writer_create(below("nan.npz"), true, NULL);
    vp_npz_add(writer, "image", &image, NULL), vp_npz_add(writer, "pose", &angles, NULL);
    assert_int_equal(vp_npz_commit(writer, NULL), VP_OK);
    vp_npz_writer_destroy(writer);
    expect_refusal("nan.npz", NULL, NULL, VP_ERR_FORMAT, "nan.npz: pose[2]: expected three angles");
}

static void write_mat(const char *name, const char *variable, int count) {
    mat_t *file = Mat_CreateVer(below(name), NULL, MAT_FT_MAT5);
    assert_non_null(file);
    float values[7] = {0.1f, -0.5f, 0.02f, 1, 2, 3, 4};
    size_t shape[2] = {1, (size_t)count};
    matvar_t *array = Mat_VarCreate(variable, MAT_C_SINGLE, MAT_T_SINGLE, 2, shape, values, 0);
    Mat_VarWrite(file, array, MAT_COMPRESSION_NONE);
    Mat_VarFree(array);
    Mat_Close(file);
}

static void aflw2000(void **state) {
    (void)state;
    tree_text(root, "aflw/readme.txt", "");
    write_mat("aflw/image00002.mat", "Pose_Para", 7);
    write_mat("aflw/image00001.mat", "Pose_Para", 7);
    struct vp_labels *labels = read_as("aflw", "aflw2000");
    assert_int_equal(labels->count, 2);
    expect_path(labels, 0, "aflw/image00001.jpg");
    assert_true(fabs((double)labels->items[0].pitch - 5.729578) < 1e-4);
    assert_true(fabs((double)labels->items[0].yaw + 28.64789) < 1e-4);
    assert_true(fabs((double)labels->items[0].roll - 1.145916) < 1e-4);
    vp_labels_destroy(labels);
    labels = read_as("aflw/image00002.mat", "aflw2000");
    assert_int_equal(labels->count, 1);
    expect_path(labels, 0, "aflw/image00002.jpg");
    vp_labels_destroy(labels);
    write_mat("aflw/image00003.mat", "Pose", 7);
    expect_refusal("aflw", NULL, NULL, VP_ERR_FORMAT, "image00003.mat: expected a variable Pose_Para");
    write_mat("aflw/image00003.mat", "Pose_Para", 2);
    expect_refusal("aflw", NULL, NULL, VP_ERR_FORMAT, "image00003.mat: expected Pose_Para as pitch, yaw, roll");
    tree_text(root, "aflw/image00003.mat", "this is a text");
    expect_refusal("aflw", NULL, NULL, VP_ERR_FORMAT, "image00003.mat: this is not a MATLAB file");
}

static void csv_with_named_columns(void **state) {
    (void)state;
    tree_text(root, "faces.csv",
              "Image,Subject,emotion,split,pitch,yaw,roll,AU1_c,AU1_r,AU12,AU12_c,AU4,remark\n"
              "a.jpg,anna,happy,train,1.5,-2,3,1,2.5,0.5,0,,\"x, \"\"y\"\"\"\n"
              "b.jpg,ben,sad,Test,,,,0,,,1,1,\n"
              "c.jpg,anna,,,7,8,9,9,,,,0,z\n");
    struct vp_labels *labels = read_as("faces.csv", "csv");
    assert_int_equal(labels->count, 3);
    assert_int_equal(labels->identities, 2);
    assert_int_equal(labels->items[2].identity, labels->items[0].identity);
    assert_string_equal(labels->identity_names[labels->items[1].identity], "ben");
    assert_string_equal(category_of(labels, 1), "sad");
    assert_int_equal(labels->items[2].category, VP_LABEL_MISSING);
    assert_int_equal(labels->items[1].split, VP_SPLIT_TEST);
    assert_int_equal(labels->items[2].split, VP_SPLIT_NONE);
    assert_true(labels->items[0].yaw == -2 && labels->items[0].pitch == 1.5f && labels->items[0].roll == 3);
    assert_true(isnan(labels->items[1].yaw));
    assert_int_equal(labels->aus, 3);
    assert_int_equal(au_of(labels, 0, "AU1"), 1);
    assert_int_equal(au_of(labels, 2, "AU1"), VP_LABEL_MISSING);
    assert_int_equal(au_of(labels, 1, "AU12"), 1);
    assert_int_equal(au_of(labels, 0, "AU4"), VP_LABEL_MISSING);
    assert_non_null(labels->au_intensity);
    assert_true(labels->au_intensity[0] == 2.5f); /* AU1_r */
    assert_true(labels->au_intensity[1] == 0.5f); /* AU12 beside AU12_c */
    assert_true(isnan(labels->au_intensity[2]));  /* AU4 has none */
    vp_labels_destroy(labels);

    labels = read_with("faces.csv", NULL, "category=remark,path=Subject");
    expect_path(labels, 0, "anna");
    assert_string_equal(category_of(labels, 0), "x, \"y\"");
    vp_labels_destroy(labels);
    expect_refusal("faces.csv", NULL, "category=mood", VP_ERR_USAGE,
                   "has no column \"mood\"; its first ones are Image");
    expect_refusal("faces.csv", NULL, "mood=emotion", VP_ERR_USAGE, "expected NAME=COLUMN");
    refuse_text("f.csv", "csv", "path,yaw\na.jpg,1\nb.jpg,left\n", "f.csv:3: expected yaw as a number, found \"left\"");
    refuse_text("f.csv", "csv", "path,yaw\na.jpg\n", "f.csv:2: expected 2 fields as in the header, found 1");
    refuse_text("f.csv", "csv", "path,split\na.jpg,half\n", "f.csv:2: expected train, val or test");
    refuse_text("f.csv", "csv", "who,yaw\na.jpg,1\n", "f.csv:1: expected a header with a column path");
    refuse_text("f.csv", "csv", "path,yaw\n", "holds no labels");
}

static void what_fits_nothing_is_refused(void **state) {
    (void)state;
    expect_refusal("missing.csv", NULL, NULL, VP_ERR_IO, "cannot open the labels");
    tree_text(root, "prose.txt", "it was a dark and stormy night\n");
    expect_refusal("prose.txt", NULL, NULL, VP_ERR_USAGE, "fits none of the label formats csv, rafdb, fer2013");
    expect_refusal("prose.txt", "mnist", NULL, VP_ERR_USAGE, "there is no label format \"mnist\"");
    tree_text(root, "pairs.csv", "fold,same,image_a,image_b\n1,1,a.jpg,b.jpg\n");
    expect_refusal("pairs.csv", NULL, NULL, VP_ERR_USAGE, "holds pairs (format pairs), but labels are needed");
    static const char binary[] = "a.jpg 1\n\0b.jpg 2\n";
    assert_int_equal(vp_file_write(below("binary.txt"), binary, sizeof binary, NULL), VP_OK);
    expect_refusal("binary.txt", NULL, NULL, VP_ERR_FORMAT, "expected a text file, found binary data");
}

/* ---- pairs ------------------------------------------------------------------------------------------------------- */

static struct vp_pairs *pairs_as(const char *name, const char *format) {
    struct vp_pairs *pairs;
    struct vp_error err = {0};
    if (vp_pairs_read(&(struct vp_labels_request){.path = below(name)}, &pairs, &err) != VP_OK)
        fail_msg("%s", err.message);
    assert_string_equal(pairs->format, format);
    return pairs;
}

static void refuse_pairs(const char *name, const char *format, const char *text, const char *sentence) {
    struct vp_pairs *pairs;
    struct vp_error err = {0};
    tree_text(root, name, text);
    assert_int_equal(vp_pairs_read(&(struct vp_labels_request){.path = below(name), .format = format}, &pairs, &err),
                     VP_ERR_FORMAT);
    assert_null(pairs);
    if (!strstr(err.message, sentence)) fail_msg("\"%s\" lacks \"%s\"", err.message, sentence);
}

static void lfw_pairs(void **state) {
    (void)state;
    const char *text = "2\t1\nAnna_B\t1\t4\nAnna_B\t1\tCarl\t20\nCarl\t20\t3\nDora\t1\tAnna_B\t4\n";
    tree_text(root, "pairs.txt", text);
    struct vp_pairs *pairs = pairs_as("pairs.txt", "lfw");
    assert_int_equal(pairs->count, 4);
    assert_int_equal(pairs->folds, 2);
    assert_int_equal(pairs->images, 5);
    static const bool same[] = {true, false, true, false};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pairs->pairs[i].same, same[i]);
        assert_int_equal(pairs->pairs[i].fold, i / 2);
    }
    assert_string_equal(pairs->paths[pairs->pairs[0].a], below("Anna_B/Anna_B_0001.jpg"));
    assert_string_equal(pairs->paths[pairs->pairs[1].b], below("Carl/Carl_0020.jpg"));
    assert_int_equal(pairs->pairs[3].b, pairs->pairs[0].b);
    vp_pairs_destroy(pairs);
    tree_text(root, "Anna_B_0001.jpg", ""); /* all in one folder */
    tree_text(root, "one.txt", "1 1\nAnna_B 1 1\nAnna_B 1 Anna_B 1\n");
    pairs = pairs_as("one.txt", "lfw");
    assert_string_equal(pairs->paths[0], below("Anna_B_0001.jpg"));
    vp_pairs_destroy(pairs);
    refuse_pairs("p.txt", "lfw", "1\t1\nAnna\t1\t2\nBen\t1\n", "p.txt:3: expected \"name n m\"");
    refuse_pairs("p.txt", "lfw", "1\t1\nAnna\t1\tx\n", "p.txt:2: expected an image's number");
    refuse_pairs("p.txt", "lfw", "1\t1\nAnna\t1\t2\n", "expected 2 pairs as the first line says, found 1");
}

static void cplfw_pairs(void **state) {
    (void)state;
    char text[4096], *at = text;
    for (int i = 0; i < 40; i++) at += sprintf(at, "a%d.jpg b%d.jpg %d\n", i, i, i < 20 ? 1 : -1);
    tree_text(root, "cplfw.txt", text);
    struct vp_pairs *pairs = pairs_as("cplfw.txt", "cplfw");
    assert_int_equal(pairs->count, 40);
    assert_int_equal(pairs->folds, 10);
    int count[10][2] = {{0}};
    for (int i = 0; i < 40; i++) count[pairs->pairs[i].fold][pairs->pairs[i].same]++;
    for (int fold = 0; fold < 10; fold++)
        for (int same = 0; same < 2; same++) assert_int_equal(count[fold][same], 2);
    vp_pairs_destroy(pairs);
    refuse_pairs("c.txt", "cplfw", "a b 1\na b 4\n", "c.txt:2: expected a label as a whole number from -1 to 1");
}

static void csv_pairs(void **state) {
    (void)state;
    tree_text(root, "pairs.csv", "fold,same,image_a,image_b\n1,1,a.jpg,b.jpg\n3,0,a.jpg,/far/c.jpg\n");
    struct vp_pairs *pairs = pairs_as("pairs.csv", "pairs");
    assert_int_equal(pairs->folds, 3);
    assert_int_equal(pairs->pairs[0].fold, 0);
    assert_int_equal(pairs->pairs[1].fold, 2);
    assert_string_equal(pairs->paths[pairs->pairs[1].b], "/far/c.jpg");
    vp_pairs_destroy(pairs);
    refuse_pairs("p.csv", "pairs", "fold,same,image_a,image_b\n1,2,a,b\n", "p.csv:2: expected same as a whole number");
    refuse_pairs("p.csv", "pairs", "fold,image_a,image_b\n1,a,b\n",
                 "p.csv:1: expected a header fold,same,image_a,image_b");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rafdb, enter, leave),
        cmocka_unit_test_setup_teardown(fer2013, enter, leave),
        cmocka_unit_test_setup_teardown(folder_per_class, enter, leave),
        cmocka_unit_test_setup_teardown(plain_list, enter, leave),
        cmocka_unit_test_setup_teardown(disfa, enter, leave),
        cmocka_unit_test_setup_teardown(bp4d, enter, leave),
        cmocka_unit_test_setup_teardown(npz_pose_set, enter, leave),
        cmocka_unit_test_setup_teardown(aflw2000, enter, leave),
        cmocka_unit_test_setup_teardown(csv_with_named_columns, enter, leave),
        cmocka_unit_test_setup_teardown(what_fits_nothing_is_refused, enter, leave),
        cmocka_unit_test_setup_teardown(lfw_pairs, enter, leave),
        cmocka_unit_test_setup_teardown(cplfw_pairs, enter, leave),
        cmocka_unit_test_setup_teardown(csv_pairs, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
