/* A fixed set of worker threads that run indexed jobs.
 *
 * Guarantees: vp_pool_for returns when all jobs 0..count-1 have run; the mapping of jobs to threads is unspecified, so
 * a job must depend on its index only (results then do not depend on the number of threads). vp_pool_start is the same
 * without the wait; vp_pool_wait ends it; at most one batch is under way.
 */
#ifndef VKPCL_THREAD_POOL_H
#define VKPCL_THREAD_POOL_H

struct vp_pool;
typedef void vp_job(void *context, int index);

struct vp_pool *vp_pool_create(int threads); /* threads <= 0: one per online core */
void vp_pool_destroy(struct vp_pool *pool);  /* waits for a batch under way; NULL is allowed */
int vp_pool_threads(const struct vp_pool *pool);
void vp_pool_for(struct vp_pool *pool, int count, vp_job *job, void *context);
void vp_pool_start(struct vp_pool *pool, int count, vp_job *job, void *context);
void vp_pool_wait(struct vp_pool *pool);

#endif
