/* How much device memory a run takes, known before any is taken, and the micro-batches that make it fit.
 *
 * Planning costs no device memory, so the phases are built and planned for several micro-batches and the best one that
 * fits stays. Smaller pieces need less at a time and leave room for more activations to be kept, which saves encoding
 * twice; but they mean more and smaller launches. A launch counts as LAUNCH_FLOPS: 5 us on a GPU of 4 TFLOP/s.
 */
#include "train/run.h"
#include <math.h>
#include <string.h>

#define LAUNCH_FLOPS 20e6
#define MIB          1048576.0
enum { MOST_PIECES = 32, MOST_ROUNDS = 8 };

/* All phases for one micro-batch. */
struct attempt {
    int64_t micro_batch;
    struct vp_phase *phase[VP_PHASES];
    struct vp_memory_need need;
    double score;
};

uint64_t vp_memory_total(const struct vp_memory_need *need) {
    return need->parameters + need->activations + need->inputs + need->monitor;
}

static void drop(struct attempt *attempt) {
    for (int i = 0; i < VP_PHASES; i++) vp_phase_destroy(attempt->phase[i]);
    memset(attempt->phase, 0, sizeof attempt->phase);
}

static struct vp_phase *build(struct vp_run *run, enum vp_phase_kind kind, int64_t micro_batch, int kept) {
    struct vp_phase_settings settings = run->shared.settings;
    settings.micro_batch = micro_batch;
    settings.kept_pieces = kept;
    return vp_phase_create(kind, &run->shared, &settings);
}

/* The phase that keeps as many pieces as fit `bytes` of transient memory; one that keeps none may exceed them. */
static struct vp_phase *build_to_fit(struct vp_run *run, enum vp_phase_kind kind, int64_t micro_batch, uint64_t bytes) {
    struct vp_phase *phase = build(run, kind, micro_batch, MOST_PIECES);
    if (phase->pieces == 1 || phase->plan.transient_bytes <= bytes) return phase;
    int fits = 0, exceeds = phase->pieces; /* how many may be kept, how many not */
    vp_phase_destroy(phase);
    phase = build(run, kind, micro_batch, 0);
    while (phase->plan.transient_bytes <= bytes && exceeds - fits > 1) {
        int middle = (fits + exceeds) / 2;
        struct vp_phase *more = build(run, kind, micro_batch, middle);
        bool take = more->plan.transient_bytes <= bytes;
        vp_phase_destroy(take ? phase : more);
        if (take) phase = more;
        *(take ? &fits : &exceeds) = middle;
    }
    return phase;
}

static void sum_up(struct vp_run *run, struct attempt *attempt) {
    struct vp_plan plans[VP_PHASES] = {{0}};
    attempt->need = (struct vp_memory_need){.parameters = vp_params_bytes(run->params, true),
                                            .inputs = vp_phase_shared_bytes(&run->shared),
                                            .monitor = run->need.monitor};
    attempt->score = 0;
    for (int i = 0; i < VP_PHASES; i++) {
        const struct vp_phase *phase = attempt->phase[i];
        if (!phase) continue;
        plans[i] = phase->plan;
        attempt->need.inputs += vp_phase_bytes(phase);
        attempt->score += phase->plan.flops + LAUNCH_FLOPS * phase->plan.launches;
    }
    attempt->need.activations = vp_tape_memory_bytes(plans, VP_PHASES);
}

/* Builds all phases, each alone within `bytes` of transient memory; false: one cannot be. */
static bool build_all(struct vp_run *run, const bool wanted[VP_PHASES], uint64_t bytes, struct attempt *attempt) {
    bool fits = true;
    for (enum vp_phase_kind kind = 0; kind < VP_PHASES; kind++) {
        if (!wanted[kind]) continue;
        attempt->phase[kind] = build_to_fit(run, kind, attempt->micro_batch, bytes);
        fits &= attempt->phase[kind]->plan.transient_bytes <= bytes;
    }
    sum_up(run, attempt);
    return fits;
}

/* Builds the phases so that all together need at most `have` bytes; false: impossible with this micro-batch, and the
 * attempt then says what it needs at least. The phases share their transient memory, in allocations of limited size:
 * what they need together is known only when all are planned, hence the rounds. */
static bool fit(struct vp_run *run, const bool wanted[VP_PHASES], int64_t micro_batch, uint64_t have,
                struct attempt *attempt) {
    uint64_t transient = have;
    *attempt = (struct attempt){.micro_batch = micro_batch};
    for (int round = 0; round < MOST_ROUNDS; round++) {
        bool possible = build_all(run, wanted, transient, attempt);
        uint64_t total = vp_memory_total(&attempt->need), used = attempt->need.activations;
        if (total <= have) return true;
        drop(attempt);
        if (!possible) break;
        if (used < transient) transient = used;
        transient = total - have < transient ? transient - (total - have) : 0;
    }
    build_all(run, wanted, 0, attempt);
    return vp_memory_total(&attempt->need) <= have;
}

/* Rows of the largest call of a network. */
static int64_t largest_call(const struct vp_config *config) {
    int64_t decodes = 4 * (int64_t)config->data.batch;
    int64_t pose = (int64_t)config->data.pose_batch * (2 + config->data.pose_negatives);
    return pose > decodes ? pose : decodes;
}

static bool better(const struct attempt *attempt, const struct attempt *best) {
    return !best->micro_batch || attempt->score < best->score;
}

/* From the largest micro-batch down: the first ones exceed the memory, then the score falls, then it rises. */
static bool choose(struct vp_run *run, const bool wanted[VP_PHASES], uint64_t have, struct attempt *best,
                   struct attempt *least) {
    int64_t all = largest_call(run->config);
    *best = *least = (struct attempt){0};
    if (fit(run, wanted, 0, have, best)) return true;
    *least = *best;
    drop(best);
    *best = (struct attempt){0};
    for (int64_t m = (all + 1) / 2; m * MOST_PIECES >= all; m = m > 1 ? (m + 1) / 2 : 0) {
        struct attempt attempt;
        bool fits = fit(run, wanted, m, have, &attempt);
        bool take = fits && better(&attempt, best);
        if (!fits && vp_memory_total(&attempt.need) < vp_memory_total(&least->need)) *least = attempt;
        if (take) {
            drop(best);
            *best = attempt;
        } else {
            drop(&attempt);
            if (best->micro_batch) break;
        }
    }
    return best->micro_batch > 0;
}

static enum vp_status too_little(const struct vp_run *run, const struct attempt *least, uint64_t have, bool chosen,
                                 struct vp_error *err) {
    const struct vp_config *config = run->config;
    char with[96] = "";
    if (least->micro_batch)
        snprintf(with, sizeof with, ", with %lld images at once (train.micro_batch)", (long long)least->micro_batch);
    return vp_fail(err, VP_ERR_OUT_OF_MEMORY,
                   "training needs at least %.0f MiB of device memory%s, %.0f MiB may be used: use %sa smaller "
                   "data.batch (now %d) or model.width (now %g), a larger --memory-limit, or another device",
                   ceil((double)vp_memory_total(&least->need) / MIB), with, (double)have / MIB,
                   chosen ? "" : "train.micro_batch 0 or ", config->data.batch, config->model.width);
}

static void report(struct vp_run *run, uint64_t have, double flops_at_once) {
    const struct vp_memory_need *need = &run->need;
    char pieces[160] = "", monitor[48] = "";
    int all = 0, kept = 0;
    double flops = 0;
    for (int i = 0; i < VP_PHASES; i++) {
        if (!run->phase[i]) continue;
        all += run->phase[i]->pieces;
        kept += run->phase[i]->kept_pieces;
        flops += run->phase[i]->plan.flops;
    }
    if (run->micro_batch)
        snprintf(pieces, sizeof pieces,
                 "; %lld images at once, %d of %d pieces keep their activations: %.1f %% more arithmetic",
                 (long long)run->micro_batch, kept, all, 100 * (flops / flops_at_once - 1));
    if (need->monitor) snprintf(monitor, sizeof monitor, ", monitor %.0f", (double)need->monitor / MIB);
    vp_log(run->request->log, VP_LOG_INFO,
           "memory: %.0f MiB needed: parameters with gradients and moments %.0f, activations %.0f, inputs and results "
           "%.0f%s; %.0f MiB free%s",
           (double)vp_memory_total(need) / MIB, (double)need->parameters / MIB, (double)need->activations / MIB,
           (double)need->inputs / MIB, monitor, (double)have / MIB, pieces);
}

enum vp_status vp_run_build_phases(struct vp_run *run, const bool wanted[VP_PHASES], int64_t micro_batch,
                                   struct vp_error *err) {
    int64_t all = largest_call(run->config);
    if (micro_batch > 0 && micro_batch * MOST_PIECES < all)
        return vp_fail(err, VP_ERR_USAGE,
                       "train.micro_batch %lld would cut %lld images into more than %d pieces: use %lld or more",
                       (long long)micro_batch, (long long)all, MOST_PIECES,
                       (long long)((all + MOST_PIECES - 1) / MOST_PIECES));
    uint64_t have = vp_gpu_memory_free(run->gpu);
    run->need.monitor = vp_monitor_memory(run);
    struct attempt best, least;
    bool fits;
    if (micro_batch == VP_MICRO_BATCH_CHOOSE) {
        fits = choose(run, wanted, have, &best, &least);
    } else {
        fits = fit(run, wanted, micro_batch < all ? micro_batch : 0, have, &best);
        least = best;
    }
    if (!fits) {
        enum vp_status status = too_little(run, &least, have, micro_batch == VP_MICRO_BATCH_CHOOSE, err);
        drop(&best);
        return status;
    }
    double flops_at_once = 0;
    for (enum vp_phase_kind kind = 0; kind < VP_PHASES; kind++) {
        if (!wanted[kind]) continue;
        struct vp_phase *at_once = build(run, kind, 0, 0);
        flops_at_once += at_once->plan.flops;
        vp_phase_destroy(at_once);
    }
    memcpy(run->phase, best.phase, sizeof run->phase);
    run->micro_batch = best.micro_batch;
    run->need = best.need;
    vp_report_model(run);
    report(run, have, flops_at_once);
    return VP_OK;
}
