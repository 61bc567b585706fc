/* Reading labels and pairs: the format is found, its reader builds. */
#include "vkpcl/labels.h"
#include "data/labels_internal.h"
#include <stdlib.h>
#include <string.h>

/* The request with a root: the folder of the file. */
static struct vp_labels_request with_root(const struct vp_labels_request *request, struct vp_arena *arena) {
    struct vp_labels_request full = *request;
    if (full.root) return full;
    const char *slash = strrchr(request->path, '/');
    full.root =
        slash ? vp_arena_printf(arena, "%.*s", (int)(slash - request->path) + (slash == request->path), request->path)
              : "";
    return full;
}

enum vp_status vp_labels_read(const struct vp_labels_request *request, struct vp_labels **labels,
                              struct vp_error *err) {
    struct vp_error own = {0};
    if (!err) err = &own; /* its status is needed below */
    *labels = NULL;
    const struct vp_label_reader *reader = vp_label_reader_for(request, false, err);
    if (!reader) return err->status;
    struct vp_labels_builder builder;
    vp_labels_begin(&builder);
    struct vp_labels_request full = with_root(request, builder.arena);
    /* A .mat folder holds its images itself. */
    if (!request->root && reader->labels == vp_labels_read_aflw2000 && !strstr(request->path, ".mat"))
        full.root = request->path;
    enum vp_status status = reader->labels(&builder, &full, err);
    if (status == VP_OK && builder.labels.count == 0)
        status = vp_fail(err, VP_ERR_FORMAT, "%s holds no labels (read as %s)", request->path, reader->name);
    if (status != VP_OK) {
        vp_labels_abandon(&builder);
        return status;
    }
    *labels = vp_labels_end(&builder, reader->name);
    return VP_OK;
}

/* ---- pairs ------------------------------------------------------------------------------------------------------- */

struct owned_pairs {
    struct vp_pairs pairs;
    struct vp_arena *arena;
    struct vp_packed *packed;
};

enum vp_status vp_pairs_read(const struct vp_labels_request *request, struct vp_pairs **pairs, struct vp_error *err) {
    struct vp_error own = {0};
    if (!err) err = &own;
    *pairs = NULL;
    const struct vp_label_reader *reader = vp_label_reader_for(request, true, err);
    if (!reader) return err->status;
    struct vp_pairs_builder builder = {.arena = vp_arena_create()};
    vp_names_init(&builder.paths, builder.arena);
    struct vp_labels_request full = with_root(request, builder.arena);
    enum vp_status status = reader->pairs(&builder, &full, err);
    if (status == VP_OK && builder.pairs.count == 0)
        status = vp_fail(err, VP_ERR_FORMAT, "%s holds no pairs (read as %s)", request->path, reader->name);
    if (status == VP_OK) status = vp_pairs_find_packed(&builder, &full, err);
    struct owned_pairs *owned = malloc(sizeof *owned);
    vp_assert(owned, "out of host memory for pairs");
    builder.pairs.format = reader->name;
    builder.pairs.images = builder.paths.count;
    builder.pairs.paths = vp_names_array(&builder.paths);
    *owned = (struct owned_pairs){builder.pairs, builder.arena, builder.packed};
    vp_names_fini(&builder.paths);
    if (status == VP_OK)
        *pairs = &owned->pairs;
    else
        vp_pairs_destroy(&owned->pairs);
    return status;
}

void vp_pairs_destroy(struct vp_pairs *pairs) {
    if (!pairs) return;
    struct owned_pairs *owned = (struct owned_pairs *)pairs;
    free(pairs->pairs);
    vp_packed_close(owned->packed);
    vp_arena_destroy(owned->arena);
    free(owned);
}
