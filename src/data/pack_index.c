/* The index of a packed set: the source's structure without the images that were left out. */
#include "data/pack_internal.h"
#include "data/packed.h"
#include "data/source_internal.h"
#include <stdlib.h>

struct counter {
    const uint32_t *rows;
    uint32_t next, count;
};

/* How many rows there are below source image number `end`, from where the last call stopped. */
static uint32_t rows_before(struct counter *counter, uint32_t end) {
    uint32_t first = counter->next;
    while (counter->next < counter->count && counter->rows[counter->next] < end) counter->next++;
    return counter->next - first;
}

static uint32_t folder_end(const struct vp_source *source, uint32_t folder) {
    return folder + 1 < source->folder_count ? source->folders[folder + 1].first_image : source->images;
}

/* Folders first..end-1 as videos of one identity, or of none. */
static void add_videos(const struct vp_source *source, uint32_t first, uint32_t end, struct counter *counter,
                       struct vp_packed *index, bool identity) {
    uint32_t before = index->video_count;
    for (uint32_t folder = first; folder < end; folder++) {
        uint32_t images = rows_before(counter, folder_end(source, folder));
        if (images) index->video[index->video_count++] = images;
    }
    if (identity && index->video_count > before) index->identity[index->identity_count++] = index->video_count - before;
}

static void add_part(const struct vp_source *source, int number, struct counter *counter, struct vp_packed *index) {
    const struct vp_source_part *part = &source->parts[number];
    bool tree = part->layout == VP_LAYOUT_IDENTITY, last = number + 1 == source->part_count;
    uint32_t folder = source->starts[number].folder;
    uint32_t end = last ? source->folder_count : source->starts[number + 1].folder;
    uint32_t images = counter->next, videos = index->video_count, identities = index->identity_count;
    if (!tree) add_videos(source, folder, end, counter, index, false);
    for (uint32_t i = 0; tree && i < part->items; i++) {
        const uint32_t *starts = source->identities + source->starts[number].identity + i;
        add_videos(source, starts[0], i + 1 < part->items ? starts[1] : end, counter, index, true);
    }
    if (counter->next == images) return; /* nothing of it is left */
    index->parts[index->part_count++] = (struct vp_packed_part){.layout = (uint32_t)part->layout,
                                                                .images = counter->next - images,
                                                                .videos = index->video_count - videos,
                                                                .identities = index->identity_count - identities};
}

static void *reserved(size_t count, size_t bytes) {
    void *memory = calloc(count + 1, bytes);
    vp_assert(memory, "out of host memory for an index of %zu entries", count);
    return memory;
}

enum vp_status vp_pack_write_index(const struct vp_source *source, const uint32_t *rows, uint32_t count,
                                   const char *folder, uint64_t origin, struct vp_error *err) {
    struct vp_packed index = {.origin = origin,
                              .parts = reserved((size_t)source->part_count, sizeof *index.parts),
                              .video = reserved(source->folder_count, sizeof *index.video),
                              .identity = reserved(source->identity_count, sizeof *index.identity)};
    struct counter counter = {.rows = rows, .count = count};
    for (int part = 0; part < source->part_count; part++) add_part(source, part, &counter, &index);
    enum vp_status status = vp_packed_write_index(folder, &index, err);
    free(index.parts);
    free(index.video);
    free(index.identity);
    return status;
}
