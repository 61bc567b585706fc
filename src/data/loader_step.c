/* Making one step's batch: decode, replace what is broken, pack.
 *
 * Slots that turn out broken get new positions together, in slot order, after all of them have been tried. So what a
 * slot receives depends on which files are broken, and not on when that was found out.
 */
#include "data/loader_internal.h"
#include "data/picture.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIED = 1, BROKEN = 2 };
enum { JUDGED_FROM = 20, JUDGED_AGAINST = 200, EXAMPLES = 3 };

static void *reserved(size_t count, size_t element) {
    void *memory = calloc(count, element);
    vp_assert(memory, "out of host memory for %zu x %zu bytes", count, element);
    return memory;
}

void vp_loader_maker_init(struct vp_loader_maker *maker, const struct vp_source *source,
                          const struct vp_loader_settings *settings) {
    *maker = (struct vp_loader_maker){.source = source, .settings = *settings};
    struct vp_loader_settings *s = &maker->settings;
    if (s->images == 0) s->images = s->batch;
    vp_assert(s->batch >= 1 && s->images >= s->batch && s->images <= INT_MAX / 2 && s->max_side >= VP_LOADER_MIN_SIDE,
              "%d images of a batch of %d, of at most %d pixels", s->images, s->batch, s->max_side);
    vp_assert(vp_loader_capacity(settings) <= UINT32_MAX, "%d images of %d pixels a side are more than 4 GiB",
              s->images, s->max_side);
    size_t images = (size_t)s->images;
    maker->pool = vp_pool_create(s->threads);
    vp_picture_cache_init(&maker->cache, vp_source_images(source), s->cache_bytes);
    maker->seen = reserved(vp_source_images(source), 1);
    maker->broken_end = &maker->broken;
    maker->pictures = reserved(images, sizeof *maker->pictures);
    maker->errors = reserved(images, sizeof *maker->errors);
    maker->todo = reserved(images, sizeof *maker->todo);
    maker->wanted = reserved(images, sizeof *maker->wanted);
}

void vp_loader_maker_fini(struct vp_loader_maker *maker) {
    vp_pool_destroy(maker->pool);
    vp_picture_cache_fini(&maker->cache);
    for (struct vp_broken_image *image = maker->broken, *next; image; image = next) {
        next = image->next;
        free(image);
    }
    free(maker->seen);
    free(maker->pictures);
    free(maker->errors);
    free(maker->todo);
    free(maker->wanted);
}

uint32_t vp_loader_maker_steps(const struct vp_loader_maker *maker) {
    uint32_t steps = vp_source_items(maker->source) / (uint32_t)maker->settings.batch;
    return steps ? steps : 1;
}

/* ---- decoding ---------------------------------------------------------------------------------------------------- */

static char *path_of(const struct vp_source *source, uint32_t number) {
    size_t bytes = vp_source_path(source, number, NULL, 0) + 1;
    char *path = malloc(bytes);
    vp_assert(path, "out of host memory for a path of %zu bytes", bytes);
    vp_source_path(source, number, path, bytes);
    return path;
}

static void decode(void *context, int index) {
    struct vp_loader_maker *maker = context;
    int slot = maker->todo[index];
    uint32_t number = maker->wanted[slot];
    maker->pictures[slot] = (struct vp_picture){0};
    maker->errors[slot].status = VP_OK;
    if (maker->seen[number] & BROKEN) {
        maker->errors[slot].status = VP_ERR_FORMAT;
    } else if (!vp_picture_cache_get(&maker->cache, number)) {
        vp_picture_load(maker->source, number, maker->settings.max_side, maker->settings.grey, &maker->pictures[slot],
                        &maker->errors[slot]);
    }
}

/* ---- broken images ----------------------------------------------------------------------------------------------- */

/* What a message says besides the path, which stands in front of it in lists. */
static const char *reason_in(const char *message, const char *path) {
    const char *found = strstr(message, path);
    if (!found) return message;
    found += strlen(path);
    while (*found == ':' || *found == ' ') found++;
    return *found ? found : message;
}

static void note_broken(struct vp_loader_maker *maker, uint32_t number, const char *message) {
    char *path = path_of(maker->source, number);
    const char *reason = reason_in(message, path);
    struct vp_broken_image *image = malloc(sizeof *image + strlen(reason) + 1);
    vp_assert(image, "out of host memory for a list of broken images");
    *image = (struct vp_broken_image){.number = number};
    strcpy(image->reason, reason);
    free(path);
    *maker->broken_end = image;
    maker->broken_end = &image->next;
    maker->broken_count++;
}

/* Keeps in todo the slots that failed. */
static void take_stock(struct vp_loader_maker *maker) {
    int failed = 0;
    for (int i = 0; i < maker->todo_count; i++) {
        int slot = maker->todo[i];
        uint32_t number = maker->wanted[slot];
        if (!(maker->seen[number] & TRIED)) maker->tried++;
        maker->seen[number] |= TRIED;
        if (maker->errors[slot].status == VP_OK) continue;
        if (!(maker->seen[number] & BROKEN)) note_broken(maker, number, maker->errors[slot].message);
        maker->seen[number] |= BROKEN;
        maker->todo[failed++] = slot;
    }
    maker->todo_count = failed;
}

static void examples(const struct vp_loader_maker *maker, char *text, size_t bytes) {
    size_t used = 0;
    const struct vp_broken_image *image = maker->broken;
    for (int i = 0; i < EXAMPLES && image && used < bytes; i++, image = image->next) {
        char *path = path_of(maker->source, image->number);
        used += (size_t)snprintf(text + used, bytes - used, "%s%s: %s", i ? "; " : "", path, image->reason);
        free(path);
    }
}

static enum vp_status judge(const struct vp_loader_maker *maker, bool hopeless, struct vp_error *err) {
    uint32_t all = vp_source_images(maker->source);
    uint32_t from = all < JUDGED_FROM ? all : JUDGED_FROM, against = all < JUDGED_AGAINST ? all : JUDGED_AGAINST;
    if (against < maker->tried) against = maker->tried;
    bool too_many = maker->tried >= from && maker->broken_count > maker->settings.max_broken * against;
    if (!too_many && !hopeless) return VP_OK;
    char text[600];
    examples(maker, text, sizeof text);
    return vp_fail(err, VP_ERR_FORMAT,
                   "%u of the %u images tried so far are broken, more than data.max_broken %g allows: remove them, or "
                   "raise it. The first: %s",
                   maker->broken_count, maker->tried, maker->settings.max_broken, text);
}

/* ---- packing ----------------------------------------------------------------------------------------------------- */

static void make_room(struct vp_loader_slot *slot, size_t bytes) {
    if (bytes <= slot->room) return;
    free(slot->pixels);
    slot->room = bytes + bytes / 4;
    slot->pixels = malloc(slot->room);
    vp_assert(slot->pixels, "out of host memory for a batch of %zu bytes", slot->room);
}

static void pack(struct vp_loader_maker *maker, struct vp_loader_slot *slot) {
    int images = maker->settings.images;
    size_t bytes = 0;
    for (int i = 0; i < images; i++) {
        const struct vp_picture *image = &maker->pictures[i];
        if (!image->rgb) image = vp_picture_cache_get(&maker->cache, maker->wanted[i]);
        slot->sources[i] = (struct vp_augment_source){
            .offset = (uint32_t)bytes, .width = (uint32_t)image->width, .height = (uint32_t)image->height};
        slot->numbers[i] = maker->wanted[i];
        bytes += ((size_t)image->width * (size_t)image->height * 3 + 3) / 4 * 4;
    }
    make_room(slot, bytes);
    slot->used = bytes;
    for (int i = 0; i < images; i++) {
        const struct vp_picture *image = &maker->pictures[i];
        if (!image->rgb) image = vp_picture_cache_get(&maker->cache, maker->wanted[i]);
        size_t size = (size_t)image->width * (size_t)image->height * 3, padding = (4 - size % 4) % 4;
        memcpy(slot->pixels + slot->sources[i].offset, image->rgb, size);
        memset(slot->pixels + slot->sources[i].offset + size, 0, padding);
    }
}

void vp_loader_make(struct vp_loader_maker *maker, uint32_t step, struct vp_loader_slot *slot) {
    const struct vp_loader_settings *s = &maker->settings;
    uint32_t steps = vp_loader_maker_steps(maker), epoch = step / steps;
    uint64_t next = (uint64_t)(step % steps) * (uint32_t)s->batch;
    uint64_t last = next + (uint64_t)s->images * 16 + 1000; /* far enough for any share of broken images below 90 % */
    slot->step = step;
    slot->error.status = VP_OK;
    maker->todo_count = s->images;
    for (int i = 0; i < s->images; i++) maker->todo[i] = i;
    while (maker->todo_count > 0 && slot->error.status == VP_OK) {
        for (int i = 0; i < maker->todo_count; i++)
            maker->wanted[maker->todo[i]] = vp_source_pick(maker->source, s->seed, epoch, next++);
        vp_pool_for(maker->pool, maker->todo_count, decode, maker);
        take_stock(maker);
        judge(maker, maker->todo_count > 0 && next > last, &slot->error);
    }
    if (slot->error.status == VP_OK) pack(maker, slot);
    slot->status = slot->error.status;
    slot->broken = maker->broken_count;
    for (int i = 0; i < s->images; i++) {
        if (slot->status == VP_OK && maker->pictures[i].rgb)
            vp_picture_cache_offer(&maker->cache, maker->wanted[i], &maker->pictures[i]);
        vp_picture_fini(&maker->pictures[i]);
    }
}
