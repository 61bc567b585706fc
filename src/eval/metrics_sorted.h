/* Scores in falling order with running counts: what every threshold metric walks over. */
#ifndef VKPCL_EVAL_METRICS_SORTED_H
#define VKPCL_EVAL_METRICS_SORTED_H
#include <stdbool.h>
#include <stdint.h>

struct vp_scored {
    double score;
    bool positive;
};
/* Sorted copy, highest first; the caller frees. *positives is the number of positive ones. No score may be NAN. */
struct vp_scored *vp_scored_sort(int64_t count, const double *score, const bool *positive, int64_t *positives);

#endif
