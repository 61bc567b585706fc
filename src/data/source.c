/* Opening sources, and picking from them. */
#include "vkpcl/source.h"
#include "data/order.h"
#include "data/packed.h"
#include "data/source_internal.h"
#include "vkpcl/rng.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- opening ----------------------------------------------------------------------------------------------------- */

enum { FEW_IDENTITIES = 16 };

static void describe(const struct vp_source_part *part, bool was_auto, const struct vp_log *log) {
    if (part->packed) {
        vp_log(log, VP_LOG_INFO, "data: %s: packed, %u images, %u items", part->path, part->images, part->items);
        return;
    }
    switch (part->layout) {
    case VP_LAYOUT_IDENTITY:
        vp_log(log, VP_LOG_INFO, "data: %s: identity tree, %u images of %u identities", part->path, part->images,
               part->items);
        if (was_auto && part->items < FEW_IDENTITIES)
            vp_log(log, VP_LOG_WARN,
                   "the %u folders in %s are taken for people, one image of each per epoch; if they are "
                   "not, use data.layout: folder",
                   part->items, part->path);
        break;
    case VP_LAYOUT_LIST:
        vp_log(log, VP_LOG_INFO, "data: %s: list of %u images", part->path, part->images);
        break;
    default:
        vp_log(log, VP_LOG_INFO, "data: %s: folder of %u images", part->path, part->images);
    }
}

static enum vp_status add_part(struct vp_source *source, const char *path, enum vp_data_layout layout,
                               const struct vp_log *log, struct vp_error *err) {
    struct stat info;
    if (stat(path, &info) != 0)
        return errno == ENOENT ? vp_fail(err, VP_ERR_IO, "there is no folder or list file %s", path)
                               : vp_fail(err, VP_ERR_IO, "cannot open %s: %s", path, strerror(errno));
    bool is_folder = S_ISDIR(info.st_mode), is_packed = vp_packed_is(path);
    if (layout == VP_LAYOUT_PACKED && !is_packed)
        return vp_fail(err, VP_ERR_USAGE,
                       "%s is no packed set: data.layout: packed needs a folder with %s and %s, or a .npy file", path,
                       VP_PACKED_IMAGES, VP_PACKED_INDEX);
    if (is_packed && (layout == VP_LAYOUT_PACKED || layout == VP_LAYOUT_AUTO))
        return vp_source_add_packed(source, path, err);
    if (is_folder && layout == VP_LAYOUT_LIST)
        return vp_fail(err, VP_ERR_USAGE, "%s is a folder, but data.layout: list needs a text file of paths", path);
    if (!is_folder && (layout == VP_LAYOUT_FOLDER || layout == VP_LAYOUT_IDENTITY))
        return vp_fail(err, VP_ERR_USAGE, "%s is a file, but data.layout: %s needs a folder", path,
                       layout == VP_LAYOUT_FOLDER ? "folder" : "identity");
    if (!is_folder && vp_source_is_image(path))
        return vp_fail(err, VP_ERR_USAGE, "%s is one image: give the folder it is in, or a text file of paths", path);
    enum vp_status status =
        is_folder ? vp_source_scan(source, path, layout, log, err) : vp_source_read_list(source, path, log, err);
    if (status == VP_OK && source->text_used > UINT32_MAX)
        return vp_fail(err, VP_ERR_USAGE, "the names of all images take %llu bytes; at most 4 GiB are possible",
                       (unsigned long long)source->text_used);
    return status;
}

enum vp_status vp_source_open(const char *const *paths, int count, enum vp_data_layout layout, const struct vp_log *log,
                              struct vp_source **source, struct vp_error *err) {
    vp_assert(count > 0, "%d sources", count);
    *source = NULL;
    struct vp_source *opened = vp_source_begin();
    enum vp_status status = VP_OK;
    for (int i = 0; status == VP_OK && i < count; i++) {
        int before = opened->part_count;
        status = add_part(opened, paths[i], layout, log, err);
        for (int part = before; status == VP_OK && part < opened->part_count; part++)
            describe(&opened->parts[part], layout == VP_LAYOUT_AUTO, log);
    }
    if (status != VP_OK) {
        vp_source_destroy(opened);
        return status;
    }
    vp_source_finish(opened);
    *source = opened;
    return VP_OK;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

uint32_t vp_source_images(const struct vp_source *source) {
    return source->images;
}

uint32_t vp_source_items(const struct vp_source *source) {
    return source->items;
}

const struct vp_source_part *vp_source_parts(const struct vp_source *source, int *count) {
    *count = source->part_count;
    return source->parts;
}

/* First image of folder number `folder`, or the end of all. */
static uint32_t folder_start(const struct vp_source *source, uint32_t folder) {
    return folder < source->folder_count ? source->folders[folder].first_image : source->images;
}

/* The first folder behind those of part number `part`. */
static uint32_t part_end(const struct vp_source *source, int part) {
    return part + 1 < source->part_count ? source->starts[part + 1].folder : source->folder_count;
}

static uint32_t draw_frame(const struct vp_source *source, uint64_t seed, uint32_t epoch, uint64_t lap, int part,
                           uint32_t item) {
    uint64_t stream = vp_rng_stream(VP_RNG_FRAME, epoch), base = lap << 33 | (uint64_t)item << 1;
    uint32_t place = item - source->parts[part].first_item;
    const uint32_t *identity = source->identities + source->starts[part].identity + place;
    uint32_t first = identity[0], end = place + 1 < source->parts[part].items ? identity[1] : part_end(source, part);
    uint32_t video = first + vp_rng_below(seed, stream, base, end - first);
    uint32_t from = folder_start(source, video), to = folder_start(source, video + 1);
    return from + vp_rng_below(seed, stream, base | 1, to - from);
}

uint32_t vp_source_pick(const struct vp_source *source, uint64_t seed, uint32_t epoch, uint64_t position) {
    uint64_t lap = position / source->items;
    vp_assert(lap < 1u << 24, "position %llu of %u items", (unsigned long long)position, source->items);
    uint32_t item = vp_order_at(seed, vp_rng_stream(VP_RNG_ORDER, epoch), (uint32_t)lap, source->items,
                                (uint32_t)(position % source->items));
    int part = 0;
    while (item - source->parts[part].first_item >= source->parts[part].items) part++;
    if (source->parts[part].layout == VP_LAYOUT_IDENTITY) return draw_frame(source, seed, epoch, lap, part, item);
    return source->parts[part].first_image + item - source->parts[part].first_item;
}

int vp_source_part_of(const struct vp_source *source, uint32_t image) {
    vp_assert(image < source->images, "image %u of %u", image, source->images);
    int part = 0;
    while (image - source->parts[part].first_image >= source->parts[part].images) part++;
    return part;
}

const unsigned char *vp_source_pixels(const struct vp_source *source, uint32_t image, int *width, int *height) {
    int part = vp_source_part_of(source, image);
    const struct vp_packed *packed = source->starts[part].packed;
    if (!packed) return NULL;
    *width = packed->width, *height = packed->height;
    return vp_packed_image(packed, source->starts[part].row + image - source->parts[part].first_image);
}

size_t vp_source_path(const struct vp_source *source, uint32_t image, char *buffer, size_t bytes) {
    int part = vp_source_part_of(source, image);
    const struct vp_packed *packed = source->starts[part].packed;
    if (packed)
        return (size_t)snprintf(buffer, bytes, "%s[%u]", packed->path,
                                source->starts[part].row + image - source->parts[part].first_image);
    uint32_t low = 0, high = source->folder_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (source->folders[middle].first_image <= image)
            low = middle;
        else
            high = middle;
    }
    const char *folder = source->text + source->folders[low].path, *name = source->text + source->names[image];
    size_t length = strlen(folder);
    const char *slash = length == 0 || folder[length - 1] == '/' ? "" : "/";
    return (size_t)snprintf(buffer, bytes, "%s%s%s", folder, slash, name);
}

/* ---- size and identity ------------------------------------------------------------------------------------------- */

/* FNV-1a, in 64 bits. */
static uint64_t mixed(uint64_t hash, const void *data, size_t bytes) {
    const unsigned char *text = data;
    for (size_t i = 0; i < bytes; i++) hash = (hash ^ text[i]) * 0x100000001b3u;
    return hash;
}

uint64_t vp_source_fingerprint(const struct vp_source *source) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (int i = 0; i < source->part_count; i++) {
        const struct vp_source_part *part = &source->parts[i];
        unsigned char layout = (unsigned char)part->layout;
        hash = mixed(hash, &layout, 1);
        if (source->starts[i].packed) {
            const struct vp_packed *packed = source->starts[i].packed;
            hash = mixed(hash, &packed->origin, sizeof packed->origin);
            hash = mixed(hash, &part->images, sizeof part->images);
            continue;
        }
        /* Below the opened path only: the same folder may lie elsewhere on another machine. */
        size_t prefix = strlen(part->path);
        for (uint32_t folder = source->starts[i].folder; folder < part_end(source, i); folder++) {
            const char *path = source->text + source->folders[folder].path;
            if (part->layout == VP_LAYOUT_LIST)
                path = "";
            else if (strncmp(path, part->path, prefix) == 0)
                path += prefix + (path[prefix] == '/');
            hash = mixed(hash, path, strlen(path) + 1);
            for (uint32_t k = folder_start(source, folder); k < folder_start(source, folder + 1); k++) {
                const char *name = source->text + source->names[k];
                hash = mixed(hash, name, strlen(name) + 1);
            }
        }
    }
    return hash;
}

size_t vp_source_bytes(const struct vp_source *source) {
    size_t bytes = sizeof *source + source->text_room + source->image_room * sizeof *source->names +
                   source->folder_room * sizeof *source->folders + source->identity_room * sizeof *source->identities;
    for (int i = 0; i < source->part_count; i++) {
        bytes += sizeof *source->parts + sizeof *source->starts + strlen(source->parts[i].path) + 1;
        if (source->starts[i].packed && source->starts[i].row == 0)
            bytes += vp_packed_index_bytes(source->starts[i].packed);
    }
    return bytes;
}
