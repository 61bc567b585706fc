/* The products within quads: as many elements at once as texel buffers hold. */
#include "ops/winograd_quads.h"
#include "conv2d/winograd_product_args.h"
#include "ops/conv_quads.h"
#include "ops/winograd_tiles.h"
#include "vkpcl/status.h"

static const char *kernel_of(const struct vp_tape *tape, int64_t c) {
    return c % 8 == 0 && vp_tape_has_kernel(tape, "winograd_quads.c8") ? "winograd_quads.c8" : "winograd_quads.c4";
}

bool vp_winograd_quads(const struct vp_tape *tape) {
    return vp_quads_wanted(tape, "winograd_quads.c4");
}

/* Bytes of an element of v and of u; of m they can be more, which is a plain buffer. */
static uint64_t v_bytes(int64_t tiles, int64_t c) {
    return 4 * (uint64_t)(tiles * c);
}
static uint64_t u_bytes(int64_t c, int64_t k) {
    return 4 * (uint64_t)(c * vp_winograd_padded(k));
}

bool vp_winograd_quads_fit(const struct vp_tape *tape, int64_t tiles, int64_t c, int64_t k) {
    uint64_t most = vp_quads_texel_bytes(tape);
    return v_bytes(tiles, c) <= most && u_bytes(c, k) <= most;
}

/* A ninth less than fits, for the tiles that round their number up. */
int64_t vp_winograd_quads_scratch(const struct vp_tape *tape, int64_t most_bytes) {
    int64_t fitting = (VP_WINOGRAD_ELEMENTS - 4) * (int64_t)vp_quads_texel_bytes(tape);
    return fitting < most_bytes ? fitting : most_bytes;
}

void vp_emit_winograd_quads(struct vp_tape *tape, const struct vp_winograd_quads_product *z) {
    vp_assert(vp_winograd_quads_fit(tape, z->tiles, z->c, z->k), "%s: an element exceeds a texel buffer", z->label);
    const struct winograd_product_args args = {.depth = (int32_t)z->c,
                                               .blocks = (int32_t)(z->tiles / VP_WINOGRAD_BLOCK),
                                               .k_blocks = (int32_t)(vp_winograd_padded(z->k) / VP_WINOGRAD_BLOCK)};
    const uint64_t bytes[] = {v_bytes(z->tiles, z->c), u_bytes(z->c, z->k),
                              v_bytes(z->tiles, vp_winograd_padded(z->k))};
    int64_t most = (int64_t)(vp_quads_texel_bytes(tape) / (bytes[0] > bytes[1] ? bytes[0] : bytes[1]));
    for (int64_t first = 0, n; (n = vp_piece_most(tape, VP_WINOGRAD_ELEMENTS, first, bytes, 3, most)) > 0; first += n)
        vp_emit(tape, &(struct vp_launch){.kernel = kernel_of(tape, z->c),
                                          .bind = {vp_bind_rows(vp_bind_slot(z->v), bytes[0], first, n),
                                                   vp_bind_rows(vp_bind_slot(z->u), bytes[1], first, n),
                                                   vp_bind_rows(vp_bind_slot(z->m), bytes[2], first, n)},
                                          VP_PUSH(args),
                                          .groups = {(uint32_t)args.k_blocks, (uint32_t)args.blocks, (uint32_t)n},
                                          .flops = z->flops * (double)n / VP_WINOGRAD_ELEMENTS,
                                          .label = z->label});
}
