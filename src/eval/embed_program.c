/* The network in inference, from packed bytes to the features asked for. */
#include "eval/embed_internal.h"
#include "vkpcl/ops/augment.h"
#include "vkpcl/ops/flatten.h"
#include <stdlib.h>

static bool wants(unsigned wanted, enum vp_feature feature) {
    return wanted >> feature & 1;
}

/* A feature as a kept output: a head's or a branch's own tensor. */
static struct vp_tensor *keep(struct vp_tape *tape, struct vp_tensor *x) {
    vp_tape_keep(tape, x);
    return x;
}

static void build_branch(struct vp_embed_program *program, struct vp_weights *weights, struct vp_tensor *trunk,
                         unsigned wanted, bool is_face) {
    enum vp_feature feature = is_face ? VP_FEATURE_FACE : VP_FEATURE_POSE;
    enum vp_feature projection = is_face ? VP_FEATURE_FACE_PROJECTION : VP_FEATURE_POSE_PROJECTION;
    if (!wants(wanted, feature) && !wants(wanted, projection)) return;
    struct vp_tensor *x = is_face ? vp_encoder_face(weights, trunk) : vp_encoder_pose(weights, trunk);
    if (wants(wanted, feature)) program->feature[feature] = keep(program->tape, x);
    if (wants(wanted, projection))
        program->feature[projection] = keep(program->tape, vp_projection(weights, is_face ? "exp_fc" : "pose_fc", x));
}

static void build(struct vp_embed_program *program, struct vp_params *params, int batch, int size, size_t pixel_bytes,
                  unsigned wanted) {
    struct vp_tape *tape = program->tape;
    vp_tape_set_training(tape, false);
    program->pixels = vp_tape_input(tape, "pixels", vp_shape1((int64_t)pixel_bytes), VP_U8, false);
    program->sources = vp_tape_input(tape, "sources", vp_shape2(batch, VP_AUGMENT_SOURCE_WORDS), VP_U32, false);
    program->blocks = vp_tape_input(tape, "blocks", vp_shape2(batch, VP_AUGMENT_BLOCK_WORDS), VP_U32, false);
    struct vp_augment_tensors tensors = {program->pixels, program->sources, program->blocks};
    program->images = vp_augment(tape, "images", &tensors, size, true);
    if (wants(wanted, VP_FEATURE_PIXELS)) program->feature[VP_FEATURE_PIXELS] = keep(tape, program->images);
    if (!(wanted & ~(1u << VP_FEATURE_PIXELS))) return;
    struct vp_weights *weights = vp_weights_create(params, tape);
    struct vp_tensor *trunk = vp_encoder_trunk(weights, program->images);
    if (wants(wanted, VP_FEATURE_TRUNK)) program->feature[VP_FEATURE_TRUNK] = keep(tape, vp_flatten(tape, trunk));
    build_branch(program, weights, trunk, wanted, true);
    build_branch(program, weights, trunk, wanted, false);
}

uint64_t vp_embed_program_bytes(struct vp_gpu *gpu, struct vp_params *params, int batch, int size, size_t pixel_bytes,
                                unsigned wanted) {
    struct vp_embed_program program = {.tape = vp_tape_create(gpu, "embed")};
    build(&program, params, batch, size, pixel_bytes, wanted);
    struct vp_plan plan;
    vp_tape_plan(program.tape, &plan);
    vp_tape_destroy(program.tape);
    return plan.pinned_bytes + vp_tape_memory_bytes(&plan, 1);
}

enum vp_status vp_embed_program_init(struct vp_embed_program *program, struct vp_gpu *gpu, struct vp_params *params,
                                     int batch, int size, size_t pixel_bytes, unsigned wanted, bool keep_images,
                                     struct vp_error *err) {
    *program = (struct vp_embed_program){.tape = vp_tape_create(gpu, "embed")};
    build(program, params, batch, size, pixel_bytes, wanted);
    if (keep_images) vp_tape_keep(program->tape, program->images);
    struct vp_plan plan;
    vp_tape_plan(program->tape, &plan);
    enum vp_status status = vp_tape_memory_init(&program->memory, gpu, &plan, 1, err);
    if (status == VP_OK) status = vp_tape_bind(program->tape, &program->memory, err);
    if (status != VP_OK) vp_embed_program_fini(program);
    return status;
}

void vp_embed_program_fini(struct vp_embed_program *program) {
    vp_tape_destroy(program->tape);
    vp_tape_memory_fini(&program->memory);
    *program = (struct vp_embed_program){0};
}

enum vp_status vp_embed_program_run(struct vp_embed_program *program, const struct vp_embed_batch *batch,
                                    struct vp_error *err) {
    struct vp_range pixels = vp_tensor_range(program->pixels);
    pixels.bytes = batch->pixel_bytes;
    enum vp_status status = vp_gpu_upload(vp_tape_gpu(program->tape), pixels, batch->pixels, err);
    if (status == VP_OK) status = vp_tensor_upload(program->tape, program->sources, batch->sources, err);
    if (status == VP_OK) status = vp_tensor_upload(program->tape, program->blocks, batch->blocks, err);
    return status == VP_OK ? vp_tape_run(program->tape, err) : status;
}

enum vp_status vp_embed_program_read(const struct vp_embed_program *program, enum vp_feature feature, int count,
                                     float *to, struct vp_error *err) {
    const struct vp_tensor *x = program->feature[feature];
    struct vp_range range = vp_tensor_range(x);
    int64_t columns = vp_shape_count(x->shape) / x->shape.dim[0];
    range.bytes = (uint64_t)(count * columns) * sizeof(float);
    struct vp_gpu *gpu = vp_tape_gpu(program->tape);
    if (feature != VP_FEATURE_PIXELS) return vp_gpu_download(gpu, range, to, err);
    float *rgb = malloc(range.bytes);
    if (!rgb) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no host memory for %d images", count);
    enum vp_status status = vp_gpu_download(gpu, range, rgb, err);
    for (int64_t i = 0; status == VP_OK && i < count * columns / 3; i++)
        to[i] = 0.299f * rgb[3 * i] + 0.587f * rgb[3 * i + 1] + 0.114f * rgb[3 * i + 2];
    free(rgb);
    return status;
}
