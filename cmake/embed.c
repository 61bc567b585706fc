/* Build-time tool: writes the given SPIR-V files as one C table (see include/vkpcl/shader_table.h).
 * usage: embed OUTPUT.c MODULE.spv ...   The module's name is the file name without folder and ".spv". */
#include <stdint.h>
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
    fprintf(out, "static const uint32_t module_%d[] = {", index);
    uint32_t word;
    for (int i = 0; fread(&word, sizeof word, 1, in) == 1; i++)
        fprintf(out, "%s0x%08xu,", i % 8 ? "" : "\n    ", (unsigned)word);
    fprintf(out, "\n};\n");
    fclose(in);
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: embed OUTPUT.c MODULE.spv ...\n");
        return 2;
    }
    FILE *out = fopen(argv[1], "wb");
    if (!out) {
        perror(argv[1]);
        return 1;
    }
    int count = argc - 2, failed = 0;
    char **modules = argv + 2;
    qsort(modules, (size_t)count, sizeof *modules, compare_names);
    fprintf(out, "#include \"vkpcl/shader_table.h\"\n");
    for (int i = 0; i < count; i++) failed |= embed(out, modules[i], i);
    fprintf(out, "const struct vp_shader vp_shaders[] = {\n");
    for (int i = 0; i < count; i++) {
        const char *name = base_name(modules[i]);
        int length = (int)strlen(name) - 4;
        fprintf(out, "    {\"%.*s\", module_%d, sizeof module_%d},\n", length, name, i, i);
    }
    fprintf(out, "    {0}\n};\nconst int vp_shader_count = %d;\n", count);
    return fclose(out) != 0 || failed;
}
