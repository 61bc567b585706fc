/* FER2013, fer2013.csv: Goodfellow et al., "Challenges in representation learning" (2013). The public test set is used
 * for validation, the private one for testing. */
#include "data/labels_internal.h"

enum vp_status vp_labels_read_fer2013(struct vp_labels_builder *builder, const struct vp_labels_request *request,
                                      struct vp_error *err) {
    static const char *const names[] = {"anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"};
    static const struct vp_line_format format = {
        .form = "emotion,pixels,Usage",
        .separator = ',',
        .header = true,
        .count = 3,
        .fields = {{VP_LINE_CATEGORY, "an emotion", 0, 6},
                   {VP_LINE_PIXELS, "pixels", 0, 0},
                   {VP_LINE_SPLIT, "Training, PublicTest or PrivateTest", 0, 0}},
        .side = 48,
        .names = names};
    return vp_labels_read_lines(&format, builder, request, err);
}
