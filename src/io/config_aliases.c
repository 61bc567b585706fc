/* The keys of the authors' release (its configuration for pretraining and its two for linear evaluation), so that those
 * files load as they are: renamed where there is a counterpart, named as without effect where there is none.
 *
 * Also here: the key nearest to a mistyped one. */
#include "config_internal.h"
#include <string.h>

static const struct vp_config_alias aliases[] = {
    {.name = "batch_size", .key = "data.batch"},
    {.name = "num_threads", .key = "data.workers"},
    {.name = "img_size", .key = "model.size"},
    {.name = "experiment_name", .key = "train.name"},
    {.name = "epochs", .key = "train.epochs"},
    {.name = "seed", .key = "train.seed"},
    {.name = "lr", .key = "optimizer.lr"},
    {.name = "wd", .key = "optimizer.weight_decay"},
    {.name = "T", .key = "loss.temperature"},
    {.name = "neg_alpha", .key = "loss.beta"},
    {.name = "use_dwa", .key = "loss.weights", .dynamic_weights = true},
    {.name = "dwa_T", .key = "loss.weights_temperature"},
    {.name = "print_loss", .key = "log.every"},
    {.name = "print_img", .key = "sample.every"},
    /* Fixed here: other values than the neutral one ask for something this program does not do. */
    {.name = "warm_up", .neutral = "-1"}, /* epochs of the recon phase alone */
    {.name = "dim", .neutral = "512"},
    {.name = "model_name", .neutral = "exppose"},
    /* Given on the command line: data, device, output, resuming, evaluation. */
    {.name = "root"},
    {.name = "train"},
    {.name = "val"},
    {.name = "test"},
    {.name = "dataset"},
    {.name = "dataset_name"},
    {.name = "gpu_ids"},
    {.name = "checkpoint_dir"},
    {.name = "log_path"},
    {.name = "save_epoch"}, /* counts epochs; checkpoint.every counts iterations */
    {.name = "save_img"},
    {.name = "save_img_dir"},
    {.name = "load_model"},
    {.name = "continue_train"},
    {.name = "start_epochs"},
    {.name = "eval"},
    {.name = "eval_mode"},
    {.name = "eval_epochs"},
    {.name = "linear_eval"},
    {.name = "linear_dim"},
    {.name = "linear_lr"},
    {.name = "classes_num"},
    {.name = "pose"},
    {.name = "pose_alpha"}, /* read there but never used */
    {.name = "print_network"},
    {.name = "t_sne"},
};

const struct vp_config_alias *vp_config_alias(const char *name) {
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(aliases[i].name, name) == 0) return &aliases[i];
    return NULL;
}

/* Levenshtein: the fewest insertions, deletions and replacements that turn a into b. */
static int distance(const char *a, const char *b) {
    enum { LONGEST = 63 };
    int row[LONGEST + 1];
    size_t n = strlen(a), m = strlen(b);
    if (n > LONGEST || m > LONGEST) return LONGEST;
    for (size_t j = 0; j <= m; j++) row[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int replace = diagonal + (a[i - 1] != b[j - 1]), best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best < replace ? best : replace;
        }
    }
    return row[m];
}

const char *vp_config_nearest(const char *key) {
    int count, allowed = (int)strlen(key) / 3, best = allowed < 2 ? 3 : allowed + 1;
    const struct vp_option *options = vp_config_options(&count);
    const char *nearest = NULL;
    for (int i = 0; i < count; i++) {
        /* "btach" alone means data.batch as well */
        const char *last = strchr(options[i].key, '.') + 1;
        int whole = distance(key, options[i].key), part = strchr(key, '.') ? whole : distance(key, last);
        int away = whole < part ? whole : part;
        if (away < best) best = away, nearest = options[i].key;
    }
    return nearest;
}
