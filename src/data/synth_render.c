/* Rendering on the device: three kernels over a batch, cut into launches of bounded work. */
#include "synth/synth_args.h"
#include "synth/synth_face.h"
#include "vkpcl/synth.h"
#include <stdlib.h>
#include <string.h>

enum { UNDER_WAY = 2, GROUP = 64 };

struct vp_synth_renderer {
    struct vp_gpu *gpu;
    struct vp_program *program;
    int program_count; /* pictures it renders */
    int size, batch;
    struct vp_range faces, light, blurred, bytes;
    struct vp_readback readback[UNDER_WAY];
    int count[UNDER_WAY]; /* pictures of the batches under way, oldest first */
    int begun;
    unsigned char *words; /* one batch as the device gives it: pictures padded to four pixels */
};

static uint64_t pixels_of(const struct vp_synth_renderer *r) {
    return (uint64_t)r->size * (uint64_t)r->size;
}
static uint64_t quads_of(const struct vp_synth_renderer *r) {
    return (pixels_of(r) + 3) / 4;
}

/* ---- the program ------------------------------------------------------------------------------------------------- */

struct pass {
    const char *kernel;
    struct vp_range bindings[3];
    int binding_count;
    uint64_t items, most; /* of all, and of a launch */
    double flops;         /* of an item, about */
};

/* Launches never outgrow 65535 workgroups; on a CPU each is a fraction of the time a submission may take. */
static int add_launches(const struct vp_synth_renderer *r, const struct pass *pass, struct vp_dispatch *dispatches,
                        struct synth_args *args) {
    int count = 0;
    for (uint64_t first = 0; first < pass->items; first += pass->most, count++) {
        if (!dispatches) continue;
        uint64_t left = pass->items - first, items = left < pass->most ? left : pass->most;
        args[count] =
            (struct synth_args){.size = (uint32_t)r->size, .first = (uint32_t)first, .count = (uint32_t)items};
        struct vp_dispatch *d = &dispatches[count];
        *d = (struct vp_dispatch){.kernel = pass->kernel,
                                  .binding_count = pass->binding_count,
                                  .push = &args[count],
                                  .push_bytes = sizeof *args,
                                  .groups = {(uint32_t)((items + GROUP - 1) / GROUP), 1, 1},
                                  .flops = pass->flops * (double)items,
                                  .bytes = 24.0 * (double)items,
                                  .label = pass->kernel};
        memcpy(d->bindings, pass->bindings, sizeof pass->bindings);
    }
    return count;
}

static enum vp_status make_program(struct vp_synth_renderer *r, int pictures, struct vp_error *err) {
    if (r->program_count == pictures) return VP_OK;
    vp_program_destroy(r->program);
    r->program = NULL, r->program_count = 0;
    uint64_t pixels = (uint64_t)pictures * pixels_of(r), quads = (uint64_t)pictures * quads_of(r);
    uint64_t rays = vp_gpu_caps(r->gpu)->is_cpu ? 1 << 13 : 1 << 19;
    const struct pass passes[3] = {{"synth_render", {r->faces, r->light}, 2, pixels, rays, 120000},
                                   {"synth_blur", {r->faces, r->light, r->blurred}, 3, pixels, 8 * rays, 80},
                                   {"synth_finish", {r->faces, r->blurred, r->bytes}, 3, quads, 2 * rays, 1600}};
    int total = 0;
    for (int p = 0; p < 3; p++) total += add_launches(r, &passes[p], NULL, NULL);
    struct vp_dispatch *dispatches = calloc((size_t)total, sizeof *dispatches);
    struct synth_args *args = calloc((size_t)total, sizeof *args);
    vp_assert(dispatches && args, "out of host memory for %d launches", total);
    int count = 0;
    for (int p = 0; p < 3; p++) count += add_launches(r, &passes[p], dispatches + count, args + count);
    r->program = vp_program_create(r->gpu, "synth", dispatches, count, err);
    r->program_count = r->program ? pictures : 0;
    free(dispatches);
    free(args);
    return r->program ? VP_OK : err->status;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

struct vp_synth_renderer *vp_synth_renderer_create(struct vp_gpu *gpu, int size, int batch, struct vp_error *err) {
    vp_assert(size >= VP_SYNTH_MIN_SIZE && size <= VP_SYNTH_MAX_SIZE && batch > 0, "%d pictures of %d pixels", batch,
              size);
    struct vp_synth_renderer *r = calloc(1, sizeof *r);
    vp_assert(r, "out of host memory for a renderer");
    *r = (struct vp_synth_renderer){.gpu = gpu, .size = size};
    uint64_t light = 12 * pixels_of(r), most = vp_gpu_caps(gpu)->max_binding_bytes / light;
    uint64_t room = vp_gpu_memory_free(gpu) / 4 / light;
    if (most > room) most = room;
    r->batch = most < 1 ? 1 : (uint64_t)batch < most ? batch : (int)most;
    uint64_t pictures = (uint64_t)r->batch;
    const struct {
        struct vp_range *range;
        uint64_t bytes;
        const char *label;
    } blocks[] = {{&r->faces, pictures * sizeof(struct vp_synth_face), "synth faces"},
                  {&r->light, pictures * light, "synth light"},
                  {&r->blurred, pictures * light, "synth blurred"},
                  {&r->bytes, pictures * 12 * quads_of(r), "synth bytes"}};
    enum vp_status status = VP_OK;
    for (int i = 0; i < 4 && status == VP_OK; i++)
        status = vp_gpu_alloc(gpu, blocks[i].bytes, blocks[i].label, blocks[i].range, err);
    r->words = malloc((size_t)pictures * 12 * (size_t)quads_of(r));
    vp_assert(r->words, "out of host memory for %d pictures of %d pixels", r->batch, size);
    if (status == VP_OK) return r;
    vp_synth_renderer_destroy(r);
    return NULL;
}

void vp_synth_renderer_destroy(struct vp_synth_renderer *r) {
    if (!r) return;
    struct vp_error ignored; /* nothing runs on a lost device */
    while (r->begun) vp_synth_renderer_end(r, NULL, &ignored);
    vp_program_destroy(r->program);
    const struct vp_range blocks[] = {r->faces, r->light, r->blurred, r->bytes};
    for (int i = 0; i < 4; i++)
        if (blocks[i].block) vp_gpu_free(r->gpu, blocks[i]);
    free(r->words);
    free(r);
}

int vp_synth_renderer_batch(const struct vp_synth_renderer *renderer) {
    return renderer->batch;
}

/* ---- batches ----------------------------------------------------------------------------------------------------- */

enum vp_status vp_synth_renderer_begin(struct vp_synth_renderer *r, const struct vp_synth_face *faces, int count,
                                       struct vp_error *err) {
    vp_assert(count > 0 && count <= r->batch && r->begun < UNDER_WAY, "%d pictures of %d, %d batches under way", count,
              r->batch, r->begun);
    enum vp_status status = make_program(r, count, err);
    struct vp_range used = {r->faces.block, r->faces.offset, (uint64_t)count * sizeof *faces};
    if (status == VP_OK) status = vp_gpu_upload(r->gpu, used, faces, err);
    if (status == VP_OK) status = vp_program_submit(r->program, err);
    used = (struct vp_range){r->bytes.block, r->bytes.offset, (uint64_t)count * 12 * quads_of(r)};
    if (status == VP_OK) status = vp_gpu_readback_begin(r->gpu, used, &r->readback[r->begun], err);
    if (status == VP_OK) r->count[r->begun++] = count;
    return status;
}

enum vp_status vp_synth_renderer_end(struct vp_synth_renderer *r, unsigned char *rgb, struct vp_error *err) {
    vp_assert(r->begun > 0, "no batch is under way");
    int count = r->count[0];
    enum vp_status status = vp_gpu_readback_end(r->gpu, r->readback[0], r->words, err);
    r->begun--;
    memmove(r->readback, r->readback + 1, (UNDER_WAY - 1) * sizeof *r->readback);
    memmove(r->count, r->count + 1, (UNDER_WAY - 1) * sizeof *r->count);
    size_t picture = 3 * (size_t)pixels_of(r), stride = 12 * (size_t)quads_of(r);
    for (int i = 0; rgb && status == VP_OK && i < count; i++)
        memcpy(rgb + (size_t)i * picture, r->words + (size_t)i * stride, picture);
    return status;
}
