#include "cli/sets.h"
#include "vkpcl/eval.h"
#include <stdio.h>
#include <string.h>

static enum vp_status fail_unknown(const char *flag, const char *text, size_t length, const char *const *names,
                                   int count, struct vp_error *err) {
    char known[256] = "";
    size_t used = 0;
    for (int i = 0; i < count && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", names[i]);
    return vp_fail(err, VP_ERR_USAGE, "--%s does not know \"%.*s\": it takes %s", flag, (int)length, text, known);
}

enum vp_status vp_cli_set(const char *text, const char *flag, const char *const *names, int count, unsigned *set,
                          struct vp_error *err) {
    *set = 0;
    while (*text) {
        size_t length = strcspn(text, ",");
        int found = -1;
        for (int i = 0; i < count; i++)
            if (strlen(names[i]) == length && strncmp(text, names[i], length) == 0) found = i;
        if (found < 0) return fail_unknown(flag, text, length, names, count, err);
        *set |= 1u << found;
        text += length + (text[length] == ',');
    }
    return *set ? VP_OK : vp_fail(err, VP_ERR_USAGE, "--%s is empty", flag);
}

enum vp_status vp_cli_protocols(const char *text, unsigned *set, struct vp_error *err) {
    static const char *const names[] = {"honest", "released", "both"};
    enum { BOTH = 1u << VP_PROTOCOLS };
    enum vp_status status = vp_cli_set(text ? text : names[VP_PROTOCOL_HONEST], "protocol", names, 3, set, err);
    if (*set & BOTH) *set = BOTH - 1;
    return status;
}
