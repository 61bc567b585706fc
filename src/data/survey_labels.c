/* Labels: how many of each. */
#include "data/names.h"
#include "data/survey_internal.h"
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static void print_categories(const struct vp_labels *labels, FILE *out) {
    int *counts = calloc((size_t)labels->categories + 1, sizeof *counts), missing = 0;
    vp_assert(counts, "out of host memory for %d categories", labels->categories);
    for (int i = 0; i < labels->count; i++) {
        int category = labels->items[i].category;
        if (category >= 0)
            counts[category]++;
        else
            missing++;
    }
    fprintf(out, "  categories:");
    for (int i = 0; i < labels->categories && i < 20; i++)
        fprintf(out, "%s %s %d", i ? "," : "", labels->category_names[i], counts[i]);
    if (labels->categories > 20) fprintf(out, ", and %d others", labels->categories - 20);
    if (missing) fprintf(out, ", without %d", missing);
    fprintf(out, "\n");
    free(counts);
}

static void print_splits(const struct vp_labels *labels, FILE *out) {
    static const char *const names[] = {"none", "train", "validation", "test"};
    int counts[4] = {0};
    for (int i = 0; i < labels->count; i++) counts[labels->items[i].split]++;
    if (counts[VP_SPLIT_NONE] == labels->count) return;
    fprintf(out, "  splits:");
    for (int i = 3, shown = 0; i >= 0; i--)
        if (counts[i]) fprintf(out, "%s %s %d", shown++ ? "," : "", names[i], counts[i]);
    fprintf(out, "\n");
    if (!labels->identities) return;
    /* The mistake that spoils a test: the same person on both sides. */
    unsigned char *seen = calloc((size_t)labels->identities, 1);
    vp_assert(seen, "out of host memory for %d identities", labels->identities);
    int shared = 0;
    for (int i = 0; i < labels->count; i++)
        if (labels->items[i].identity >= 0)
            seen[labels->items[i].identity] |= (unsigned char)(1 << labels->items[i].split);
    for (int i = 0; i < labels->identities; i++)
        shared += (seen[i] & (1 << VP_SPLIT_TEST)) && (seen[i] & (1 << VP_SPLIT_TRAIN | 1 << VP_SPLIT_VALIDATION));
    free(seen);
    if (shared) fprintf(out, "  problem: %d identities are in the test split and in another\n", shared);
}

static void print_aus(const struct vp_labels *labels, FILE *out) {
    fprintf(out, "  action units, share present:");
    for (int k = 0; k < labels->aus; k++) {
        int present = 0, known = 0;
        for (int i = 0; i < labels->count; i++) {
            signed char au = labels->au[(size_t)i * (size_t)labels->aus + (size_t)k];
            known += au != VP_LABEL_MISSING, present += au == 1;
        }
        fprintf(out, "%s %s %.3g %%", k ? "," : "", labels->au_names[k], known ? 100.0 * present / known : 0.0);
    }
    fprintf(out, "\n");
}

static float angle(const struct vp_label *label, int axis) {
    return axis == 0 ? label->yaw : axis == 1 ? label->pitch : label->roll;
}

static void print_angles(const struct vp_labels *labels, FILE *out) {
    static const char *const names[] = {"yaw", "pitch", "roll"};
    int beyond = 0;
    for (int axis = 0; axis < 3; axis++) {
        double low = INFINITY, high = -INFINITY;
        int known = 0;
        for (int i = 0; i < labels->count; i++) {
            double value = (double)angle(&labels->items[i], axis);
            if (isnan(value)) continue;
            known++;
            beyond += fabs(value) > 99;
            if (value < low) low = value;
            if (value > high) high = value;
        }
        if (known) fprintf(out, "  %s: %.1f to %.1f degrees (%d images)\n", names[axis], low, high, known);
    }
    if (beyond) fprintf(out, "  problem: %d angles are beyond 99 degrees; evaluations leave such images out\n", beyond);
}

void vp_survey_labels(const struct vp_labels *labels, FILE *out) {
    fprintf(out, "labels: format %s, %d images", labels->format, labels->count);
    if (labels->identities) fprintf(out, " of %d identities", labels->identities);
    fprintf(out, "\n");
    if (labels->categories) print_categories(labels, out);
    print_splits(labels, out);
    if (labels->aus) print_aus(labels, out);
    print_angles(labels, out);
}

void vp_survey_match(const struct vp_labels *labels, const struct vp_source *source, FILE *out) {
    if (!labels->items[0].path) return; /* a packed set's own labels: a line per image */
    struct vp_arena *arena = vp_arena_create();
    struct vp_names names;
    vp_names_init(&names, arena);
    for (uint32_t i = 0; i < vp_source_images(source); i++) {
        char path[4096];
        vp_source_path(source, i, path, sizeof path);
        vp_names_add(&names, path);
    }
    int unknown = 0, first = -1;
    for (int i = labels->count; i-- > 0;)
        if (vp_names_find(&names, labels->items[i].path) < 0 && access(labels->items[i].path, R_OK) != 0)
            first = i, unknown++;
    vp_names_fini(&names);
    vp_arena_destroy(arena);
    if (unknown)
        fprintf(out, "  problem: %d labels name images that do not exist; the first: %s\n", unknown,
                labels->items[first].path);
    if ((uint32_t)(labels->count - unknown) < vp_source_images(source))
        fprintf(out, "  problem: %u images have no label\n",
                vp_source_images(source) - (uint32_t)(labels->count - unknown));
}

void vp_survey_pairs(const struct vp_pairs *pairs, FILE *out) {
    int same = 0, missing = 0, first = -1;
    for (int i = 0; i < pairs->count; i++) same += pairs->pairs[i].same;
    for (int i = pairs->images; i-- > 0;)
        if (!pairs->pixels && access(pairs->paths[i], R_OK) != 0) first = i, missing++;
    fprintf(out, "pairs: format %s, %d pairs in %d folds, %d of the same person, %d images\n", pairs->format,
            pairs->count, pairs->folds, same, pairs->images);
    if (missing)
        fprintf(out, "  problem: %d of these images do not exist; the first: %s\n", missing, pairs->paths[first]);
}
