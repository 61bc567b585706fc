#include "vkpcl/metrics.h"
#include "vkpcl/status.h"
#include <math.h>

void vp_confusion(int64_t count, const int *truth, const int *predicted, int classes, int64_t *confusion) {
    for (int64_t i = 0; i < count; i++) {
        vp_assert(truth[i] >= 0 && truth[i] < classes && predicted[i] >= 0 && predicted[i] < classes,
                  "class %d taken for %d, there are %d", truth[i], predicted[i], classes);
        confusion[truth[i] * classes + predicted[i]]++;
    }
}

struct vp_class_metrics vp_class_metrics(int classes, const int64_t *confusion) {
    int64_t all = 0, right = 0;
    double recall = 0, f1 = 0;
    int occurring = 0, met = 0;
    for (int k = 0; k < classes; k++) {
        int64_t row = 0, column = 0, hit = confusion[k * classes + k];
        for (int j = 0; j < classes; j++) row += confusion[k * classes + j], column += confusion[j * classes + k];
        all += row;
        right += hit;
        if (row > 0) recall += (double)hit / (double)row, occurring++;
        if (row + column > 0) f1 += 2 * (double)hit / (double)(row + column), met++;
    }
    return (struct vp_class_metrics){.accuracy = all ? (double)right / (double)all : (double)NAN,
                                     .mean_class_accuracy = occurring ? recall / occurring : (double)NAN,
                                     .macro_f1 = met ? f1 / met : (double)NAN};
}
