/* Parsing flags, and the help that comes from the same table. */
#include "cli/options.h"
#include "vkpcl/status.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_help(const struct vp_command_line *line) {
    printf("usage: vkpcl %s [flags]%s%s\n\n%s\n\n", line->name, *line->operands ? " " : "", line->operands,
           line->summary);
    for (const struct vp_flag *flag = line->flags; flag->name; flag++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", flag->name, flag->argument ? " " : "",
                 flag->argument ? flag->argument : "");
        printf("  %-26s %s\n", left, flag->help);
    }
    printf("  %-26s %s\n", "--help", "this text");
}

static enum vp_parse wrong(const struct vp_command_line *line, const char *format, const char *a, const char *b) {
    fprintf(stderr, "vkpcl %s: ", line->name);
    fprintf(stderr, format, a, b);
    fprintf(stderr, " (vkpcl %s --help shows all flags)\n", line->name);
    return VP_PARSE_WRONG;
}

int vp_cli_distance(const char *a, const char *b) {
    enum { LONGEST = 63 };
    int row[LONGEST + 1], n = (int)strlen(b);
    if (n > LONGEST) return LONGEST;
    for (int j = 0; j <= n; j++) row[j] = j;
    for (int i = 1; a[i - 1]; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= n; j++) {
            int exchange = diagonal + (a[i - 1] != b[j - 1]), remove = row[j] + 1, insert = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = exchange < remove ? exchange : remove;
            if (insert < row[j]) row[j] = insert;
        }
    }
    return row[n];
}

static enum vp_parse unknown(const struct vp_command_line *line, const char *name) {
    const struct vp_flag *nearest = NULL;
    int best = 4;
    for (const struct vp_flag *flag = line->flags; flag->name; flag++) {
        int distance = vp_cli_distance(name, flag->name);
        if (distance < best) {
            best = distance;
            nearest = flag;
        }
    }
    if (nearest) return wrong(line, "there is no flag --%s; did you mean --%s?", name, nearest->name);
    return wrong(line, "there is no flag --%s%s", name, "");
}

static enum vp_parse store(const struct vp_command_line *line, const struct vp_flag *flag, const char *text,
                           void *values) {
    char *place = (char *)values + flag->offset, *end = NULL;
    errno = 0;
    switch (flag->kind) {
    case VP_FLAG_SWITCH:
        *(bool *)(void *)place = true;
        return VP_PARSE_RUN;
    case VP_FLAG_TEXT:
        *(const char **)(void *)place = text;
        return VP_PARSE_RUN;
    case VP_FLAG_INT:
        *(int64_t *)(void *)place = strtoll(text, &end, 10);
        if (end == text || *end || errno) return wrong(line, "--%s wants a whole number, not \"%s\"", flag->name, text);
        return VP_PARSE_RUN;
    case VP_FLAG_REAL:
        *(double *)(void *)place = strtod(text, &end);
        if (end == text || *end || errno) return wrong(line, "--%s wants a number, not \"%s\"", flag->name, text);
        return VP_PARSE_RUN;
    case VP_FLAG_LIST: {
        struct vp_texts *texts = (struct vp_texts *)(void *)place;
        if (texts->count == VP_MAX_TEXTS) return wrong(line, "--%s is given too often (%s)", flag->name, text);
        texts->text[texts->count++] = text;
        return VP_PARSE_RUN;
    }
    }
    return VP_PARSE_WRONG;
}

static enum vp_parse parse_flag(const struct vp_command_line *line, int argc, char **argv, int *i, void *values) {
    const char *name = argv[*i] + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    for (const struct vp_flag *flag = line->flags; flag->name; flag++) {
        if (strlen(flag->name) != length || strncmp(flag->name, name, length) != 0) continue;
        if (flag->kind == VP_FLAG_SWITCH) {
            if (equals) return wrong(line, "--%s is a switch and takes no value (\"%s\")", flag->name, equals + 1);
            return store(line, flag, NULL, values);
        }
        if (!equals && *i + 1 >= argc) return wrong(line, "--%s wants %s behind it", flag->name, flag->argument);
        return store(line, flag, equals ? equals + 1 : argv[++*i], values);
    }
    char copy[64];
    snprintf(copy, sizeof copy, "%.*s", (int)length, name);
    return unknown(line, copy);
}

enum vp_parse vp_options_parse(const struct vp_command_line *line, int argc, char **argv, void *values,
                               struct vp_texts *operands) {
    bool flags_end = false;
    for (int i = 0; i < argc; i++) {
        if (!flags_end && strcmp(argv[i], "--") == 0) {
            flags_end = true;
            continue;
        }
        if (!flags_end && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
            print_help(line);
            return VP_PARSE_HELP_SHOWN;
        }
        if (!flags_end && strncmp(argv[i], "--", 2) == 0) {
            if (parse_flag(line, argc, argv, &i, values) != VP_PARSE_RUN) return VP_PARSE_WRONG;
            continue;
        }
        if (!flags_end && argv[i][0] == '-' && argv[i][1])
            return wrong(line, "there is no flag %s; flags begin with two dashes%s", argv[i], "");
        if (operands->count >= line->max_operands || operands->count == VP_MAX_TEXTS)
            return wrong(line, "\"%s\" is one operand too many%s", argv[i], "");
        operands->text[operands->count++] = argv[i];
    }
    if (operands->count < line->min_operands) return wrong(line, "%s is missing%s", line->operands, "");
    return VP_PARSE_RUN;
}

struct vp_gpu *vp_cli_open_gpu(const struct vp_gpu_flags *flags, const struct vp_log *log, struct vp_error *err) {
    return vp_gpu_create(&(struct vp_gpu_options){.device = flags->device,
                                                  .disable = flags->disable,
                                                  .submission_ms = flags->submission_ms,
                                                  .memory_limit = (uint64_t)flags->memory_limit << 20,
                                                  .validation = flags->validation,
                                                  .profile = flags->profile,
                                                  .untuned = flags->no_tune,
                                                  .log = log},
                         err);
}

int vp_cli_fail(const struct vp_error *err) {
    fprintf(stderr, "vkpcl: %s\n", err->message);
    return err->status == VP_ERR_USAGE ? 2 : 1;
}
