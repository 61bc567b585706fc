/* The GPU: choosing a device, its capabilities, memory, kernels, and recorded programs of dispatches.
 *
 * Everything Vulkan is behind this header (src/gpu); no Vulkan type appears in it. The model is small:
 *   vp_gpu       an opened device with its allocator, pipeline cache and queue
 *   vp_range     a range of bytes in device memory, always bound explicitly and never larger than a binding may be
 *   vp_kernel    an embedded SPIR-V module with its specialisation constants: a pipeline, built on first use
 *   vp_program   a list of dispatches recorded once into command buffers and replayed every iteration
 * Work runs in the order of submission: uploads, programs and readbacks follow each other as the host called them.
 */
#ifndef VKPCL_GPU_H
#define VKPCL_GPU_H
#include "vkpcl/log.h"
#include "vkpcl/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { VP_MAX_BINDINGS = 12, VP_MAX_PUSH_BYTES = 128, VP_MAX_SPEC = 24 };
/* constant_id VP_SPEC_HALF + b of a kernel: 1 when binding b holds halves, in pairs of a word; 0: floats. See
 * shaders/common/half.glsl. */
enum { VP_SPEC_HALF = 12 };

/* ---- devices ------------------------------------------------------------------------------------------------- */

enum vp_gpu_type { VP_GPU_CPU, VP_GPU_VIRTUAL, VP_GPU_INTEGRATED, VP_GPU_DISCRETE }; /* better is larger */

struct vp_gpu_info {
    int index; /* as `--device N` counts: the loader's order */
    char name[256];
    char driver[256]; /* driver name and version text */
    char uuid[37];    /* 8-4-4-4-12 hexadecimal */
    enum vp_gpu_type type;
    uint64_t memory;    /* bytes of the largest device-local heap */
    char unusable[128]; /* why it cannot be used ("Vulkan 1.1 only, 1.2 needed"), empty when it can */
};

/* All devices of the loader. *count = 0 with VP_OK when a loader but no device exists; VP_ERR_NO_DEVICE when there is
 * no loader at all, with a sentence that says what to install. */
enum vp_status vp_gpu_list(struct vp_gpu_info *infos, int capacity, int *count, struct vp_error *err);

/* What the device can do, after VKPCL_DISABLE masks. A kernel module is usable when these cover its SPIR-V needs. */
struct vp_gpu_caps {
    uint32_t subgroup_size; /* size a kernel will run with */
    uint32_t subgroup_min, subgroup_max;
    bool subgroup_shuffle;     /* shuffle, broadcast, arithmetic: `VKPCL_DISABLE=subgroup` clears it */
    bool f16;                  /* shaderFloat16 and 16-bit storage: `VKPCL_DISABLE=f16` */
    bool coopmat;              /* VK_KHR_cooperative_matrix with f16 x f16 -> f32: `VKPCL_DISABLE=coopmat` */
    uint32_t coopmat_shape[3]; /* M, N, K of that product (16 x 16 x 16 where offered); 0 without coopmat */
    bool device_address;       /* bufferDeviceAddress: `VKPCL_DISABLE=bda` */
    bool texel;                /* RGBA32F uniform texel buffers: `VKPCL_DISABLE=texel` */
    bool storage_texel;        /* RGBA32F and R32F storage texel buffers: `VKPCL_DISABLE=texel` */
    bool timestamps;
    bool is_cpu;              /* a software device */
    uint32_t max_invocations; /* per workgroup */
    uint32_t max_group_size[3];
    uint32_t max_groups[3];
    uint32_t shared_bytes;
    uint64_t max_binding_bytes;    /* largest storage-buffer range, quirks applied */
    uint64_t max_texel_elements;   /* of one texel-buffer view */
    uint64_t max_allocation_bytes; /* largest block the allocator can take at once */
    uint32_t binding_alignment;    /* every vp_range offset must be a multiple (storage and texel alignment) */
    bool broadcast_is_slow;        /* quirk: subgroupShuffle with a constant lane beats subgroupBroadcast (Mesa < 24) */
    bool lanes_beat_shared;        /* quirk: barriers cost more than handing values across lanes (software SIMD);
                                    * `VKPCL_DISABLE=lanes` runs a GPU's kernels there */
};

struct vp_gpu_options {
    const char *device;  /* NULL: $VKPCL_DEVICE, else the best; index, part of a name, or UUID */
    const char *disable; /* NULL: $VKPCL_DISABLE; comma-separated: coopmat,f16,subgroup,bda,texel,lanes; kernels that
                          * others can stand in for */
    const char *cache_folder; /* pipeline cache; NULL: $XDG_CACHE_HOME/vkpcl or ~/.cache/vkpcl; "" : no cache */
    double submission_ms;     /* bound on one submission, learnt from timestamps; 0: 100 */
    uint64_t memory_limit;    /* bytes this process may allocate; 0: the device's budget */
    bool untuned;             /* default kernels only: tuned choices (vkpcl/tune.h) are not used */
    bool validation;          /* layers with synchronisation validation; also VKPCL_VALIDATION=1 */
    bool profile;             /* timestamps round every dispatch */
    const struct vp_log *log; /* may be NULL: silent */
};

struct vp_gpu;
/* Opens the chosen device; writes to the log what was chosen and why. A CPU device is taken only when it is the only
 * kind there is or was asked for by name, index or UUID. NULL on failure with *err filled. */
struct vp_gpu *vp_gpu_create(const struct vp_gpu_options *options, struct vp_error *err);
void vp_gpu_destroy(struct vp_gpu *gpu); /* waits for the device; NULL is allowed */
const struct vp_gpu_caps *vp_gpu_caps(const struct vp_gpu *gpu);
const struct vp_gpu_info *vp_gpu_info(const struct vp_gpu *gpu);
/* Messages the validation layers have given so far (0 when they are off): tests demand 0. */
int vp_gpu_validation_messages(const struct vp_gpu *gpu);

/* ---- memory -------------------------------------------------------------------------------------------------- */

struct vp_range {
    uint32_t block;  /* which allocation; 0 is none */
    uint64_t offset; /* bytes, multiple of caps.binding_alignment where it is bound */
    uint64_t bytes;
};

/* Takes one block of device memory holding exactly one buffer (storage + texel + transfer). `label` appears in reports
 * and debuggers. bytes <= caps.max_allocation_bytes. VP_ERR_OUT_OF_MEMORY names label, need and what is free. */
enum vp_status vp_gpu_alloc(struct vp_gpu *gpu, uint64_t bytes, const char *label, struct vp_range *range,
                            struct vp_error *err);
void vp_gpu_free(struct vp_gpu *gpu, struct vp_range range); /* the whole block; it must not be in use */
uint64_t vp_gpu_memory_used(const struct vp_gpu *gpu);       /* bytes in live blocks */
uint64_t vp_gpu_memory_free(const struct vp_gpu *gpu);       /* budget (or limit) minus used */
/* 64-bit address of a range for buffer_reference kernels; needs caps.device_address. */
uint64_t vp_gpu_address(const struct vp_gpu *gpu, struct vp_range range);

/* Copies host memory to the device, through a staging ring; returns when `data` may be reused, and takes effect before
 * anything submitted later and after everything submitted earlier. */
enum vp_status vp_gpu_upload(struct vp_gpu *gpu, struct vp_range to, const void *data, struct vp_error *err);
/* Copies device memory to the host and waits for it (and for all earlier work). */
enum vp_status vp_gpu_download(struct vp_gpu *gpu, struct vp_range from, void *data, struct vp_error *err);
enum vp_status vp_gpu_fill(struct vp_gpu *gpu, struct vp_range to, uint32_t word, struct vp_error *err);

/* A download in two halves, so that the host never waits inside a step: begin puts the copy behind all earlier work,
 * and it goes out with whatever is submitted next; end waits for that copy only (usually long done) and hands the bytes
 * over. At most 16 may be under way. */
struct vp_readback {
    int slot;
};
enum vp_status vp_gpu_readback_begin(struct vp_gpu *gpu, struct vp_range from, struct vp_readback *readback,
                                     struct vp_error *err);
enum vp_status vp_gpu_readback_end(struct vp_gpu *gpu, struct vp_readback readback, void *data, struct vp_error *err);

/* Makes room for this many bytes of uploads under way at once: uploads that fit never wait for the device. */
enum vp_status vp_gpu_reserve_uploads(struct vp_gpu *gpu, uint64_t bytes, struct vp_error *err);

enum vp_status vp_gpu_wait(struct vp_gpu *gpu, struct vp_error *err); /* until all submitted work is done */
uint64_t vp_gpu_waits(const struct vp_gpu *gpu); /* how often the host has waited for work that was not done yet */

/* ---- kernels ------------------------------------------------------------------------------------------------- */

/* Is the module `name` ("conv2d_fwd", "conv2d_fwd.f16") embedded, and does the device (after masks) have the features
 * its SPIR-V declares? Reflection answers; nothing is declared twice. */
bool vp_gpu_has_kernel(const struct vp_gpu *gpu, const char *name);

/* What reflection found in a module; for tests, `vkpcl ops` and the planner. */
struct vp_kernel_info {
    const char *name;
    int binding_count;                                    /* highest binding + 1 */
    bool reads[VP_MAX_BINDINGS], writes[VP_MAX_BINDINGS]; /* from NonReadable/NonWritable; texel buffers only read */
    bool texel[VP_MAX_BINDINGS];                          /* a texel buffer, else a storage buffer */
    uint8_t image[VP_MAX_BINDINGS]; /* of a storage texel buffer: floats in a texel, 4 or 1; 0: uniform, RGBA32F */
    bool half[VP_MAX_BINDINGS];     /* may hold halves instead of floats (VP_SPEC_HALF) */
    uint32_t push_bytes;
    uint32_t local_size[3]; /* 0 where a specialisation constant gives it */
};
/* NULL when no such module is embedded. Works without a device. */
const struct vp_kernel_info *vp_kernel_info(const char *name);
int vp_kernel_count(void);
const char *vp_kernel_name(int index);

/* One kernel launch. Pointers are read during the call that takes it, never kept. */
struct vp_dispatch {
    const char *kernel;         /* embedded module */
    uint32_t spec[VP_MAX_SPEC]; /* values of constant_id 0, 1, ... */
    int spec_count;
    /* In order of binding number. A kernel that follows addresses (buffer_reference) names the ranges behind them after
     * its bindings: they are not bound, but waited for as if read and written. */
    struct vp_range bindings[VP_MAX_BINDINGS];
    int binding_count;
    const void *push;
    uint32_t push_bytes;
    uint32_t groups[3];
    double flops, bytes; /* the op's own count: cost bound and profile */
    const char *label;   /* "conv2d fwd layer1.0": debugger labels and profile rows; copied */
};

/* ---- programs ------------------------------------------------------------------------------------------------ */

/* A list of dispatches, recorded once. Barriers follow from the ranges each kernel reads and writes (reflection). It is
 * cut into submissions bounded by options.submission_ms: first by estimate, later by measured timestamps. */
struct vp_program;
struct vp_program *vp_program_create(struct vp_gpu *gpu, const char *name, const struct vp_dispatch *dispatches,
                                     int count, struct vp_error *err);
void vp_program_destroy(struct vp_program *program); /* waits until it is idle; NULL is allowed */
/* Enqueues the whole program; returns without waiting. */
enum vp_status vp_program_submit(struct vp_program *program, struct vp_error *err);
int vp_program_barriers(const struct vp_program *program);    /* between its kernels, inside the pieces */
int vp_program_submissions(const struct vp_program *program); /* how many pieces it is cut into now */
double vp_program_ms(const struct vp_program *program);       /* device time of the last finished run, 0 before */

/* ---- profile ------------------------------------------------------------------------------------------------- */

struct vp_profile_row {
    const char *label;
    uint64_t calls;
    double ms, flops, bytes; /* sums over the calls */
};
/* Times without a kernel: between those of one program, and between programs (uploads, and waiting for the host). */
struct vp_profile_idle {
    double between_kernels_ms, between_programs_ms;
};
/* Waits, then gives the rows (by falling time) and the idle times since the last reset; needs options.profile. rows
 * lives until the next call. */
int vp_gpu_profile(struct vp_gpu *gpu, const struct vp_profile_row **rows, struct vp_profile_idle *idle);
void vp_gpu_profile_reset(struct vp_gpu *gpu);
/* The same as an aligned table: kernel, calls, ms, share, GFLOP/s, GB/s, and two lines of idle time. */
void vp_gpu_profile_print(struct vp_gpu *gpu, FILE *out);
/* The rows as a table for programs, columns kernel, calls, ms, flops, bytes parted by tabs; the last row, "idle", has
 * the idle time. Without options.profile nothing is written. */
enum vp_status vp_gpu_profile_write(struct vp_gpu *gpu, const char *path, struct vp_error *err);

#endif
