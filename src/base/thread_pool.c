#include "vkpcl/thread_pool.h"
#include "vkpcl/status.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct vp_pool {
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    pthread_t *workers;
    int threads;
    /* The batch under way, all under `lock`. */
    vp_job *job;
    void *context;
    int count, next, finished;
    bool closing;
};

static void *worker(void *argument) {
    struct vp_pool *pool = argument;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->closing && pool->next >= pool->count) pthread_cond_wait(&pool->work, &pool->lock);
        if (pool->next >= pool->count) break; /* closing, and nothing left to take */
        int index = pool->next++;
        vp_job *job = pool->job;
        void *context = pool->context;
        pthread_mutex_unlock(&pool->lock);
        job(context, index);
        pthread_mutex_lock(&pool->lock);
        if (++pool->finished == pool->count) pthread_cond_broadcast(&pool->done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

struct vp_pool *vp_pool_create(int threads) {
    if (threads <= 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        threads = cores > 0 ? (int)cores : 1;
    }
    struct vp_pool *pool = calloc(1, sizeof *pool);
    pthread_t *workers = calloc((size_t)threads, sizeof *workers);
    vp_assert(pool && workers, "out of host memory for %d threads", threads);
    pool->workers = workers;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->done, NULL);
    while (pool->threads < threads && pthread_create(&workers[pool->threads], NULL, worker, pool) == 0) pool->threads++;
    /* Fewer threads than asked for give the same results later; none at all would never finish. */
    vp_assert(pool->threads > 0, "the system refuses to start any of %d threads", threads);
    return pool;
}

void vp_pool_destroy(struct vp_pool *pool) {
    if (!pool) return;
    vp_pool_wait(pool);
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->threads; i++) pthread_join(pool->workers[i], NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    free(pool->workers);
    free(pool);
}

int vp_pool_threads(const struct vp_pool *pool) {
    return pool->threads;
}

void vp_pool_start(struct vp_pool *pool, int count, vp_job *job, void *context) {
    vp_assert(count >= 0 && job, "a batch of %d jobs", count);
    pthread_mutex_lock(&pool->lock);
    vp_assert(pool->finished == pool->count, "a batch is under way: %d of %d jobs are done", pool->finished,
              pool->count);
    pool->job = job;
    pool->context = context;
    pool->count = count;
    pool->next = pool->finished = 0;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
}

void vp_pool_wait(struct vp_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    while (pool->finished < pool->count) pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

void vp_pool_for(struct vp_pool *pool, int count, vp_job *job, void *context) {
    vp_pool_start(pool, count, job, context);
    vp_pool_wait(pool);
}
