/* Packing, piece by piece: the images of a piece are decoded and cropped side by side, then written in their order. */
#include "vkpcl/pack.h"
#include "data/crop.h"
#include "data/pack_internal.h"
#include "data/packed.h"
#include "data/regions.h"
#include "vkpcl/image.h"
#include "vkpcl/thread_pool.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

enum { PIECE = 256, TILES = 64 };

struct job {
    const struct vp_pack_request *request;
    struct vp_regions regions; /* arena NULL: centre crops */
    struct vp_pack_labels labels;
    struct vp_pack_files files;
    struct vp_pool *pool;
    uint32_t first; /* image of the piece under way */
    size_t row_bytes;
    unsigned char *crops;    /* (PIECE, size, size, 3) */
    struct vp_error *errors; /* (PIECE), VP_OK: the crop is there */
};

/* ---- one image --------------------------------------------------------------------------------------------------- */

static enum vp_status crop_image(const struct job *job, const char *path, unsigned char *out, struct vp_error *err) {
    int region = job->regions.arena ? vp_regions_find(&job->regions, path) : -1, size = job->request->size;
    if (job->regions.arena && region < 0) return vp_fail(err, VP_ERR_FORMAT, "%s: not in %s", path, job->regions.path);
    struct vp_image image;
    enum vp_status status = vp_image_load(path, &image, err);
    if (status != VP_OK) return status;
    struct vp_crop crop =
        region < 0 ? vp_crop_centre(image.width, image.height, size)
                   : vp_regions_crop(&job->regions, region, image.width, image.height, size, job->request->margin);
    if (vp_crop_plausible(&crop, image.width, image.height, size))
        vp_crop_sample(&crop, image.rgb, image.width, image.height, size, out);
    else
        status = vp_fail(err, VP_ERR_FORMAT, "%s: %s places the face outside its %d x %d pixels", path,
                         job->regions.path, image.width, image.height);
    vp_image_fini(&image);
    return status;
}

static void crop_one(void *context, int index) {
    struct job *job = context;
    char path[4096];
    vp_source_path(job->request->source, job->first + (uint32_t)index, path, sizeof path);
    job->errors[index].status = VP_OK;
    crop_image(job, path, job->crops + (size_t)index * job->row_bytes, &job->errors[index]);
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

static void write_piece(struct job *job, uint32_t count) {
    struct vp_pack_files *files = &job->files;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = job->first + i;
        if (job->errors[i].status != VP_OK) {
            fprintf(files->file[VP_PACK_BROKEN], "%s\n", job->errors[i].message);
            continue;
        }
        fwrite(job->crops + i * job->row_bytes, 1, job->row_bytes, files->file[VP_PACK_IMAGES]);
        vp_pack_labels_write(&job->labels, number, files->file[VP_PACK_LABELS]);
        fwrite(&number, sizeof number, 1, files->file[VP_PACK_ROWS]);
        files->rows++;
    }
    files->seen += count;
}

static void show_progress(const struct job *job) {
    const struct vp_log *log = job->request->log;
    if (!log || !log->out || !log->is_tty) return;
    fprintf(log->out, "\r%u of %u images, %u left out\033[K", job->files.seen, vp_source_images(job->request->source),
            job->files.seen - job->files.rows);
    fflush(log->out);
}

static enum vp_status pack_all(struct job *job, struct vp_error *err) {
    const struct vp_pack_request *request = job->request;
    uint32_t images = vp_source_images(request->source);
    struct vp_pack_files *files = &job->files;
    enum vp_status status = VP_OK;
    if (files->is_fresh) {
        fprintf(files->file[VP_PACK_LABELS], "path,identity%s\n", job->labels.header);
        status = vp_pack_files_save(files, err);
    }
    while (status == VP_OK && files->seen < images) {
        uint32_t count = images - files->seen < PIECE ? images - files->seen : PIECE;
        job->first = files->seen;
        vp_pool_for(job->pool, (int)count, crop_one, job);
        write_piece(job, count);
        status = vp_pack_files_save(files, err);
        show_progress(job);
        if (status == VP_OK && files->seen < images && request->stop && request->stop(request->context))
            status = vp_fail(err, VP_ERR_INTERRUPTED, "stopped after %u of %u images", files->seen, images);
    }
    return status;
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

/* "all of them", with the first reason. */
static enum vp_status fail_empty(struct job *job, struct vp_error *err) {
    char reason[600] = "";
    FILE *broken = job->files.file[VP_PACK_BROKEN];
    if (broken && fseek(broken, 0, SEEK_SET) == 0 && fgets(reason, sizeof reason, broken))
        reason[strcspn(reason, "\n")] = '\0';
    vp_pack_files_abandon(&job->files);
    return vp_fail(err, VP_ERR_FORMAT, "none of the %u images could be packed; the first: %s", job->files.seen, reason);
}

static enum vp_status finish(struct job *job, struct vp_error *err) {
    uint32_t rows = job->files.rows;
    uint32_t *numbers = malloc(rows * sizeof *numbers + 1);
    if (!numbers) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no memory for an index of %u images", rows);
    FILE *file = job->files.file[VP_PACK_ROWS];
    enum vp_status status = VP_OK;
    if (fseek(file, 0, SEEK_SET) != 0 || fread(numbers, sizeof *numbers, rows, file) != rows)
        status = vp_fail(err, VP_ERR_IO, "cannot read %s/pack.rows.tmp", job->request->folder);
    if (status == VP_OK) status = vp_pack_files_publish(&job->files, job->request->size, err);
    if (status == VP_OK)
        status = vp_pack_write_index(job->request->source, numbers, rows, job->request->folder, job->files.origin, err);
    if (status == VP_OK) vp_pack_files_forget(&job->files);
    free(numbers);
    return status;
}

static enum vp_status write_preview(const struct vp_pack_request *request, struct vp_error *err) {
    struct vp_packed *packed;
    enum vp_status status = vp_packed_open(request->folder, &packed, err);
    if (status != VP_OK) return status;
    size_t bytes = (size_t)packed->height * (size_t)packed->width * 3;
    int count = packed->images < TILES ? (int)packed->images : TILES;
    unsigned char *tiles = malloc(bytes * (size_t)count);
    vp_assert(tiles, "out of host memory for a sheet of %d images", count);
    for (int i = 0; i < count; i++)
        memcpy(tiles + (size_t)i * bytes,
               packed->pixels + (size_t)((uint64_t)i * packed->images / (unsigned)count) * bytes, bytes);
    struct vp_image sheet;
    vp_image_grid(tiles, count, packed->width, packed->height, 8, 4, 255, &sheet);
    free(tiles);
    vp_packed_close(packed);
    status = vp_image_write_png(request->preview, &sheet, err);
    vp_image_fini(&sheet);
    return status;
}

/* ---- the request ------------------------------------------------------------------------------------------------- */

static enum vp_status check(const struct vp_pack_request *request, struct vp_error *err) {
    if (request->size < VP_PACK_MIN_SIZE || request->size > VP_PACK_MAX_SIZE)
        return vp_fail(err, VP_ERR_USAGE, "a crop of %d pixels a side: choose %d to %d", request->size,
                       VP_PACK_MIN_SIZE, VP_PACK_MAX_SIZE);
    if (!(request->margin >= 0 && request->margin <= 2))
        return vp_fail(err, VP_ERR_USAGE, "a margin of %g: choose 0 (tight) to 2", request->margin);
    if (request->landmarks && request->boxes) return vp_fail(err, VP_ERR_USAGE, "give landmarks or boxes, not both");
    int parts;
    const struct vp_source_part *part = vp_source_parts(request->source, &parts);
    for (int i = 0; i < parts; i++)
        if (part[i].packed)
            return vp_fail(
                err, VP_ERR_USAGE,
                "%s is packed already and trains as it is: for another size or crop, pack the images that it was "
                "made from (synthetic ones: vkpcl synth --packed --size)",
                part[i].path);
    return VP_OK;
}

static int find_region(const void *regions, const char *path) {
    return vp_regions_find(regions, path);
}

/* Do landmarks or boxes belong to these images? */
static enum vp_status compare_regions(const struct job *job, struct vp_error *err) {
    const struct vp_regions *regions = &job->regions;
    uint32_t images = vp_source_images(job->request->source);
    struct vp_pack_coverage cover = vp_pack_cover(job->request->source, find_region, regions, regions->names.count);
    if (cover.images == 0)
        return vp_fail(err, VP_ERR_USAGE, "%s names none of the %u images; its first is \"%s\"", regions->path, images,
                       regions->names.text[0]);
    if (cover.unknown)
        vp_log(job->request->log, VP_LOG_WARN, "%s: there is no image %s, nor for %d others", regions->path,
               regions->names.text[cover.first_unknown], cover.unknown - 1);
    if (cover.images < images)
        vp_log(job->request->log, VP_LOG_WARN, "%u of the %u images are not in %s and will be left out",
               images - cover.images, images, regions->path);
    return VP_OK;
}

/* Early, not after hours. */
static enum vp_status check_room(const struct job *job, struct vp_error *err) {
    struct statvfs disk;
    if (statvfs(job->request->folder, &disk) != 0) return VP_OK;
    double need = (double)(vp_source_images(job->request->source) - job->files.seen) * (double)job->row_bytes;
    double have = (double)disk.f_bavail * (double)disk.f_frsize;
    if (need <= have) return VP_OK;
    return vp_fail(err, VP_ERR_IO,
                   "packing needs %.1f MiB, %.1f MiB are free in %s: disk full before the end; make room, or choose a "
                   "smaller --size (now %d)",
                   need / 1048576, have / 1048576, job->request->folder, job->request->size);
}

static uint64_t mix(uint64_t hash, uint64_t value) {
    for (int i = 0; i < 8; i++) hash = (hash ^ (value >> (8 * i) & 255)) * 0x100000001b3u;
    return hash;
}

/* All that the bytes depend on, except what the image files hold. */
static uint64_t origin_of(const struct job *job) {
    uint64_t hash = mix(0xcbf29ce484222325u, vp_source_fingerprint(job->request->source));
    hash = mix(mix(hash, (uint64_t)job->request->size), (uint64_t)(job->request->margin * 1e6 + 0.5));
    hash = mix(hash, job->regions.arena ? vp_regions_hash(&job->regions) : 0);
    return mix(mix(hash, (uint64_t)job->regions.numbers), job->labels.hash);
}

static enum vp_status open_job(struct job *job, struct vp_error *err) {
    const struct vp_pack_request *request = job->request;
    enum vp_status status = check(request, err);
    if (status == VP_OK && request->landmarks)
        status = vp_regions_read_landmarks(&job->regions, request->landmarks, err);
    if (status == VP_OK && request->boxes) status = vp_regions_read_boxes(&job->regions, request->boxes, err);
    if (status == VP_OK && job->regions.arena) status = compare_regions(job, err);
    if (status == VP_OK)
        status = vp_pack_labels_open(&job->labels, request->source, request->labels, request->log, err);
    if (status == VP_OK) status = vp_pack_files_open(&job->files, request->folder, origin_of(job), err);
    if (status != VP_OK || job->files.was_complete) return status;
    job->row_bytes = (size_t)request->size * (size_t)request->size * 3;
    job->crops = malloc(PIECE * job->row_bytes);
    job->errors = calloc(PIECE, sizeof *job->errors);
    vp_assert(job->crops && job->errors, "out of host memory for %d crops of %d pixels", PIECE, request->size);
    job->pool = vp_pool_create(request->threads);
    return check_room(job, err);
}

static void close_job(struct job *job) {
    vp_pool_destroy(job->pool);
    vp_regions_close(&job->regions);
    vp_pack_labels_close(&job->labels);
    vp_pack_files_close(&job->files);
    free(job->crops);
    free(job->errors);
}

/* What a set that was finished before holds. */
static enum vp_status count_finished(const struct vp_pack_request *request, struct vp_pack_result *result,
                                     struct vp_error *err) {
    struct vp_packed *packed;
    enum vp_status status = vp_packed_open(request->folder, &packed, err);
    if (status != VP_OK) return status;
    result->images = packed->images;
    result->resumed_at = vp_source_images(request->source);
    result->left_out = result->resumed_at - packed->images;
    vp_packed_close(packed);
    return VP_OK;
}

enum vp_status vp_pack(const struct vp_pack_request *request, struct vp_pack_result *result, struct vp_error *err) {
    struct job job = {.request = request};
    *result = (struct vp_pack_result){0};
    enum vp_status status = open_job(&job, err);
    if (status == VP_OK && job.files.was_complete) {
        status = count_finished(request, result, err);
    } else if (status == VP_OK) {
        result->resumed_at = job.files.seen;
        status = pack_all(&job, err);
        result->images = job.files.rows;
        result->left_out = job.files.seen - job.files.rows;
        if (status == VP_OK) status = job.files.rows ? finish(&job, err) : fail_empty(&job, err);
    }
    close_job(&job);
    if (status == VP_OK && request->preview) status = write_preview(request, err);
    return status;
}
