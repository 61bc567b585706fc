/* Asking: a question is answered from the store or by its first candidate, and kept for whoever wants to time it. */
#include "tape/tape_internal.h"
#include <string.h>

double vp_tune_flops(const struct vp_tape *tape) {
    return tape->caps.is_cpu ? 1e8 : 2e10; /* milliseconds on either */
}

int vp_tape_choose(struct vp_tape *tape, const struct vp_question *question) {
    vp_assert(question->count > 0 && question->count <= VP_TUNE_CANDIDATES, "%s: %d candidates", question->key,
              question->count);
    const char *stored = tape->gpu ? vp_gpu_tuned(tape->gpu, question->key) : NULL;
    for (int i = 0; stored && i < question->count; i++)
        if (strcmp(stored, question->names[i]) == 0) return i;
    if (question->timed < 2 || stored || !tape->gpu)
        return 0; /* what is stored but not there any more counts as answered */
    struct vp_asked *asked = vp_arena_new(tape->arena, struct vp_asked);
    asked->question = *question;
    void *copy = vp_arena_alloc(tape->arena, question->bytes);
    memcpy(copy, question->attributes, question->bytes);
    asked->question.attributes = copy;
    asked->next = tape->asked;
    tape->asked = asked;
    return 0;
}
