/* Two-pass ordered sums: enough runs to fill a device, then one ordered addition of the partial sums. */
#include "ops/column_sum.h"
#include "vkpcl/status.h"

enum { ROWS_PER_RUN = 256 };

void vp_emit_sum_partials(struct vp_tape *tape, struct vp_slot *part, int64_t parts, int64_t count, struct vp_bind out,
                          bool accumulate, const char *label) {
    const struct vp_gpu_caps *caps = vp_tape_caps(tape);
    bool texel = caps->lanes_beat_shared && count % 4 == 0 && vp_tape_has_kernel(tape, "sum_partials.texel") &&
                 (uint64_t)(parts * count) / 4 <= caps->max_texel_elements;
    int64_t items = texel ? count / 4 : count;
    struct {
        uint32_t count, parts, accumulate;
    } push = {(uint32_t)items, (uint32_t)parts, accumulate};
    struct vp_launch launch = {.kernel = texel ? "sum_partials.texel" : "sum_partials",
                               .bind = {vp_bind_slot(part), out},
                               VP_PUSH(push),
                               .flops = (double)count * (double)parts,
                               .bytes = 4.0 * (double)count * (double)(parts + 1),
                               .label = label};
    vp_groups_flat((uint64_t)items, 64, launch.groups);
    vp_emit(tape, &launch);
}

void vp_emit_column_sum(struct vp_tape *tape, struct vp_bind x, int64_t rows, int64_t columns, struct vp_bind out,
                        bool accumulate, const char *label) {
    uint64_t row_bytes = 4 * (uint64_t)columns;
    int64_t runs = 0;
    for (int64_t first = 0, n; (n = vp_piece(tape, rows, first, &row_bytes, 1)) > 0; first += n)
        runs += vp_div_up((uint64_t)n, ROWS_PER_RUN);
    struct vp_slot *part = vp_tape_scratch(tape, "column sums", (uint64_t)runs * row_bytes);
    int64_t run = 0;
    for (int64_t first = 0, n; (n = vp_piece(tape, rows, first, &row_bytes, 1)) > 0; first += n) {
        struct {
            uint32_t rows, columns, rows_per_run, first_run;
        } push = {(uint32_t)n, (uint32_t)columns, ROWS_PER_RUN, (uint32_t)run};
        uint32_t here = vp_div_up((uint64_t)n, ROWS_PER_RUN);
        vp_emit(tape, &(struct vp_launch){.kernel = "column_sum_rows",
                                          .bind = {vp_bind_rows(x, row_bytes, first, n), vp_bind_slot(part)},
                                          VP_PUSH(push),
                                          .groups = {vp_div_up((uint64_t)columns, 64), here},
                                          .flops = (double)n * (double)columns,
                                          .bytes = (double)n * (double)row_bytes,
                                          .label = label});
        run += here;
    }
    vp_emit_sum_partials(tape, part, runs, columns, out, accumulate, label);
}
