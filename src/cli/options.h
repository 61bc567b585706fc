/* Command-line flags: one table per subcommand that parses, checks and prints --help.
 *
 * `--name value`, `--name=value`, and for switches just `--name`. Flags may stand anywhere; "--" ends them. What is no
 * flag is an operand. A mistake prints one sentence and how to get help; the caller exits with 2.
 */
#ifndef VKPCL_CLI_OPTIONS_H
#define VKPCL_CLI_OPTIONS_H
#include "vkpcl/gpu.h"
#include <stddef.h>

enum vp_flag_kind {
    VP_FLAG_SWITCH, /* bool */
    VP_FLAG_TEXT,   /* const char * */
    VP_FLAG_INT,    /* int64_t */
    VP_FLAG_REAL,   /* double */
    VP_FLAG_LIST    /* struct vp_texts: may be given several times */
};

enum { VP_MAX_TEXTS = 64 };
struct vp_texts {
    const char *text[VP_MAX_TEXTS];
    int count;
};

struct vp_flag {
    const char *name;     /* without the dashes */
    const char *argument; /* what stands behind it in the help: "FILE"; NULL for switches */
    enum vp_flag_kind kind;
    size_t offset; /* in the subcommand's struct */
    const char *help;
};

struct vp_command_line {
    const char *name;            /* "pretrain" */
    const char *operands;        /* "FOLDER..." for the usage line; "" for none */
    const char *summary;         /* one sentence */
    const struct vp_flag *flags; /* ends with a NULL name */
    int min_operands, max_operands;
};

enum vp_parse { VP_PARSE_RUN, VP_PARSE_HELP_SHOWN, VP_PARSE_WRONG };
/* Fills `values` (the subcommand's struct) and the operands. Help goes to stdout, mistakes to stderr. */
enum vp_parse vp_options_parse(const struct vp_command_line *line, int argc, char **argv, void *values,
                               struct vp_texts *operands);

/* The flags every subcommand that opens a device has. Put VP_GPU_FLAGS(struct, member) into its table. */
struct vp_gpu_flags {
    const char *device, *disable;
    bool profile, validation, no_tune, verbose;
    double submission_ms;
    int64_t memory_limit; /* MiB */
};
#define VP_GPU_FLAGS(type, member)                                                                                     \
    {"device", "WHICH", VP_FLAG_TEXT, offsetof(type, member.device),                                                   \
     "device by index, part of its name, or UUID (also VKPCL_DEVICE)"},                                                \
        {"disable", "LIST", VP_FLAG_TEXT, offsetof(type, member.disable),                                              \
         "capabilities to leave unused: texel,bda,subgroup,f16,coopmat,lanes; or kernels (also VKPCL_DISABLE)"},       \
        {"profile", NULL, VP_FLAG_SWITCH, offsetof(type, member.profile), "print time per kernel at the end"},         \
        {"validation", NULL, VP_FLAG_SWITCH, offsetof(type, member.validation),                                        \
         "switch the validation layers on (also VKPCL_VALIDATION=1)"},                                                 \
        {"no-tune", NULL, VP_FLAG_SWITCH, offsetof(type, member.no_tune),                                              \
         "default kernels: time no candidates, use no stored choices"},                                                \
        {"submission-ms", "MS", VP_FLAG_REAL, offsetof(type, member.submission_ms),                                    \
         "longest piece of work handed to the driver at once (default 100)"},                                          \
        {"memory-limit", "MIB", VP_FLAG_INT, offsetof(type, member.memory_limit),                                      \
         "device memory to use at most (default: what is free)"},                                                      \
    {                                                                                                                  \
        "verbose", NULL, VP_FLAG_SWITCH, offsetof(type, member.verbose), "say more"                                    \
    }

/* Opens the device the flags ask for; on failure prints the sentence and returns NULL. */
struct vp_gpu *vp_cli_open_gpu(const struct vp_gpu_flags *flags, const struct vp_log *log, struct vp_error *err);
/* Prints the sentence of a failure; returns the exit code: 2 for a wrong request, else 1. */
int vp_cli_fail(const struct vp_error *err);
/* A number >= 0: how different two words are (insertions, deletions, exchanges); for suggestions. */
int vp_cli_distance(const char *a, const char *b);

#endif
