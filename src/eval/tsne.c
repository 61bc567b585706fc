#include "vkpcl/tsne.h"
#include "vkpcl/status.h"
#include "vkpcl/thread_pool.h"
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ITERATIONS = 750, SEARCH_STEPS = 100 };
static const double PERPLEXITY = 30, EXAGGERATION = 12, SMALLEST_GAIN = 0.01, TINY = 1e-300;

static double *numbers(size_t count) {
    double *memory = calloc(count, sizeof *memory);
    vp_assert(memory, "no host memory for %zu numbers of t-SNE", count);
    return memory;
}

/* ---- affinities ------------------------------------------------------------------------------------------------- */

/* row[j] = exp(-beta d_j), normalised; returns the entropy in nats. `least` keeps the largest exponent at 0. */
static double weigh(const double *distance, int n, int self, double beta, double least, double *row) {
    double sum = 0, moment = 0;
    for (int j = 0; j < n; j++) {
        row[j] = j == self ? 0 : exp(-beta * (distance[j] - least));
        sum += row[j];
        moment += row[j] * (distance[j] - least);
    }
    for (int j = 0; j < n; j++) row[j] /= sum;
    return log(fmax(sum, 1)) + beta * moment / sum; /* the nearest alone weighs 1 */
}

/* Bisection for the beta at which the entropy is `wanted`; the entropy falls as beta rises. */
static double calibrate(const double *distance, int n, int self, double wanted, double *row) {
    double least = INFINITY, mean = 0, low = 0, high = INFINITY;
    for (int j = 0; j < n; j++)
        if (j != self) least = fmin(least, distance[j]);
    for (int j = 0; j < n; j++)
        if (j != self) mean += (distance[j] - least) / (n - 1);
    double beta = mean > 0 ? 1 / mean : 1; /* all equally far: every beta gives the same row */
    for (int step = 0; step < SEARCH_STEPS; step++) {
        double off = weigh(distance, n, self, beta, least, row) - wanted;
        if (fabs(off) < 1e-10 || !(mean > 0)) break;
        if (off > 0)
            low = beta;
        else
            high = beta;
        beta = isinf(high) ? 2 * beta : (low + high) / 2;
    }
    return beta;
}

void vp_tsne_affinities(const double *x, int n, int dims, double perplexity, double *p, double *beta) {
    double *distance = numbers((size_t)n);
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            distance[j] = 0;
            for (int d = 0; d < dims; d++) {
                double gap = x[(size_t)i * (size_t)dims + (size_t)d] - x[(size_t)j * (size_t)dims + (size_t)d];
                distance[j] += gap * gap;
            }
        }
        double found = calibrate(distance, n, i, log(perplexity), p + (size_t)i * (size_t)n);
        if (beta) beta[i] = found;
    }
    free(distance);
    for (size_t i = 0; i < (size_t)n; i++)
        for (size_t j = 0; j < i; j++) {
            size_t a = i * (size_t)n + j, b = j * (size_t)n + i;
            p[a] = p[b] = (p[a] + p[b]) / (2.0 * n);
        }
}

/* ---- the map ---------------------------------------------------------------------------------------------------- */

/* The gradient row by row, attraction and repulsion apart because the sum of all w is known only at the end. */
struct sweep {
    const double *p, *map;
    double *attract, *repel, *sum; /* (n, 2), (n, 2), (n) */
    int n;
};

static void row_forces(void *context, int i) {
    const struct sweep *s = context;
    const double *p = s->p + (size_t)i * (size_t)s->n, x = s->map[2 * i], y = s->map[2 * i + 1];
    double ax = 0, ay = 0, rx = 0, ry = 0, sum = 0;
    for (int j = 0; j < s->n; j++) { /* j == i adds nothing but 1 to the sum */
        double dx = x - s->map[2 * j], dy = y - s->map[2 * j + 1], w = 1 / (1 + dx * dx + dy * dy);
        double pull = p[j] * w, push = w * w;
        ax += pull * dx, ay += pull * dy;
        rx += push * dx, ry += push * dy;
        sum += w;
    }
    s->attract[2 * i] = ax, s->attract[2 * i + 1] = ay;
    s->repel[2 * i] = rx, s->repel[2 * i + 1] = ry;
    s->sum[i] = sum - 1;
}

static void gradient_with(struct sweep *s, struct vp_pool *pool, double exaggeration, double *gradient) {
    if (pool)
        vp_pool_for(pool, s->n, row_forces, s);
    else
        for (int i = 0; i < s->n; i++) row_forces(s, i);
    double all = 0;
    for (int i = 0; i < s->n; i++) all += s->sum[i];
    for (int i = 0; i < 2 * s->n; i++) gradient[i] = 4 * (exaggeration * s->attract[i] - s->repel[i] / fmax(all, TINY));
}

static struct sweep sweep_init(const double *p, const double *map, int n) {
    return (struct sweep){p, map, numbers(2 * (size_t)n), numbers(2 * (size_t)n), numbers((size_t)n), n};
}

static void sweep_fini(struct sweep *s) {
    free(s->attract), free(s->repel), free(s->sum);
}

void vp_tsne_gradient(const double *p, int n, const double *map, double exaggeration, double *gradient) {
    struct sweep s = sweep_init(p, map, n);
    gradient_with(&s, NULL, exaggeration, gradient);
    sweep_fini(&s);
}

double vp_tsne_divergence(const double *p, int n, const double *map) {
    double sum = 0, cross = 0; /* KL = sum P log(P / w) + log sum w, for sum P = 1 */
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            if (i == j) continue;
            double dx = map[2 * i] - map[2 * j], dy = map[2 * i + 1] - map[2 * j + 1], w = 1 / (1 + dx * dx + dy * dy);
            double share = p[(size_t)i * (size_t)n + (size_t)j];
            sum += w;
            if (share > 0) cross += share * log(share / w);
        }
    return cross + log(fmax(sum, TINY));
}

/* The first two columns of x, scaled so that the first spreads by 1e-4. */
static void start(const double *x, int n, int dims, double *map) {
    double mean = 0, square = 0;
    for (int i = 0; i < n; i++) mean += x[(size_t)i * (size_t)dims] / n;
    for (int i = 0; i < n; i++) square += pow(x[(size_t)i * (size_t)dims] - mean, 2) / n;
    double scale = square > 0 ? 1e-4 / sqrt(square) : 0;
    for (int i = 0; i < n; i++)
        for (int d = 0; d < 2; d++) map[2 * i + d] = d < dims ? scale * x[(size_t)i * (size_t)dims + (size_t)d] : 0;
}

/* Momentum, a gain for every coordinate that grows while the direction holds, and the centre back to zero. */
static void descend(double *map, double *speed, double *gain, const double *gradient, int n, double rate,
                    double momentum) {
    double centre[2] = {0};
    for (int i = 0; i < 2 * n; i++) {
        bool turned = (gradient[i] > 0) == (speed[i] > 0);
        gain[i] = turned ? fmax(0.8 * gain[i], SMALLEST_GAIN) : gain[i] + 0.2;
        speed[i] = momentum * speed[i] - rate * gain[i] * gradient[i];
        map[i] += speed[i];
        centre[i % 2] += map[i] / n;
    }
    for (int i = 0; i < 2 * n; i++) map[i] -= centre[i % 2];
}

double vp_tsne(const double *x, int n, int dims, const struct vp_tsne_settings *settings, double *map) {
    vp_assert(n >= 1 && n <= VP_TSNE_MAX_POINTS && dims >= 1, "t-SNE of %d points of %d dimensions", n, dims);
    start(x, n, dims, map);
    if (n < 4) return 0;
    int iterations = settings->iterations > 0 ? settings->iterations : ITERATIONS;
    double perplexity = fmin(settings->perplexity > 0 ? settings->perplexity : PERPLEXITY, (n - 1) / 3.0);
    double *p = numbers((size_t)n * (size_t)n), *gradient = numbers(2 * (size_t)n);
    double *speed = numbers(2 * (size_t)n), *gain = numbers(2 * (size_t)n);
    for (int i = 0; i < 2 * n; i++) gain[i] = 1;
    vp_tsne_affinities(x, n, dims, perplexity, p, NULL);
    struct sweep s = sweep_init(p, map, n);
    struct vp_pool *pool = vp_pool_create(settings->threads);
    double rate = fmax(n / EXAGGERATION / 4, 50);
    for (int i = 0; i < iterations; i++) {
        bool early = i < iterations / 4;
        gradient_with(&s, pool, early ? EXAGGERATION : 1, gradient);
        descend(map, speed, gain, gradient, n, rate, early ? 0.5 : 0.8);
    }
    double divergence = vp_tsne_divergence(p, n, map);
    vp_pool_destroy(pool);
    sweep_fini(&s);
    free(p), free(gradient), free(speed), free(gain);
    return divergence;
}
