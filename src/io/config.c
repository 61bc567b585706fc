/* Defaults, overrides, checks and writing of the configuration. */
#include "vkpcl/config.h"
#include "config_internal.h"
#include "vkpcl/file.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Generated at build time from assets/ (cmake/texts.cmake). */
extern const struct vp_preset vp_presets[];
extern const int vp_preset_count;

const struct vp_preset *vp_config_presets(int *count) {
    *count = vp_preset_count;
    return vp_presets;
}

void vp_config_init(struct vp_config *config) {
    memset(config, 0, sizeof *config);
    int count;
    const struct vp_option *options = vp_config_options(&count);
    for (int i = 0; i < count; i++) {
        char problem[512];
        bool good = vp_option_read(config, &options[i], options[i].fallback, problem);
        vp_assert(good, "the default of %s: %s", options[i].key, problem);
    }
}

enum vp_status vp_config_set(struct vp_config *config, const char *assignment, struct vp_error *err) {
    const char *equals = strchr(assignment, '=');
    char key[128];
    size_t length = equals ? (size_t)(equals - assignment) : 0;
    if (length == 0 || length >= sizeof key)
        return vp_fail(err, VP_ERR_USAGE, "expected key=value, found \"%s\"", assignment);
    memcpy(key, assignment, length);
    key[length] = '\0';
    const struct vp_option *option = vp_config_option(key);
    if (!option) {
        const char *nearest = vp_config_nearest(key);
        if (nearest) return vp_fail(err, VP_ERR_USAGE, "unknown setting %s; did you mean %s?", key, nearest);
        return vp_fail(err, VP_ERR_USAGE, "unknown setting %s", key);
    }
    char problem[512];
    if (vp_option_read(config, option, equals + 1, problem)) return VP_OK;
    return vp_fail(err, VP_ERR_USAGE, "%s: %s", key, problem);
}

enum vp_status vp_config_check(const struct vp_config *config, struct vp_error *err) {
    if (!config->loss.decoder && !config->loss.face && !config->loss.pose)
        return vp_fail(err, VP_ERR_USAGE,
                       "loss.decoder, loss.face and loss.pose are all false: nothing would be learnt");
    if (config->model.size % 16 != 0)
        return vp_fail(err, VP_ERR_USAGE, "model.size must be a multiple of 16 (four strides of 2), found %d",
                       config->model.size);
    if (config->loss.decoder && config->model.size != 64)
        return vp_fail(err, VP_ERR_USAGE,
                       "model.size must be 64 while loss.decoder is true (the decoder draws 64 x 64), found %d",
                       config->model.size);
    int exponent; /* multiplying by a power of two rounds nothing */
    if (frexp(config->optimizer.loss_scale, &exponent) != 0.5)
        return vp_fail(err, VP_ERR_USAGE, "optimizer.loss_scale must be a power of two, found %g",
                       config->optimizer.loss_scale);
    return VP_OK;
}

const struct vp_option *vp_config_difference(const struct vp_config *a, const struct vp_config *b,
                                             const struct vp_option *after) {
    int count;
    const struct vp_option *options = vp_config_options(&count);
    for (const struct vp_option *o = after ? after + 1 : options; o < options + count; o++)
        if (memcmp((const char *)a + o->offset, (const char *)b + o->offset, o->bytes) != 0) return o;
    return NULL;
}

static void write_value(FILE *out, const struct vp_config *config, const struct vp_option *option) {
    char value[128];
    vp_config_value(config, option, value);
    if (option->type != VP_OPTION_STRING) {
        fputs(value, out);
        return;
    }
    fputc('"', out);
    for (const char *c = value; *c; c++) {
        if (*c == '"' || *c == '\\') fputc('\\', out);
        fputc(*c, out);
    }
    fputc('"', out);
}

static void write_help(FILE *out, const struct vp_option *option) {
    fprintf(out, "  # %s", option->help);
    for (int i = 0; option->choices && option->choices[i]; i++)
        fprintf(out, "%s%s", i == 0 ? " [" : "|", option->choices[i]);
    fputs(option->choices ? "]\n" : "\n", out);
}

char *vp_config_text(const struct vp_config *config) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    vp_assert(out, "out of host memory for the text of a configuration");
    int count;
    const struct vp_option *options = vp_config_options(&count);
    for (int i = 0; i < count; i++) {
        size_t group = strcspn(options[i].key, ".");
        bool same = i > 0 && strncmp(options[i].key, options[i - 1].key, group + 1) == 0;
        if (i > 0 && !same) fputc('\n', out);
        fprintf(out, "%s: ", options[i].key);
        write_value(out, config, &options[i]);
        write_help(out, &options[i]);
    }
    bool failed = fclose(out) != 0;
    vp_assert(!failed && text, "out of host memory for the text of a configuration");
    return text;
}

enum vp_status vp_config_write(const struct vp_config *config, const char *path, struct vp_error *err) {
    char *text = vp_config_text(config);
    enum vp_status status = vp_file_write(path, text, strlen(text), err);
    free(text);
    return status;
}
