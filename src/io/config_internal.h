/* Between the files of the configuration reader. */
#ifndef VKPCL_CONFIG_INTERNAL_H
#define VKPCL_CONFIG_INTERNAL_H
#include "vkpcl/config.h"

/* Reads `text` into the option's member of *config. On failure nothing changes and `problem` says what was expected and
 * found: "expected a whole number from 1 to 65536, found \"many\"". */
bool vp_option_read(struct vp_config *config, const struct vp_option *option, const char *text, char problem[512]);

/* true/yes/on or false/no/off, in any case. */
bool vp_option_read_bool(const char *text, bool *value, char problem[512]);

/* What a key of the authors' release means here. */
struct vp_config_alias {
    const char *name;     /* their key */
    const char *key;      /* ours, or NULL: it has no counterpart */
    const char *neutral;  /* without a counterpart: the value that changes nothing; NULL: none does any harm */
    bool dynamic_weights; /* their boolean is our loss.weights dynamic|fixed */
};
const struct vp_config_alias *vp_config_alias(const char *name); /* NULL: not one of theirs */

/* The known key nearest to `key`, or NULL when nothing is near enough to be a slip of the finger. */
const char *vp_config_nearest(const char *key);

#endif
