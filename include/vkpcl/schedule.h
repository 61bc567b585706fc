/* Learning-rate schedules: constant, or half a cosine from lr to end_lr; with an optional linear warm-up.
 *
 *   x      = progress in [0, 1): epoch / epochs, or counted in iterations with every_iteration
 *   cosine = end_lr + (lr - end_lr) * (1 + cos(pi * x)) / 2
 *   warm-up: times min(1, (iteration + 1) / warmup_iterations), iteration counted from the start of the run
 *
 * The released schedule is cosine to 0, changed once per epoch, without warm-up. Source: Loshchilov and Hutter, "SGDR:
 * stochastic gradient descent with warm restarts" (2017).
 */
#ifndef VKPCL_SCHEDULE_H
#define VKPCL_SCHEDULE_H
#include <stdbool.h>
#include <stdint.h>

enum vp_schedule_kind { VP_LR_CONSTANT, VP_LR_COSINE };

struct vp_schedule {
    enum vp_schedule_kind kind;
    double lr, end_lr;
    int64_t epochs; /* length of the run */
    int64_t iterations_per_epoch;
    int64_t warmup_iterations; /* 0: none */
    bool every_iteration;      /* cosine follows the iterations instead of the epochs */
};

/* The rate of iteration `iteration` (from 0, over the whole run; its epoch is iteration / iterations_per_epoch). Beyond
 * the end of the run the cosine stays at end_lr. */
double vp_schedule_lr(const struct vp_schedule *schedule, int64_t iteration);

#endif
