/* One harness for every op: a room lists its cases, the harness proves them.
 *
 * For each case, in this order:
 *   1. calculus: the double-precision backward reference against central differences of the forward reference;
 *   2. for every capability mask (nothing disabled, each of texel, bda, subgroup, f16 disabled, everything disabled)
 *      under which the op chooses launches it has not been seen with:
 *      the op on the device against the reference, forward and backward, in poisoned memory with guarded slots;
 *      the op applied twice to the same inputs, so that gradients accumulate; a second run that must repeat every bit;
 *   3. no validation message.
 * Cases with inputs in half go through the same.
 * Sizes in a room's table always include 1, primes, and 31/32/33 or 63/64/65.
 */
#ifndef VKPCL_OP_CHECK_H
#define VKPCL_OP_CHECK_H
#include "vkpcl/tape.h"
#include <stddef.h>

enum { OP_MAX_INPUTS = 8, OP_MAX_OUTPUTS = 4, OP_HALF_OUTPUTS = 1 << OP_MAX_INPUTS };

struct op_input {
    const char *name;
    struct vp_shape shape;
    float low, high; /* uniform random values in [low, high) */
    bool needs_grad;
    const float *values; /* given values instead of random ones; NULL: random */
};

struct op_case {
    const char *label;
    struct op_input in[OP_MAX_INPUTS]; /* up to the first one without a name */
    const void *params;                /* the op's own description, handed to build and references */
    double tolerance;                  /* largest |device - reference| / largest |reference|, forward; 0: 1e-5 */
    double grad_tolerance;             /* the same for gradients; 0: 2e-5 */
    bool skip_calculus;                /* only where the op has no derivative to check (random numbers) */
    unsigned half;                     /* bit i: input i is stored in half, and activations (OP_HALF_OUTPUTS: only
                                        * these); values and upstream gradients are rounded before the references see
                                        * them. Results are rounded too, by 5e-4 at most, and once more where gradients
                                        * accumulate: default tolerances are then 1e-3 and 2e-3 */
};

/* Builds the op on the tape; fills out[] and returns how many outputs. */
typedef int op_build(struct vp_tape *tape, const struct op_case *c, struct vp_tensor **in, struct vp_tensor **out);
/* References in double. out[i] and din[i] are sized by the harness from the built tensors, and zeroed. */
typedef void op_forward_ref(const struct op_case *c, double *const *in, double *const *out);
typedef void op_backward_ref(const struct op_case *c, double *const *in, double *const *out, double *const *dout,
                             double *const *din); /* din[i] is NULL where needs_grad is false */

struct op_room {
    const char *name;
    op_build *build;
    op_forward_ref *forward;
    op_backward_ref *backward; /* NULL: forward only */
    const struct op_case *cases;
    int case_count;
};

/* A cmocka test body: runs all cases of the room; fails with case, mask, tensor, index, both values. */
void op_check(const struct op_room *room);

/* `main` of an op test in one line: OP_CHECK_MAIN(room) */
int op_check_main(const struct op_room *room);
#define OP_CHECK_MAIN(room)                                                                                            \
    int main(void) {                                                                                                   \
        return op_check_main(&(room));                                                                                 \
    }
#define OP_CASES(table) .cases = (table), .case_count = (int)(sizeof(table) / sizeof((table)[0]))

#endif
