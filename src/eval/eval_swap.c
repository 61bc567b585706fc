/* A picture for people: the face of one image with the pose of another, decoded.
 *
 * The first row shows the images that give the poses, the first column those that give the faces; the cell between them
 * is decoder(normalize(face + pose)). The corner stays empty. Batch norm uses its running statistics.
 */
#include "eval/embed_internal.h"
#include "eval/eval_internal.h"
#include "vkpcl/ops/add.h"
#include <stdlib.h>
#include <string.h>

enum { MARGIN = 2, SHADE = 255 };

struct swap {
    struct vp_gpu *gpu;
    const struct vp_network *network;
    int faces, poses;
    int64_t size, feature, pixels; /* pixels: floats of an image */
    float *image, *face, *pose;    /* (faces + poses, ...): those that give faces first */
    unsigned char *tiles;          /* (faces + 1, poses + 1, size, size, 3) */
};

static void put_tile(struct swap *s, int row, int column, const float *image) {
    unsigned char *to = s->tiles + (size_t)((row * (s->poses + 1) + column) * s->pixels);
    for (int64_t i = 0; i < s->pixels; i++) {
        float v = image[i];
        to[i] = !(v > 0) ? 0 : v >= 1 ? 255 : (unsigned char)(v * 255.0f + 0.5f);
    }
}

/* Images and both features of all of them in one batch. */
static enum vp_status encode(struct swap *s, const struct vp_picture_set *pictures, const uint32_t *rows,
                             struct vp_error *err) {
    int count = s->faces + s->poses, size = (int)s->size, max_side = 4 * size;
    unsigned wanted = 1u << VP_FEATURE_FACE | 1u << VP_FEATURE_POSE;
    struct vp_embed_program program;
    enum vp_status status = vp_embed_program_init(&program, s->gpu, s->network->params, 1, size,
                                                  vp_embed_batch_bytes(1, max_side), wanted, true, err);
    if (status != VP_OK) return status;
    struct vp_embed_batch batch;
    vp_embed_batch_init(&batch, pictures, 1, max_side, s->network->grey, 1);
    for (int i = 0; i < count && status == VP_OK; i++) {
        status = vp_embed_batch_load(&batch, rows[i], 1, err);
        if (status == VP_OK) status = vp_embed_program_run(&program, &batch, err);
        if (status == VP_OK) status = vp_tensor_download(program.tape, program.images, s->image + i * s->pixels, err);
        if (status == VP_OK)
            status = vp_embed_program_read(&program, VP_FEATURE_FACE, 1, s->face + i * s->feature, err);
        if (status == VP_OK)
            status = vp_embed_program_read(&program, VP_FEATURE_POSE, 1, s->pose + i * s->feature, err);
    }
    vp_gpu_wait(s->gpu, NULL);
    vp_embed_batch_fini(&batch);
    vp_embed_program_fini(&program);
    return status;
}

/* Every face with every pose through the decoder, all in one run. */
static enum vp_status decode(struct swap *s, struct vp_error *err) {
    int64_t rows = (int64_t)s->faces * s->poses;
    struct vp_tape *tape = vp_tape_create(s->gpu, "pose swap");
    vp_tape_set_training(tape, false);
    struct vp_tensor *face = vp_tape_input(tape, "faces", vp_shape2(rows, s->feature), VP_F32, false);
    struct vp_tensor *pose = vp_tape_input(tape, "poses", vp_shape2(rows, s->feature), VP_F32, false);
    struct vp_weights *weights = vp_weights_create(s->network->params, tape);
    struct vp_tensor *images = vp_decoder(weights, vp_add(tape, face, pose, 1.0f), 1, (int)s->size);
    vp_tape_keep(tape, images);
    struct vp_plan plan;
    vp_tape_plan(tape, &plan);
    struct vp_tape_memory memory;
    float *a = malloc((size_t)(rows * s->feature) * sizeof *a), *b = malloc((size_t)(rows * s->feature) * sizeof *b);
    float *out = malloc((size_t)(rows * s->pixels) * sizeof *out);
    vp_assert(a && b && out, "no host memory for %lld decoded images", (long long)rows);
    size_t bytes = (size_t)s->feature * sizeof(float);
    for (int64_t i = 0; i < rows; i++) {
        memcpy(a + i * s->feature, s->face + i / s->poses * s->feature, bytes);
        memcpy(b + i * s->feature, s->pose + (s->faces + i % s->poses) * s->feature, bytes);
    }
    enum vp_status status = vp_tape_memory_init(&memory, s->gpu, &plan, 1, err);
    if (status == VP_OK) status = vp_tape_bind(tape, &memory, err);
    if (status == VP_OK) status = vp_tensor_upload(tape, face, a, err);
    if (status == VP_OK) status = vp_tensor_upload(tape, pose, b, err);
    if (status == VP_OK) status = vp_tape_run(tape, err);
    if (status == VP_OK) status = vp_tensor_download(tape, images, out, err);
    for (int64_t i = 0; i < rows && status == VP_OK; i++)
        put_tile(s, (int)(i / s->poses) + 1, (int)(i % s->poses) + 1, out + i * s->pixels);
    vp_tape_destroy(tape);
    vp_tape_memory_fini(&memory);
    free(a);
    free(b);
    free(out);
    return status;
}

enum vp_status vp_eval_write_swap(struct vp_gpu *gpu, const struct vp_network *network,
                                  const struct vp_picture_set *pictures, const uint32_t *rows, int faces, int poses,
                                  const char *path, struct vp_error *err) {
    if (!network->decoder)
        return vp_fail(err, VP_ERR_USAGE, "%s holds no decoder: there is nothing to draw a pose swap with",
                       network->source);
    int64_t size = network->shape.size, all = faces + poses;
    struct swap s = {.gpu = gpu,
                     .network = network,
                     .faces = faces,
                     .poses = poses,
                     .size = size,
                     .feature = vp_model_feature(&network->shape),
                     .pixels = 3 * size * size};
    s.image = malloc((size_t)(all * s.pixels) * sizeof *s.image);
    s.face = malloc((size_t)(all * s.feature) * sizeof *s.face);
    s.pose = malloc((size_t)(all * s.feature) * sizeof *s.pose);
    s.tiles = malloc((size_t)((faces + 1) * (poses + 1) * s.pixels));
    vp_assert(s.image && s.face && s.pose && s.tiles, "no host memory for a picture of %d x %d faces", faces, poses);
    memset(s.tiles, SHADE, (size_t)((faces + 1) * (poses + 1) * s.pixels));
    enum vp_status status = encode(&s, pictures, rows, err);
    if (status == VP_OK) status = decode(&s, err);
    if (status == VP_OK) {
        for (int i = 0; i < faces; i++) put_tile(&s, i + 1, 0, s.image + i * s.pixels);
        for (int i = 0; i < poses; i++) put_tile(&s, 0, i + 1, s.image + (faces + i) * s.pixels);
        struct vp_image sheet;
        vp_image_grid(s.tiles, (faces + 1) * (poses + 1), (int)size, (int)size, poses + 1, MARGIN, SHADE, &sheet);
        status = vp_image_write_png(path, &sheet, err);
        vp_image_fini(&sheet);
    }
    free(s.image);
    free(s.face);
    free(s.pose);
    free(s.tiles);
    return status;
}
