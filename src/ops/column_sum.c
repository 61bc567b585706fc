/* Two-pass ordered sums: enough runs of rows to fill a device, then one ordered addition of the partial sums. */
#include "ops/column_sum.h"
#include "column_sum/column_sum_args.h"
#include "ops/elements.h"

/* As in the shaders: local sizes; the widest block of column items; and how many partial sums one invocation of the
 * second pass may add without holding up the device. */
enum { ROWS_GROUP = 64, GROUP = 256, WIDEST = 64, MOST_RUNS = 256 };

struct vp_slot *vp_partials(struct vp_tape *tape, uint64_t bytes, struct vp_bind out, int64_t count, const char *name) {
    struct vp_slot *waits = count % 4 == 0 ? vp_batch_wait(tape, "sum_partials.batch", out, bytes, name) : NULL;
    return waits ? waits : vp_tape_scratch(tape, name, bytes);
}

void vp_emit_sum_partials(struct vp_tape *tape, struct vp_slot *part, int64_t parts, int64_t count, struct vp_bind out,
                          bool accumulate, const char *label) {
    double flops = (double)count * (double)parts, bytes = 4.0 * (double)count * (double)(parts + 1);
    const uint32_t words[] = {(uint32_t)count / 4, (uint32_t)parts, accumulate};
    if (vp_batch_late(tape, &(struct vp_batch_job){.from = vp_bind_slot(part),
                                                   .to = out,
                                                   .items = words[0],
                                                   .words = words,
                                                   .word_count = 3,
                                                   .flops = flops,
                                                   .bytes = bytes,
                                                   .label = "gradient sums"}))
        return;
    struct {
        uint32_t count, parts, accumulate;
    } push = {(uint32_t)count, (uint32_t)parts, accumulate};
    struct vp_launch launch = {.kernel = "sum_partials",
                               .bind = {vp_bind_slot(part), out},
                               VP_PUSH(push),
                               .flops = flops,
                               .bytes = bytes,
                               .label = label};
    vp_groups_flat((uint64_t)count, 64, launch.groups);
    vp_emit(tape, &launch);
}

/* How a first pass is laid out. */
struct layout {
    bool rows; /* column_sum_rows: an invocation a run; else column_sum_group: a workgroup a run */
    const char *kernel;
    uint32_t columns, wide; /* items of a row, of a block */
    int64_t rows_per_run;
};

static int64_t clamp(int64_t value, int64_t least, int64_t most) {
    return value < least ? least : value > most ? most : value;
}

static struct layout lay_out(struct vp_tape *tape, int64_t rows, int64_t columns, bool masked) {
    struct layout l = {.rows = vp_tape_caps(tape)->lanes_beat_shared};
    static const char *const kernels[2][2] = {{"column_sum_group", "column_sum_group.leaky"},
                                              {"column_sum_rows", "column_sum_rows.leaky"}};
    l.kernel = vp_item_kernel(tape, kernels[l.rows][masked], columns);
    l.columns = (uint32_t)columns / vp_item_floats(columns);
    l.wide = l.columns < WIDEST ? l.columns : WIDEST;
    if (l.rows)
        l.rows_per_run = clamp(rows * l.columns / 1024, 16, 256);
    else
        l.rows_per_run = clamp(vp_div_up((uint64_t)rows, MOST_RUNS), 4 * (GROUP / l.wide), INT64_MAX);
    return l;
}

void vp_emit_bias_backward(struct vp_tape *tape, struct vp_tensor *y, struct vp_tensor *b, int64_t rows,
                           int64_t columns, float slope, const char *label) {
    bool masked = slope < 1 || slope > 1, summed = b && b->needs_grad, accumulate = false;
    if (!masked && !summed) return;
    const struct layout l = lay_out(tape, rows, columns, masked);
    struct vp_bind dy = vp_grad_in(tape, y), db = summed ? vp_grad(tape, b, &accumulate) : (struct vp_bind){0};
    uint64_t row_bytes = vp_bind_element(dy) * (uint64_t)columns, sum_bytes = 4 * (uint64_t)columns;
    int64_t runs = 0, run = 0;
    for (int64_t first = 0, n; (n = vp_piece(tape, rows, first, &row_bytes, 1)) > 0; first += n)
        runs += vp_div_up((uint64_t)n, (uint64_t)l.rows_per_run);
    struct vp_slot *part = summed ? vp_partials(tape, (uint64_t)runs * sum_bytes, db, columns, "column sums")
                                  : vp_tape_scratch(tape, "column sums", (uint64_t)runs * sum_bytes);
    for (int64_t first = 0, n; (n = vp_piece(tape, rows, first, &row_bytes, 1)) > 0; first += n) {
        uint32_t here = vp_div_up((uint64_t)n, (uint64_t)l.rows_per_run);
        struct column_sum_args args = {.rows = (uint32_t)n,
                                       .columns = l.columns,
                                       .rows_per_run = (uint32_t)l.rows_per_run,
                                       .runs = here,
                                       .first_run = (uint32_t)run,
                                       .slope = slope};
        struct vp_bind x = vp_bind_rows(dy, row_bytes, first, n);
        struct vp_launch launch = {.kernel = l.kernel,
                                   .spec = {l.wide},
                                   .spec_count = l.rows ? 0 : 1,
                                   .bind = {x, vp_bind_slot(part), vp_bind_rows(vp_value(y), row_bytes, first, n), x},
                                   VP_PUSH(args),
                                   .groups = {vp_div_up(l.columns, l.wide), here},
                                   .flops = (masked ? 3.0 : 1.0) * (double)n * (double)columns,
                                   .bytes = (masked ? 3.0 : 1.0) * (double)n * (double)row_bytes,
                                   .label = label};
        if (l.rows) vp_groups_flat((uint64_t)here * l.columns, ROWS_GROUP, launch.groups);
        vp_emit(tape, &launch);
        run += here;
    }
    if (summed) vp_emit_sum_partials(tape, part, runs, columns, db, accumulate, label);
}
