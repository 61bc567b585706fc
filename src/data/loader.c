/* Batches ahead of need: one thread makes them (with the pool's help), the caller takes them, three lie between. */
#include "vkpcl/loader.h"
#include "data/loader_internal.h"
#include "vkpcl/clock.h"
#include "vkpcl/file.h"
#include <pthread.h>
#include <stdlib.h>

enum {
    AHEAD = 2,
    SLOTS = AHEAD + 1 /* one is in the caller's hands */
};

struct vp_loader {
    struct vp_loader_maker maker;
    struct vp_loader_slot slots[SLOTS];
    pthread_t thread;
    bool running;
    uint32_t first_step;
    /* The caller's. */
    uint32_t given_broken;
    double waited;
    /* Under the lock. */
    pthread_mutex_t lock;
    pthread_cond_t made_one, taken_one;
    uint32_t made, taken; /* steps since first_step */
    bool stopping;
};

static void *make_ahead(void *argument) {
    struct vp_loader *loader = argument;
    pthread_mutex_lock(&loader->lock);
    for (;;) {
        while (!loader->stopping && loader->made - loader->taken >= AHEAD)
            pthread_cond_wait(&loader->taken_one, &loader->lock);
        if (loader->stopping) break;
        struct vp_loader_slot *slot = &loader->slots[loader->made % SLOTS];
        uint32_t step = loader->first_step + loader->made;
        pthread_mutex_unlock(&loader->lock);
        vp_loader_make(&loader->maker, step, slot);
        pthread_mutex_lock(&loader->lock);
        loader->made++;
        pthread_cond_signal(&loader->made_one);
        if (slot->status != VP_OK) break; /* nothing follows a failure */
    }
    pthread_mutex_unlock(&loader->lock);
    return NULL;
}

static void stop(struct vp_loader *loader) {
    if (!loader->running) return;
    pthread_mutex_lock(&loader->lock);
    loader->stopping = true;
    pthread_cond_signal(&loader->taken_one);
    pthread_mutex_unlock(&loader->lock);
    pthread_join(loader->thread, NULL);
    loader->running = loader->stopping = false;
}

struct vp_loader *vp_loader_create(const struct vp_source *source, const struct vp_loader_settings *settings) {
    struct vp_loader *loader = calloc(1, sizeof *loader);
    vp_assert(loader, "out of host memory for a loader");
    vp_loader_maker_init(&loader->maker, source, settings);
    size_t images = (size_t)loader->maker.settings.images;
    for (int i = 0; i < SLOTS; i++) {
        loader->slots[i].sources = calloc(images, sizeof *loader->slots[i].sources);
        loader->slots[i].numbers = calloc(images, sizeof *loader->slots[i].numbers);
        vp_assert(loader->slots[i].sources && loader->slots[i].numbers, "out of host memory for %zu images", images);
    }
    pthread_mutex_init(&loader->lock, NULL);
    pthread_cond_init(&loader->made_one, NULL);
    pthread_cond_init(&loader->taken_one, NULL);
    return loader;
}

void vp_loader_destroy(struct vp_loader *loader) {
    if (!loader) return;
    stop(loader);
    vp_loader_maker_fini(&loader->maker);
    for (int i = 0; i < SLOTS; i++) {
        free(loader->slots[i].pixels);
        free(loader->slots[i].sources);
        free(loader->slots[i].numbers);
    }
    pthread_cond_destroy(&loader->taken_one);
    pthread_cond_destroy(&loader->made_one);
    pthread_mutex_destroy(&loader->lock);
    free(loader);
}

void vp_loader_seek(struct vp_loader *loader, uint32_t step) {
    stop(loader);
    loader->first_step = step;
    loader->made = loader->taken = 0;
}

enum vp_status vp_loader_next(struct vp_loader *loader, struct vp_loader_batch *batch, struct vp_error *err) {
    double start = vp_clock_wall();
    if (!loader->running) {
        int failed = pthread_create(&loader->thread, NULL, make_ahead, loader);
        vp_assert(!failed, "the system refuses to start a thread (error %d)", failed);
        loader->running = true;
    }
    pthread_mutex_lock(&loader->lock);
    while (loader->made == loader->taken) pthread_cond_wait(&loader->made_one, &loader->lock);
    struct vp_loader_slot *slot = &loader->slots[loader->taken % SLOTS];
    if (slot->status == VP_OK) { /* a failure stays where it is, for the next call to find */
        loader->taken++;
        pthread_cond_signal(&loader->taken_one);
    }
    pthread_mutex_unlock(&loader->lock);
    loader->waited += vp_clock_wall() - start;
    loader->given_broken = slot->broken;
    if (slot->status != VP_OK) return vp_fail(err, slot->status, "%s", slot->error.message);
    *batch = (struct vp_loader_batch){.step = slot->step,
                                      .epoch = slot->step / vp_loader_maker_steps(&loader->maker),
                                      .images = loader->maker.settings.images,
                                      .pixels = slot->pixels,
                                      .pixel_bytes = slot->used,
                                      .sources = slot->sources,
                                      .numbers = slot->numbers};
    return VP_OK;
}

uint32_t vp_loader_steps_per_epoch(const struct vp_loader *loader) {
    return vp_loader_maker_steps(&loader->maker);
}

size_t vp_loader_capacity(const struct vp_loader_settings *settings) {
    size_t side = (size_t)settings->max_side, images = (size_t)(settings->images ? settings->images : settings->batch);
    return images * ((3 * side * side + 3) / 4 * 4);
}

double vp_loader_waited(const struct vp_loader *loader) {
    return loader->waited;
}

uint32_t vp_loader_broken(const struct vp_loader *loader) {
    return loader->given_broken;
}

enum vp_status vp_loader_write_broken(const struct vp_loader *loader, const char *path, struct vp_error *err) {
    struct vp_file file;
    enum vp_status status = vp_file_begin(&file, path, err);
    if (status != VP_OK) return status;
    const struct vp_broken_image *image = loader->given_broken ? loader->maker.broken : NULL;
    for (uint32_t i = 0; i < loader->given_broken; i++) {
        char name[4096];
        vp_source_path(loader->maker.source, image->number, name, sizeof name);
        fprintf(file.stream, "%s: %s\n", name, image->reason);
        if (i + 1 < loader->given_broken) image = image->next;
    }
    return vp_file_commit(&file, err);
}
