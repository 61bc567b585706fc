/* pairs.csv: who is who, among test identities, in folds that share nobody. */
#include "data/synth_draw.h"
#include "data/synth_set.h"
#include "vkpcl/file.h"
#include <stdlib.h>

enum { FOLDS = 10, MOST = 300 }; /* pairs of one kind in a fold, as LFW has */

/* Test identities number fold, fold + folds, ... */
struct fold {
    uint32_t *people;
    int count;
    struct vp_lots lots;
};

static struct vp_synth_place draw_image(const struct vp_synth_request *request, struct fold *fold, int person) {
    uint32_t identity = fold->people[person];
    return (struct vp_synth_place){identity,
                                   (uint32_t)vp_lot_below(&fold->lots, (int)vp_synth_images_of(request, identity))};
}

static bool same_place(struct vp_synth_place a, struct vp_synth_place b) {
    return a.identity == b.identity && a.image == b.image;
}

/* Draws a pair that is not among the `count` there are; false when chance finds none. */
static bool draw_pair(const struct vp_synth_request *request, struct fold *fold, bool same, int count,
                      struct vp_synth_place (*pairs)[2]) {
    for (int attempt = 0; attempt < 64; attempt++) {
        int person = vp_lot_below(&fold->lots, fold->count), other = person;
        if (!same) other = (person + 1 + vp_lot_below(&fold->lots, fold->count - 1)) % fold->count;
        struct vp_synth_place a = draw_image(request, fold, person), b = draw_image(request, fold, other);
        bool known = same_place(a, b);
        for (int i = 0; i < count && !known; i++)
            known = (same_place(a, pairs[i][0]) && same_place(b, pairs[i][1])) ||
                    (same_place(a, pairs[i][1]) && same_place(b, pairs[i][0]));
        if (known) continue;
        pairs[count][0] = a, pairs[count][1] = b;
        return true;
    }
    return false;
}

/* As many pairs of one kind as of the other, at most MOST, and not more than half of those of one person there are. */
static void write_fold(const struct vp_synth_request *request, struct fold *fold, int number, FILE *out) {
    struct vp_synth_place pairs[2][MOST][2];
    uint64_t possible = 0;
    for (int i = 0; i < fold->count; i++) {
        uint64_t images = vp_synth_images_of(request, fold->people[i]);
        possible += images * (images - 1) / 2;
    }
    int wanted = possible / 2 < MOST ? (int)((possible + 1) / 2) : MOST, count = 0;
    while (count < wanted && draw_pair(request, fold, true, count, pairs[1]) &&
           draw_pair(request, fold, false, count, pairs[0]))
        count++;
    for (int same = 1; same >= 0; same--)
        for (int i = 0; i < count; i++) {
            char a[VP_SYNTH_NAME], b[VP_SYNTH_NAME];
            vp_synth_name(pairs[same][i][0], a);
            vp_synth_name(pairs[same][i][1], b);
            fprintf(out, "%d,%d,%s,%s\n", number, same, a, b);
        }
}

enum vp_status vp_synth_write_pairs(const struct vp_synth_request *request, struct vp_error *err) {
    char *path = vp_synth_path(request, "pairs.csv");
    struct vp_file file;
    enum vp_status status = vp_file_begin(&file, path, err);
    free(path);
    if (status != VP_OK) return status;
    int tests = 0;
    for (uint32_t i = 0; i < (uint32_t)request->identities; i++) tests += vp_synth_split_of(i) == VP_SYNTH_TEST;
    int folds = tests / 2 < FOLDS ? tests / 2 : FOLDS;
    uint32_t *people = calloc((size_t)tests + 1, sizeof *people);
    vp_assert(people, "out of host memory for %d identities", tests);
    fprintf(file.stream, "fold,same,image_a,image_b\n");
    for (int number = 0; number < folds; number++) {
        struct fold fold = {.people = people,
                            .lots = vp_lots(request->seed, VP_SYNTH_PAIRS, 0, (uint32_t)number << 16)};
        int test = 0;
        for (uint32_t i = 0; i < (uint32_t)request->identities; i++)
            if (vp_synth_split_of(i) == VP_SYNTH_TEST && test++ % folds == number) people[fold.count++] = i;
        write_fold(request, &fold, number + 1, file.stream);
    }
    free(people);
    if (request->log && folds < FOLDS)
        vp_log(request->log, VP_LOG_WARN,
               "pairs.csv has %d folds instead of %d: there are %d test identities, %d are needed (--identities 80)",
               folds, FOLDS, tests, 2 * FOLDS);
    return vp_file_commit(&file, err);
}
