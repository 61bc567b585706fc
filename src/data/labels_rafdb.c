/* RAF-DB, list_patition_label.txt: Li, Deng and Du, "Reliable crowdsourcing and deep locality-preserving learning for
 * expression recognition in the wild" (CVPR 2017). The list names train_00001.jpg; the aligned faces that everybody
 * trains on are called train_00001_aligned.jpg. */
#include "data/labels_internal.h"
#include <string.h>

static void aligned_name_and_split(struct vp_labels_builder *builder, struct vp_label *label, const char *root,
                                   const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    label->split = strncmp(name, "train_", 6) == 0  ? VP_SPLIT_TRAIN
                   : strncmp(name, "test_", 5) == 0 ? VP_SPLIT_TEST
                                                    : VP_SPLIT_NONE;
    if (!dot || strstr(name, "_aligned")) return;
    char *aligned = vp_arena_printf(builder->arena, "%.*s_aligned%s", (int)(dot - path), path, dot);
    label->path = vp_path_joined(builder->arena, root, aligned);
}

enum vp_status vp_labels_read_rafdb(struct vp_labels_builder *builder, const struct vp_labels_request *request,
                                    struct vp_error *err) {
    static const char *const names[] = {"surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral"};
    static const struct vp_line_format format = {
        .form = "an image's name and a label from 1 to 7",
        .separator = ' ',
        .count = 2,
        .fields = {{VP_LINE_PATH, "an image's name", 0, 0}, {VP_LINE_CATEGORY, "a label", 1, 7}},
        .names = names,
        .finish = aligned_name_and_split};
    return vp_labels_read_lines(&format, builder, request, err);
}
