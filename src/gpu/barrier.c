/* Which steps must wait for earlier ones: hazards between byte ranges that kernels read and write. */
#include "gpu/program.h"
#include <stdlib.h>

static bool conflict(const struct vp_access *a, const struct vp_access *b) {
    return a->block == b->block && a->begin < b->end && b->begin < a->end && (a->write || b->write);
}

void vp_hazards_clear(struct vp_hazards *hazards) {
    hazards->count = 0;
}

void vp_hazards_fini(struct vp_hazards *hazards) {
    free(hazards->list);
    *hazards = (struct vp_hazards){0};
}

bool vp_hazards_step(struct vp_hazards *hazards, const struct vp_access *accesses, int count) {
    bool waits = false;
    for (int i = 0; i < hazards->count && !waits; i++)
        for (int k = 0; k < count && !waits; k++) waits = conflict(&hazards->list[i], &accesses[k]);
    if (waits) vp_hazards_clear(hazards);
    if (hazards->count + count > hazards->capacity) {
        hazards->capacity = 2 * (hazards->count + count);
        hazards->list = realloc(hazards->list, (size_t)hazards->capacity * sizeof *hazards->list);
        vp_assert(hazards->list, "out of host memory for %d accesses", hazards->capacity);
    }
    for (int k = 0; k < count; k++) hazards->list[hazards->count++] = accesses[k];
    return waits;
}
