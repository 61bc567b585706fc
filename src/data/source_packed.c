/* Packed sets: the index is on the disk, no folder is looked at. */
#include "data/packed.h"
#include "data/source_internal.h"

enum vp_status vp_source_add_packed(struct vp_source *source, const char *path, struct vp_error *err) {
    struct vp_packed *packed;
    enum vp_status status = vp_packed_open(path, &packed, err);
    if (status != VP_OK) return status;
    uint32_t row = 0, video = 0, identity = 0;
    for (uint32_t i = 0; i < packed->part_count; i++) {
        const struct vp_packed_part *part = &packed->parts[i];
        bool tree = part->layout == VP_LAYOUT_IDENTITY;
        vp_source_begin_part(source, path);
        source->parts[source->part_count - 1].packed = true;
        source->starts[source->part_count - 1].packed = packed;
        source->starts[source->part_count - 1].row = row;
        uint32_t left = 0; /* videos of the identity under way still to come */
        for (uint32_t k = 0; k < part->videos; k++) {
            bool starts = tree && left == 0;
            if (starts) left = packed->identity[identity++];
            left -= tree;
            vp_source_add_folder(source, "", starts);
            vp_source_add_rows(source, packed->video[video++]);
        }
        vp_source_end_part(source, (enum vp_data_layout)part->layout);
        row += part->images;
    }
    return VP_OK;
}
