/* The plainest list: an image and the number of its class. */
#include "data/labels_internal.h"
#include <limits.h>

enum vp_status vp_labels_read_list(struct vp_labels_builder *builder, const struct vp_labels_request *request,
                                   struct vp_error *err) {
    static const struct vp_line_format format = {
        .form = "an image's path and a whole number",
        .count = 2,
        .fields = {{VP_LINE_PATH, "a path", 0, 0}, {VP_LINE_CATEGORY, "a label", 0, INT_MAX}}};
    return vp_labels_read_lines(&format, builder, request, err);
}
