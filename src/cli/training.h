/* What every subcommand that trains has: the flags its configuration comes from, and an orderly end on Ctrl-C. */
#ifndef VKPCL_CLI_TRAINING_H
#define VKPCL_CLI_TRAINING_H
#include "cli/options.h"
#include "vkpcl/config.h"
#include <stdbool.h>

struct vp_training_flags {
    const char *preset, *config;
    struct vp_texts set;
    int64_t iterations, batch, seed, micro_batch;
    double width, lr, time_limit;
};
#define VP_TRAINING_FLAGS(type, member)                                                                                \
    {"preset", "NAME", VP_FLAG_TEXT, offsetof(type, member.preset), "tiny, small or released"},                        \
        {"config", "FILE", VP_FLAG_TEXT, offsetof(type, member.config), "settings as YAML, over the preset"},          \
        {"set", "KEY=VALUE", VP_FLAG_LIST, offsetof(type, member.set),                                                 \
         "one setting, over preset and file; may be given several times"},                                             \
        {"width", "W", VP_FLAG_REAL, offsetof(type, member.width), "short for --set model.width=W"},                   \
        {"batch", "N", VP_FLAG_INT, offsetof(type, member.batch), "short for --set data.batch=N"},                     \
        {"lr", "RATE", VP_FLAG_REAL, offsetof(type, member.lr), "short for --set optimizer.lr=RATE"},                  \
        {"iterations", "N", VP_FLAG_INT, offsetof(type, member.iterations), "short for --set train.iterations=N"},     \
        {"seed", "N", VP_FLAG_INT, offsetof(type, member.seed), "short for --set train.seed=N"},                       \
        {"micro-batch", "N", VP_FLAG_INT, offsetof(type, member.micro_batch), "short for --set train.micro_batch=N"},  \
    {                                                                                                                  \
        "time-limit", "SECONDS", VP_FLAG_REAL, offsetof(type, member.time_limit), "save and end a run after this time" \
    }

/* Preset, file, --set, and the short flags, in this order. `own` (NULL: none) stands in where neither preset nor file
 * is given: the config.yaml of a run that goes on. */
enum vp_status vp_training_config(const struct vp_training_flags *flags, const char *own, struct vp_config *config,
                                  const struct vp_log *log, struct vp_error *err);

/* Has a signal come (cli/stop.h)? Says in the log what happens next. */
bool vp_training_stop(const struct vp_log *log);

/* The exit status of the subcommand; one that was interrupted ends with `how` it goes on, and 130. */
int vp_training_end(enum vp_status status, const struct vp_error *err, const char *how);

#endif
