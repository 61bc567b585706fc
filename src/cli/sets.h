/* Flags whose value is a list of known names. */
#ifndef VKPCL_CLI_SETS_H
#define VKPCL_CLI_SETS_H
#include "vkpcl/status.h"

/* The set (1u << place in `names`) of the names in a comma-separated list; VP_ERR_USAGE when one is unknown, or none is
 * there. `flag` is for the message. */
enum vp_status vp_cli_set(const char *text, const char *flag, const char *const *names, int count, unsigned *set,
                          struct vp_error *err);
/* --protocol: honest, released, a list of them, or both; NULL: honest. A set of enum vp_eval_protocol. */
enum vp_status vp_cli_protocols(const char *text, unsigned *set, struct vp_error *err);

#endif
