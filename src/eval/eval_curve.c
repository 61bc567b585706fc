/* ROC curves that a line of the table keeps, thinned to what an eye can tell apart. */
#include "eval/eval_internal.h"
#include "vkpcl/metrics.h"
#include <stdio.h>
#include <stdlib.h>

void vp_eval_add_curve(struct vp_eval_row *row, const char *name, int64_t count, const double *score,
                       const bool *positive) {
    int64_t positives = 0;
    for (int64_t i = 0; i < count; i++) positives += positive[i];
    if (positives == 0 || positives == count) return;
    struct vp_roc_point *points = malloc((size_t)(count + 1) * sizeof *points);
    vp_assert(points, "no host memory for a curve of %lld points", (long long)count);
    int64_t kept = vp_roc_thin(points, vp_roc_curve(count, score, positive, points), VP_EVAL_CURVE_POINTS);
    row->curve = realloc(row->curve, (size_t)(row->curves + 1) * sizeof *row->curve);
    vp_assert(row->curve, "no host memory for %d curves", row->curves + 1);
    struct vp_eval_curve *curve = &row->curve[row->curves++];
    *curve = (struct vp_eval_curve){.points = (int)kept, .point = malloc((size_t)kept * sizeof *curve->point)};
    vp_assert(curve->point, "no host memory for a curve of %lld points", (long long)kept);
    snprintf(curve->name, sizeof curve->name, "%s", name);
    for (int64_t i = 0; i < kept; i++) curve->point[i][0] = points[i].fpr, curve->point[i][1] = points[i].tpr;
    free(points);
}
