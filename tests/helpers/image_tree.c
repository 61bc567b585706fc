#define _XOPEN_SOURCE 700 /* nftw */
#include "image_tree.h"
#include "vkpcl/file.h"
#include "vkpcl/image.h"
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void tree_create(char *buffer) {
    const char *root = getenv("TMPDIR");
    snprintf(buffer, 256, "%s/vkpcl-tree-XXXXXX", root && *root ? root : "/tmp");
    assert_non_null(mkdtemp(buffer));
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
    (void)info, (void)kind, (void)place;
    return remove(path);
}

void tree_remove(const char *root) {
    nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void prepare(char path[1024], const char *root, const char *name) {
    snprintf(path, 1024, "%s/%s", root, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    assert_int_equal(vp_make_folder(path, NULL), VP_OK);
    *slash = '/';
}

void tree_image(const char *root, const char *name, int width, int height, int shade) {
    char path[1024];
    prepare(path, root, name);
    struct vp_image image = {.width = width, .height = height, .rgb = malloc((size_t)(width * height * 3))};
    assert_non_null(image.rgb);
    for (int i = 0; i < width * height; i++) {
        image.rgb[3 * i] = (unsigned char)(shade * 37 + i);
        image.rgb[3 * i + 1] = (unsigned char)(shade * 11 + i / width);
        image.rgb[3 * i + 2] = (unsigned char)(i % 7 * 30);
    }
    assert_int_equal(vp_image_write_png(path, &image, NULL), VP_OK);
    vp_image_fini(&image);
}

void tree_text(const char *root, const char *name, const char *text) {
    char path[1024];
    prepare(path, root, name);
    assert_int_equal(vp_file_write(path, text, strlen(text), NULL), VP_OK);
}
