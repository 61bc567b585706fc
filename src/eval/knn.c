/* k nearest neighbours by cosine, from Gram matrices of a few hundred test rows at a time. */
#include "vkpcl/probe.h"
#include "vkpcl/status.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEST_ROWS = 1024, MAX_K = 64 };

static void lengths_of(const float *x, int64_t columns, struct vp_rows rows, double *inverse) {
    for (int64_t i = 0; i < rows.count; i++) {
        const float *row = x + rows.row[i] * columns;
        double sum = 0;
        for (int64_t k = 0; k < columns; k++) sum += (double)row[k] * (double)row[k];
        inverse[i] = 1 / fmax(sqrt(sum), 1e-12);
    }
}

/* The k largest of the row, largest first; of equal ones the first. */
static int nearest(const float *products, const double *inverse, int64_t count, int k, double *cosine, int64_t *place) {
    int held = 0;
    for (int64_t j = 0; j < count; j++) {
        double c = (double)products[j] * inverse[j];
        if (held == k && c <= cosine[held - 1]) continue;
        int at = held < k ? held++ : held - 1;
        for (; at > 0 && cosine[at - 1] < c; at--) cosine[at] = cosine[at - 1], place[at] = place[at - 1];
        cosine[at] = c;
        place[at] = j;
    }
    return held;
}

enum vp_status vp_knn(struct vp_gpu *gpu, const float *x, int64_t columns, struct vp_rows train, struct vp_rows test,
                      const int *label, int classes, int k, float *out, struct vp_error *err) {
    vp_assert(k >= 1 && k <= MAX_K, "%d neighbours", k);
    float *gram = malloc((size_t)(TEST_ROWS * train.count) * sizeof *gram);
    double *train_inverse = malloc((size_t)train.count * sizeof *train_inverse), test_inverse[TEST_ROWS];
    if (!gram || !train_inverse) {
        free(gram);
        free(train_inverse);
        return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory for neighbours among %lld", (long long)train.count);
    }
    lengths_of(x, columns, train, train_inverse);
    memset(out, 0, (size_t)(test.count * classes) * sizeof *out);
    enum vp_status status = VP_OK;
    for (int64_t first = 0; first < test.count && status == VP_OK; first += TEST_ROWS) {
        struct vp_rows some = {test.row + first, test.count - first < TEST_ROWS ? test.count - first : TEST_ROWS};
        status = vp_gram(gpu, x, columns, NULL, some, train, gram, err);
        lengths_of(x, columns, some, test_inverse);
        for (int64_t i = 0; i < some.count && status == VP_OK; i++) {
            double cosine[MAX_K];
            int64_t place[MAX_K];
            int held = nearest(gram + i * train.count, train_inverse, train.count, k, cosine, place);
            for (int j = 0; j < held; j++)
                out[(first + i) * classes + label[train.row[place[j]]]] +=
                    (float)(1 + cosine[j] * test_inverse[i] / (2.0 * k));
        }
    }
    free(gram);
    free(train_inverse);
    return status;
}
