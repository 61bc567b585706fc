#include "eval/metrics_sorted.h"
#include "vkpcl/metrics.h"
#include <math.h>
#include <stdlib.h>

double vp_f1_at(int64_t count, const double *score, const bool *positive, double threshold) {
    int64_t hits = 0, decided = 0, positives = 0;
    for (int64_t i = 0; i < count; i++) {
        bool yes = score[i] >= threshold;
        hits += yes && positive[i];
        decided += yes;
        positives += positive[i];
    }
    return decided + positives ? 2 * (double)hits / (double)(decided + positives) : (double)NAN;
}

double vp_best_f1_threshold(int64_t count, const double *score, const bool *positive) {
    int64_t positives, hits = 0;
    struct vp_scored *sorted = vp_scored_sort(count, score, positive, &positives);
    double best = 0, threshold = 0;
    for (int64_t i = 0; i < count && positives; i++) {
        hits += sorted[i].positive;
        if (i + 1 < count && sorted[i + 1].score == sorted[i].score) continue;
        double f1 = 2 * (double)hits / (double)(i + 1 + positives);
        if (f1 <= best) continue;
        best = f1;
        threshold = i + 1 < count ? 0.5 * (sorted[i].score + sorted[i + 1].score) : sorted[i].score - 1;
    }
    free(sorted);
    return threshold;
}
