/* Build-time tool: writes the given SPIR-V files as one C table (see include/vkpcl/shader_table.h).
 * Each module is described by the SPIR-V reader of src/gpu, so that a module it cannot describe stops the build.
 * usage: embed OUTPUT.c MODULE.spv ...   The module's name is the file name without folder and ".spv". */
#include "gpu/reflect.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Order of the names without ".spv", as the table is searched by: "matmul" before "matmul.am". */
static int compare_names(const void *a, const void *b) {
    const char *x = base_name(*(char *const *)a), *y = base_name(*(char *const *)b);
    size_t x_length = strlen(x) - 4, y_length = strlen(y) - 4;
    int order = strncmp(x, y, x_length < y_length ? x_length : y_length);
    return order ? order : (x_length > y_length) - (x_length < y_length);
}

static uint32_t *read_words(const char *path, size_t *count) {
    FILE *in = fopen(path, "rb");
    long bytes = -1;
    if (in && fseek(in, 0, SEEK_END) == 0) bytes = ftell(in);
    uint32_t *words = bytes > 0 ? malloc((size_t)bytes) : NULL;
    if (words) rewind(in);
    *count = words ? fread(words, sizeof *words, (size_t)bytes / sizeof *words, in) : 0;
    if (!words) perror(path);
    if (in) fclose(in);
    return words;
}

static void print_bools(FILE *out, const char *field, const bool *values) {
    fprintf(out, ".%s = {", field);
    for (int i = 0; i < VP_MAX_BINDINGS; i++) fprintf(out, "%d,", values[i]);
    fprintf(out, "}, ");
}

static void print_reflection(FILE *out, const struct vp_reflection *r, const char *name, int length) {
    fprintf(out, "    {.info = {.name = \"%.*s\", .binding_count = %d, ", length, name, r->info.binding_count);
    print_bools(out, "reads", r->info.reads);
    print_bools(out, "writes", r->info.writes);
    print_bools(out, "texel", r->info.texel);
    print_bools(out, "half", r->info.half);
    fprintf(out, ".image = {");
    for (int i = 0; i < VP_MAX_BINDINGS; i++) fprintf(out, "%d,", r->info.image[i]);
    fprintf(out, "}, .push_bytes = %uu, .local_size = {%uu, %uu, %uu}},\n", (unsigned)r->info.push_bytes,
            (unsigned)r->info.local_size[0], (unsigned)r->info.local_size[1], (unsigned)r->info.local_size[2]);
    fprintf(out, "     .capability_count = %d, .capabilities = {", r->capability_count);
    for (int i = 0; i < r->capability_count; i++) fprintf(out, "%uu, ", (unsigned)r->capabilities[i]);
    fprintf(out, "0}, .extension_count = %d, .extensions = {", r->extension_count);
    for (int i = 0; i < r->extension_count; i++) fprintf(out, "\"%s\", ", r->extensions[i]);
    fprintf(out, "0},\n     .local_default = {%uu, %uu, %uu}, .local_spec = {%d, %d, %d}}",
            (unsigned)r->local_default[0], (unsigned)r->local_default[1], (unsigned)r->local_default[2],
            r->local_spec[0], r->local_spec[1], r->local_spec[2]);
}

/* Writes the words of one module as an array and describes it in *reflection; *words stays alive for its strings. */
static int embed(FILE *out, const char *path, int index, struct vp_reflection *reflection, uint32_t **words) {
    size_t count;
    const char *why;
    *words = read_words(path, &count);
    if (!*words) return 1;
    if (!vp_reflect(*words, count, reflection, &why)) {
        fprintf(stderr, "%s: the module has %s\n", path, why);
        return 1;
    }
    fprintf(out, "static const uint32_t module_%d[] = {", index);
    for (size_t i = 0; i < count; i++) fprintf(out, "%s0x%08xu,", i % 8 ? "" : "\n    ", (unsigned)(*words)[i]);
    fprintf(out, "\n};\n");
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
    struct vp_reflection *reflections = calloc((size_t)count + 1, sizeof *reflections);
    uint32_t **words = calloc((size_t)count + 1, sizeof *words);
    if (!reflections || !words) return 1;
    fprintf(out, "#include \"vkpcl/shader_table.h\"\n");
    for (int i = 0; i < count; i++) failed |= embed(out, modules[i], i, &reflections[i], &words[i]);
    fprintf(out, "const struct vp_shader vp_shaders[] = {\n");
    for (int i = 0; i < count; i++) {
        const char *name = base_name(modules[i]);
        int length = (int)strlen(name) - 4;
        fprintf(out, "    {\"%.*s\", module_%d, sizeof module_%d,\n", length, name, i, i);
        print_reflection(out, &reflections[i], name, length);
        fprintf(out, "},\n");
        free(words[i]);
    }
    fprintf(out, "    {0}\n};\nconst int vp_shader_count = %d;\n", count);
    free(words);
    free(reflections);
    if (fclose(out) != 0) failed = 1;
    if (failed) remove(argv[1]); /* or a later build would take it for done */
    return failed;
}
