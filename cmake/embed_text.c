/* Build-time tool: writes text files as the table of presets (struct vp_preset in include/vkpcl/config.h).
 * usage: embed_text OUTPUT.c FILE.yaml ...   A preset's name is the file name without folder and suffix. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(base_name(*(char *const *)a), base_name(*(char *const *)b));
}

static int embed(FILE *out, const char *path, int index) {
    FILE *in = fopen(path, "rb");
    if (!in) {
        perror(path);
        return 1;
    }
    fprintf(out, "static const unsigned char text_%d[] = {", index); /* numbers: a string literal may be too long */
    int byte, i = 0;
    for (; (byte = fgetc(in)) != EOF; i++) fprintf(out, "%s%d,", i % 24 ? "" : "\n    ", byte);
    fprintf(out, "%s0};\n", i % 24 ? "" : "\n    ");
    fclose(in);
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: embed_text OUTPUT.c FILE.yaml ...\n");
        return 2;
    }
    FILE *out = fopen(argv[1], "wb");
    if (!out) {
        perror(argv[1]);
        return 1;
    }
    int count = argc - 2, failed = 0;
    char **files = argv + 2;
    qsort(files, (size_t)count, sizeof *files, compare_names);
    fprintf(out, "#include \"vkpcl/config.h\"\nextern const struct vp_preset vp_presets[];\nextern const int "
                 "vp_preset_count;\n");
    for (int i = 0; i < count; i++) failed |= embed(out, files[i], i);
    fprintf(out, "const struct vp_preset vp_presets[] = {\n");
    for (int i = 0; i < count; i++) {
        const char *name = base_name(files[i]);
        fprintf(out, "    {\"%.*s\", (const char *)text_%d, sizeof text_%d - 1},\n", (int)strcspn(name, "."), name, i,
                i);
    }
    fprintf(out, "};\nconst int vp_preset_count = %d;\n", count);
    return fclose(out) != 0 || failed;
}
