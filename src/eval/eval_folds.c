/* Who is trained on, who chooses, who judges: rows dealt out by whole groups. */
#include "eval/eval_internal.h"
#include "vkpcl/rng.h"
#include <stdlib.h>
#include <string.h>

enum role { OUT, TRAIN, VALIDATION, TEST };

static void fold_init(struct vp_fold *fold, const enum role *role, int64_t rows) {
    fold->rows = malloc((size_t)(rows + 1) * sizeof *fold->rows);
    vp_assert(fold->rows, "no host memory for %lld rows", (long long)rows);
    int64_t end[4] = {0};
    int64_t used = 0;
    for (enum role r = TRAIN; r <= TEST; r++) {
        for (int64_t i = 0; i < rows; i++)
            if (role[i] == r) fold->rows[used++] = (uint32_t)i;
        end[r] = used;
    }
    fold->train = (struct vp_rows){fold->rows, end[TRAIN]};
    fold->validation = (struct vp_rows){fold->rows + end[TRAIN], end[VALIDATION] - end[TRAIN]};
    fold->test = (struct vp_rows){fold->rows + end[VALIDATION], end[TEST] - end[VALIDATION]};
    fold->fit = (struct vp_rows){fold->rows, end[VALIDATION]};
}

static enum vp_status check_fold(const struct vp_fold *fold, const struct vp_problem *problem, struct vp_error *err) {
    if (fold->train.count >= 2 && fold->validation.count >= 1 && fold->test.count >= 1) return VP_OK;
    return vp_fail(
        err, VP_ERR_USAGE,
        "too few labelled images for %s: %lld to train on, %lld to choose by, %lld to test; more images, more "
        "identities or fewer folds are needed",
        problem->name, (long long)fold->train.count, (long long)fold->validation.count, (long long)fold->test.count);
}

static void *zeroed(int64_t count, size_t size) {
    void *memory = calloc((size_t)count + 1, size);
    vp_assert(memory, "no host memory to deal out %lld rows", (long long)count);
    return memory;
}

/* Deals groups with labelled rows into `count` parts of about equal numbers of rows; rows whose role is not `role` do
 * not count. part (groups): -1 where a group has no such row. */
static void deal(const struct vp_problem *problem, const enum role *roles, enum role role, int count, uint64_t seed,
                 int *part) {
    int groups = problem->groups;
    int64_t *size = zeroed(groups, sizeof *size), *load = zeroed(count, sizeof *load);
    uint32_t *order = zeroed(groups, sizeof *order);
    for (int64_t i = 0; i < problem->rows; i++)
        if (roles[i] == role) size[problem->group[i]]++;
    vp_rng_permutation(seed, vp_rng_stream(VP_RNG_FOLDS, 0), 0, (uint32_t)groups, order);
    for (int g = 0; g < groups; g++) {
        uint32_t group = order[g];
        int least = 0;
        for (int p = 1; p < count; p++)
            if (load[p] < load[least]) least = p;
        part[group] = size[group] ? least : -1;
        load[least] += size[group];
    }
    free(size);
    free(load);
    free(order);
}

/* How many groups have rows of both kinds. */
static int shared_groups(const struct vp_problem *problem, const enum role *role, int *test_groups) {
    bool *learnt = zeroed(problem->groups, sizeof *learnt), *tested = zeroed(problem->groups, sizeof *tested);
    for (int64_t i = 0; i < problem->rows; i++) {
        if (role[i] == TRAIN || role[i] == VALIDATION) learnt[problem->group[i]] = true;
        if (role[i] == TEST) tested[problem->group[i]] = true;
    }
    int shared = 0;
    *test_groups = 0;
    for (int g = 0; g < problem->groups; g++) shared += learnt[g] && tested[g], *test_groups += tested[g];
    free(learnt);
    free(tested);
    return shared;
}

/* The given split; without validation rows a fifth of the training groups becomes validation. */
static enum vp_status given_split(struct vp_folds *folds, const struct vp_problem *problem,
                                  const struct vp_labels *labels, enum role *role, uint64_t seed,
                                  const struct vp_log *log, struct vp_error *err) {
    bool has_validation = false;
    for (int64_t i = 0; i < problem->rows; i++) {
        enum vp_split split = labels->items[i].split;
        role[i] = !problem->present[i]           ? OUT
                  : split == VP_SPLIT_TEST       ? TEST
                  : split == VP_SPLIT_VALIDATION ? VALIDATION
                  : split == VP_SPLIT_TRAIN      ? TRAIN
                                                 : OUT;
        has_validation |= role[i] == VALIDATION;
    }
    if (!has_validation) {
        int *part = zeroed(problem->groups, sizeof *part);
        deal(problem, role, TRAIN, 5, seed, part);
        for (int64_t i = 0; i < problem->rows; i++)
            if (role[i] == TRAIN && part[problem->group[i]] == 0) role[i] = VALIDATION;
        free(part);
    }
    int test_groups, shared = labels->identities ? shared_groups(problem, role, &test_groups) : 0;
    if (shared)
        vp_log(log, VP_LOG_WARN,
               "the split of the labels is not disjoint: %d of the %d identities tested are trained on as well", shared,
               test_groups);
    folds->count = 1;
    fold_init(&folds->fold[0], role, problem->rows);
    return check_fold(&folds->fold[0], problem, err);
}

static enum vp_status dealt_folds(struct vp_folds *folds, const struct vp_problem *problem, enum role *role, int count,
                                  uint64_t seed, struct vp_error *err) {
    int *part = zeroed(problem->groups, sizeof *part);
    for (int64_t i = 0; i < problem->rows; i++) role[i] = problem->present[i] ? TRAIN : OUT;
    deal(problem, role, TRAIN, count, seed, part);
    enum vp_status status = VP_OK;
    for (int f = 0; f < count && status == VP_OK; f++) {
        for (int64_t i = 0; i < problem->rows; i++) {
            int at = problem->present[i] ? part[problem->group[i]] : -1;
            role[i] = at < 0 ? OUT : at == f ? TEST : at == (f + 1) % count ? VALIDATION : TRAIN;
        }
        fold_init(&folds->fold[f], role, problem->rows);
        folds->count = f + 1;
        status = check_fold(&folds->fold[f], problem, err);
    }
    free(part);
    return status;
}

enum vp_status vp_folds_make(struct vp_folds *folds, const struct vp_problem *problem, const struct vp_labels *labels,
                             int count, uint64_t seed, const struct vp_log *log, struct vp_error *err) {
    if (count < 3)
        return vp_fail(err, VP_ERR_USAGE, "%d fold%s: at least 3 are needed to train, choose and test", count,
                       count == 1 ? "" : "s");
    *folds = (struct vp_folds){.fold = zeroed(count, sizeof *folds->fold)};
    enum role *role = zeroed(problem->rows, sizeof *role);
    bool given = false;
    for (int i = 0; i < labels->count && !given; i++) given = labels->items[i].split == VP_SPLIT_TEST;
    enum vp_status status = given ? given_split(folds, problem, labels, role, seed, log, err)
                                  : dealt_folds(folds, problem, role, count, seed, err);
    free(role);
    if (status != VP_OK) vp_folds_fini(folds);
    return status;
}

enum vp_status vp_folds_within(struct vp_folds *folds, struct vp_problem *problem, uint64_t seed,
                               struct vp_error *err) {
    *folds = (struct vp_folds){.fold = zeroed(1, sizeof *folds->fold)};
    enum role *role = zeroed(problem->rows, sizeof *role);
    int64_t *seen = zeroed(problem->outputs, sizeof *seen), *size = zeroed(problem->outputs, sizeof *size);
    uint32_t *order = zeroed(problem->rows, sizeof *order);
    for (int64_t i = 0; i < problem->rows; i++)
        if (problem->present[i]) size[problem->label[i]]++;
    vp_rng_permutation(seed, vp_rng_stream(VP_RNG_FOLDS, 1), 0, (uint32_t)problem->rows, order);
    static const enum role turn[4] = {TRAIN, TEST, TRAIN, VALIDATION};
    for (int64_t j = 0; j < problem->rows; j++) {
        uint32_t i = order[j];
        if (!problem->present[i]) continue;
        problem->present[i] = size[problem->label[i]] >= 4;
        role[i] = problem->present[i] ? turn[seen[problem->label[i]]++ % 4] : OUT;
    }
    folds->count = 1;
    fold_init(&folds->fold[0], role, problem->rows);
    free(role);
    free(seen);
    free(size);
    free(order);
    enum vp_status status = check_fold(&folds->fold[0], problem, err);
    if (status != VP_OK) vp_folds_fini(folds);
    return status;
}

void vp_folds_fini(struct vp_folds *folds) {
    for (int i = 0; i < folds->count; i++) free(folds->fold[i].rows);
    free(folds->fold);
    *folds = (struct vp_folds){0};
}
