/* Golden arrays for tests of the CPU references: op_<name>.npz in the folder that VKPCL_GOLDEN names (tests/golden). */
#ifndef GOLDEN_FILE_H
#define GOLDEN_FILE_H
#include "vkpcl/array.h"
#include "vkpcl/npz.h"
#include <stddef.h>

/* An open file and all the memory a test needs beside it; every function fails the test on error. */
struct golden {
    const char *op;
    struct vp_npz *file;
    double *held[64]; /* freed by golden_close */
    int count;
};
void golden_open(struct golden *g, const char *op);
void golden_close(struct golden *g);
/* Zeroed doubles. */
double *golden_room(struct golden *g, size_t count);
/* An array in the references' layout: rank 4 goes from N,C,H,W to N,H,W,C (filters: K,C,R,S to K,R,S,C). `shape` (may
 * be NULL) gets the shape as the file has it, without data. */
double *golden_get(struct golden *g, const char *name, struct vp_array *shape);
/* `ours` agrees with the stored array to 2e-6 relative L2: the files hold float32. */
void golden_expect(struct golden *g, const char *name, const double *ours);

#endif
