#include "vkpcl/schedule.h"
#include "vkpcl/status.h"
#include <math.h>

double vp_schedule_lr(const struct vp_schedule *schedule, int64_t iteration) {
    vp_assert(iteration >= 0 && schedule->epochs > 0 && schedule->iterations_per_epoch > 0,
              "iteration %lld of %lld epochs of %lld iterations", (long long)iteration, (long long)schedule->epochs,
              (long long)schedule->iterations_per_epoch);
    double lr = schedule->lr;
    if (schedule->kind == VP_LR_COSINE) {
        double per_epoch = (double)schedule->iterations_per_epoch, epochs = (double)schedule->epochs;
        double x = schedule->every_iteration ? (double)iteration / (per_epoch * epochs)
                                             : (double)(iteration / schedule->iterations_per_epoch) / epochs;
        if (x > 1) x = 1;
        lr = schedule->end_lr + (schedule->lr - schedule->end_lr) * 0.5 * (1 + cos(3.14159265358979323846 * x));
    }
    if (iteration < schedule->warmup_iterations) lr *= (double)(iteration + 1) / (double)schedule->warmup_iterations;
    return lr;
}
