/* Cutting a program into submissions: drivers kill one that runs for seconds, and a desktop stutters long before. */
#include "gpu/program.h"

double vp_cost_estimate(enum vp_gpu_type type, double flops, double bytes) {
    /* Deliberately low: the first run must not be the one that is killed. Measured costs replace this at once. */
    static const double gflops[] = {5, 100, 100, 1000}, gbytes[] = {2, 20, 20, 100};
    const double launch_ms = 0.005;
    double compute = flops / gflops[type] * 1e-6, traffic = bytes / gbytes[type] * 1e-6;
    return launch_ms + (compute > traffic ? compute : traffic);
}

int vp_cut(const struct vp_step *steps, int count, double bound_ms, int most, int *starts) {
    int pieces = 0, in_piece = 0;
    double sum = 0;
    for (int i = 0; i < count; i++) {
        if (i == 0 || in_piece == most || sum + steps[i].cost_ms > bound_ms) {
            starts[pieces++] = i;
            in_piece = 0;
            sum = 0;
        }
        in_piece++;
        sum += steps[i].cost_ms;
    }
    return pieces;
}
