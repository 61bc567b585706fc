/* One option's value: text to member, member to text. */
#include "config_internal.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool read_int(const struct vp_option *option, const char *text, int *value, char problem[512]) {
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    bool good = *text && !isspace((unsigned char)*text) && *end == '\0' && errno == 0;
    if (good && (double)number >= option->min && (double)number <= option->max) {
        *value = (int)number;
        return true;
    }
    snprintf(problem, 512, "expected a whole number from %.0f to %.0f, found \"%.100s\"", option->min, option->max,
             text);
    return false;
}

static bool read_float(const struct vp_option *option, const char *text, double *value, char problem[512]) {
    char *end;
    double number = strtod(text, &end);
    bool good = *text && !isspace((unsigned char)*text) && *end == '\0' && isfinite(number);
    if (good && number >= option->min && number <= option->max) {
        *value = number;
        return true;
    }
    snprintf(problem, 512, "expected a number from %g to %g, found \"%.100s\"", option->min, option->max, text);
    return false;
}

bool vp_option_read_bool(const char *text, bool *value, char problem[512]) {
    static const char *const yes[] = {"true", "yes", "on"}, *const no[] = {"false", "no", "off"};
    for (int i = 0; i < 3; i++) {
        bool is_yes = strcasecmp(text, yes[i]) == 0;
        if (!is_yes && strcasecmp(text, no[i]) != 0) continue;
        *value = is_yes;
        return true;
    }
    snprintf(problem, 512, "expected true or false, found \"%.100s\"", text);
    return false;
}

static bool read_choice(const struct vp_option *option, const char *text, void *value, char problem[512]) {
    for (int i = 0; option->choices[i]; i++) {
        if (strcmp(text, option->choices[i]) != 0) continue;
        memcpy(value, &i, sizeof i); /* an enum's representation is that of an int (asserted below) */
        return true;
    }
    int length = snprintf(problem, 512, "expected ");
    for (int i = 0; option->choices[i]; i++)
        length += snprintf(problem + length, 512 - (size_t)length, "%s%s",
                           i == 0                   ? ""
                           : option->choices[i + 1] ? ", "
                                                    : " or ",
                           option->choices[i]);
    snprintf(problem + length, 512 - (size_t)length, ", found \"%.100s\"", text);
    return false;
}

static bool read_string(const struct vp_option *option, const char *text, char *value, char problem[512]) {
    bool plain = true;
    for (const char *c = text; *c; c++) plain = plain && !iscntrl((unsigned char)*c);
    size_t length = strlen(text);
    if (plain && length < option->bytes) {
        memset(value, 0, option->bytes);
        memcpy(value, text, length);
        return true;
    }
    snprintf(problem, 512, "expected one line of at most %zu bytes, found %zu bytes%s", option->bytes - 1, length,
             plain ? "" : " with control characters");
    return false;
}

bool vp_option_read(struct vp_config *config, const struct vp_option *option, const char *text, char problem[512]) {
    _Static_assert(sizeof(enum vp_schedule_shape) == sizeof(int), "enums are stored as ints");
    void *value = (char *)config + option->offset;
    switch (option->type) {
    case VP_OPTION_INT:
        return read_int(option, text, value, problem);
    case VP_OPTION_FLOAT:
        return read_float(option, text, value, problem);
    case VP_OPTION_BOOL:
        return vp_option_read_bool(text, value, problem);
    case VP_OPTION_STRING:
        return read_string(option, text, value, problem);
    case VP_OPTION_ENUM:
        return read_choice(option, text, value, problem);
    }
    vp_assert(0, "option %s has type %d", option->key, (int)option->type);
    return false;
}

const char *vp_config_value(const struct vp_config *config, const struct vp_option *option, char buffer[128]) {
    const void *value = (const char *)config + option->offset;
    int number = 0;
    switch (option->type) {
    case VP_OPTION_INT:
        snprintf(buffer, 128, "%d", *(const int *)value);
        break;
    case VP_OPTION_FLOAT: /* the shortest text that reads back to the same number */
        for (int digits = 1; digits <= 17; digits++) {
            snprintf(buffer, 128, "%.*g", digits, *(const double *)value);
            if (strtod(buffer, NULL) == *(const double *)value) break;
        }
        break;
    case VP_OPTION_BOOL:
        snprintf(buffer, 128, "%s", *(const bool *)value ? "true" : "false");
        break;
    case VP_OPTION_STRING:
        snprintf(buffer, 128, "%s", (const char *)value);
        break;
    case VP_OPTION_ENUM:
        memcpy(&number, value, sizeof number);
        snprintf(buffer, 128, "%s", option->choices[number]);
        break;
    }
    return buffer;
}
