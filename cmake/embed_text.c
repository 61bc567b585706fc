/* Build-time tool: writes text files as a table NAMEs of struct NAME {name, text, bytes} and its length NAME_count, for
 * example vp_presets of struct vp_preset in include/vkpcl/config.h.
 * usage: embed_text OUTPUT.c HEADER NAME FILE ...   An entry's name is the file name without folder and suffix. */
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
    if (argc < 5) {
        fprintf(stderr, "usage: embed_text OUTPUT.c HEADER NAME FILE ...\n");
        return 2;
    }
    FILE *out = fopen(argv[1], "wb");
    if (!out) {
        perror(argv[1]);
        return 1;
    }
    const char *header = argv[2], *type = argv[3];
    int count = argc - 4, failed = 0;
    char **files = argv + 4;
    qsort(files, (size_t)count, sizeof *files, compare_names);
    fprintf(out, "#include \"%s\"\nextern const struct %s %ss[];\nextern const int %s_count;\n", header, type, type,
            type);
    for (int i = 0; i < count; i++) failed |= embed(out, files[i], i);
    fprintf(out, "const struct %s %ss[] = {\n", type, type);
    for (int i = 0; i < count; i++) {
        const char *name = base_name(files[i]);
        fprintf(out, "    {\"%.*s\", (const char *)text_%d, sizeof text_%d - 1},\n", (int)strcspn(name, "."), name, i,
                i);
    }
    fprintf(out, "};\nconst int %s_count = %d;\n", type, count);
    return fclose(out) != 0 || failed;
}
