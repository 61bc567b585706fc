/* What the files of src/gpu share. One host thread uses a vp_gpu at a time; only the validation messenger may be called
 * from elsewhere. */
#ifndef VKPCL_GPU_INTERNAL_H
#define VKPCL_GPU_INTERNAL_H
#include "gpu/vulkan_compat.h"
#include "vkpcl/arena.h"
#include "vkpcl/gpu.h"
#include "vkpcl/shader_table.h"
#include <stdatomic.h>

enum { VP_READBACK_SLOTS = 16, VP_TRANSFER_BUFFERS = 8, VP_RING_MARKS = 64, VP_SEGMENT_DISPATCHES = 100 };

/* ---- errors (vk_result.c) ------------------------------------------------------------------------------------ */

/* Any Vulkan failure that has no remedy: prints call, result and place, and aborts. */
#define VP_VK(call) vp_vk_check((call), #call, __FILE__, __LINE__)
/* The two failures a trainer can answer, out-of-memory and device-lost, become a status; the rest aborts as above. */
#define VP_VK_STATUS(gpu, call, err) vp_vk_status((gpu), (call), #call, __FILE__, __LINE__, (err))
void vp_vk_check(VkResult result, const char *call, const char *file, int line);
enum vp_status vp_vk_status(struct vp_gpu *gpu, VkResult result, const char *call, const char *file, int line,
                            struct vp_error *err);
const char *vp_vk_result_name(VkResult result);
/* VP_ERR_DEVICE_LOST with its sentence, once the device is lost; VP_OK before. */
enum vp_status vp_gpu_check_lost(const struct vp_gpu *gpu, struct vp_error *err);

/* ---- device -------------------------------------------------------------------------------------------------- */

enum vp_disable {
    VP_DISABLE_COOPMAT = 1,
    VP_DISABLE_F16 = 2,
    VP_DISABLE_SUBGROUP = 4,
    VP_DISABLE_BDA = 8,
    VP_DISABLE_TEXEL = 16,
    VP_DISABLE_LANES = 32
};

/* What the device offers beyond struct vp_gpu_caps; only src/gpu needs to know. */
struct vp_gpu_traits {
    VkSubgroupFeatureFlags subgroup_ops; /* in compute shaders; 0 when masked */
    bool int64, int16, int8, float64, memory_model, memory_model_device;
    bool memory_budget;       /* VK_EXT_memory_budget */
    bool fixed_subgroup_size; /* a required size can be asked for */
    bool full_subgroups;
    uint32_t max_subgroups; /* per workgroup */
    uint32_t family;        /* the queue family used */
    double timestamp_ms;    /* per tick; 0 without timestamps */
    uint64_t timestamp_mask;
    uint64_t heap_bytes; /* of device memory, quirks applied */
    uint32_t heap;       /* its index */
};

/* The feature structures that vkCreateDevice gets, linked into one chain by vp_caps_query. */
struct vp_gpu_features {
    VkPhysicalDeviceFeatures2 core;
    VkPhysicalDeviceVulkan11Features v11;
    VkPhysicalDeviceVulkan12Features v12;
    VkPhysicalDeviceSubgroupSizeControlFeatures size_control;
    VkPhysicalDeviceCooperativeMatrixFeaturesKHR coopmat;
    const char *extensions[8];
    uint32_t extension_count;
};

/* Bits of enum vp_disable in a comma-separated list, and a flag for each kernel if it names any (to be freed);
 * VP_ERR_USAGE on a word that is neither. */
enum vp_status vp_disable_parse(const char *text, unsigned *mask, bool **kernels, struct vp_error *err);
/* Fills caps, traits and the features to switch on for one device. */
void vp_caps_query(VkInstance instance, VkPhysicalDevice physical, unsigned disabled, struct vp_gpu_caps *caps,
                   struct vp_gpu_traits *traits, struct vp_gpu_features *features);
void vp_quirks_apply(const VkPhysicalDeviceProperties *device, const VkPhysicalDeviceDriverProperties *driver,
                     struct vp_gpu_caps *caps);
/* Device memory of a heap that says `reported`: software drivers that state a constant get the machine's memory. */
uint64_t vp_quirks_heap_bytes(VkPhysicalDeviceType type, uint64_t reported);
/* What of `left` bytes is really there: software devices share the machine's memory with everybody. */
uint64_t vp_quirks_free_bytes(bool is_cpu, uint64_t left);

/* Fills one line of the list. */
void vp_gpu_describe(VkPhysicalDevice physical, int index, struct vp_gpu_info *info);
/* The rule of choice, on facts only: the index in infos, or -1 with *err listing what exists. `request` NULL or ""
 * means the best usable one. why (size bytes) gets the reason in words. */
int vp_gpu_choose(const struct vp_gpu_info *infos, int count, const char *request, char *why, size_t size,
                  struct vp_error *err);
const char *vp_gpu_type_name(enum vp_gpu_type type);

/* One loader connection, with layers when validation is asked for (instance.c). */
struct vp_instance {
    VkInstance handle;
    VkDebugUtilsMessengerEXT messenger;
    bool debug_utils;
    uint32_t layer_version; /* of the validation layer; 0 without validation */
    atomic_int messages;
    struct vp_log log;
};
enum vp_status vp_instance_init(struct vp_instance *instance, bool validation, const struct vp_log *log,
                                struct vp_error *err);
void vp_instance_fini(struct vp_instance *instance);
/* All physical devices, none when the loader found no driver; the caller frees *devices. */
void vp_instance_devices(const struct vp_instance *instance, VkPhysicalDevice **devices, int *count);

/* ---- memory and transfers ------------------------------------------------------------------------------------ */

struct vp_block {
    VkBuffer buffer; /* VK_NULL_HANDLE: the place is free */
    VkDeviceMemory memory;
    uint64_t bytes, address;
    uint32_t generation; /* tells a stale range from a live one */
    char label[64];
};

/* A buffer the host sees through `mapped`; coherent. */
struct vp_host_buffer {
    VkBuffer buffer;
    VkDeviceMemory memory;
    unsigned char *mapped;
    uint64_t bytes;
};

struct vp_transfer_buffer {
    VkCommandBuffer commands;
    uint64_t value; /* timeline value of its last submission */
};

/* Uploads go through a ring; head and tail count bytes since the beginning, their remainder is the place. */
struct vp_ring {
    struct vp_host_buffer host;
    uint64_t head, tail;
    struct {
        uint64_t head, value;
    } marks[VP_RING_MARKS]; /* what is reusable once the timeline reached value; a queue */
    uint32_t mark_first, mark_count;
};

struct vp_readback_slot {
    struct vp_host_buffer host;
    uint64_t bytes, value;
    bool busy;
};

struct vp_transfers {
    struct vp_transfer_buffer buffers[VP_TRANSFER_BUFFERS];
    int open; /* the buffer being recorded, -1 none */
    int next;
    struct vp_ring ring;
    struct vp_readback_slot slots[VP_READBACK_SLOTS + 1]; /* the last one serves vp_gpu_download */
};

/* ---- kernels ------------------------------------------------------------------------------------------------- */

struct vp_module {
    VkShaderModule shader; /* VK_NULL_HANDLE until used */
    VkDescriptorSetLayout set_layout;
    VkPipelineLayout layout;
};

struct vp_pipeline {
    int shader; /* index in vp_shaders */
    int spec_count;
    uint32_t spec[VP_MAX_SPEC];
    VkPipeline handle;
};

struct vp_profile;
struct vp_tuning;

struct vp_gpu {
    struct vp_instance instance;
    VkPhysicalDevice physical;
    VkDevice device;
    struct VolkDeviceTable vk;
    VkQueue queue;
    struct vp_log log;
    struct vp_gpu_info info;
    struct vp_gpu_caps caps;
    struct vp_gpu_traits traits;
    double submission_ms;
    uint64_t memory_limit;
    bool lost;

    VkSemaphore timeline;
    uint64_t submitted; /* value the last submission will signal */
    VkCommandPool commands;

    struct vp_block *blocks; /* block id = generation << 20 | (place + 1) */
    uint32_t block_count;
    uint64_t used;
    struct vp_transfers transfers;

    struct vp_module *modules; /* [vp_shader_count] */
    struct vp_pipeline *pipelines;
    int pipeline_count, pipeline_capacity;
    VkPipelineCache cache;
    char *cache_path; /* NULL: none */
    bool cache_dirty, cache_loaded;
    struct vp_tuning *tuning; /* tune.c */
    bool untuned, masked;     /* options.untuned; capabilities or kernels are left unused */
    bool *without;            /* [vp_shader_count]: kernels left unused; NULL: none */

    struct vp_program *programs; /* a list through vp_program.next */
    uint64_t waits;              /* for unfinished work */
    struct vp_profile *profile;  /* NULL unless profiling */
};

enum vp_status vp_memory_allocate(struct vp_gpu *gpu, VkBuffer buffer, VkMemoryPropertyFlags wanted,
                                  VkMemoryPropertyFlags needed, bool address, VkDeviceMemory *memory,
                                  struct vp_error *err);
enum vp_status vp_host_buffer_init(struct vp_gpu *gpu, uint64_t bytes, bool for_reading, struct vp_host_buffer *host,
                                   struct vp_error *err);
void vp_host_buffer_fini(struct vp_gpu *gpu, struct vp_host_buffer *host);
void vp_memory_fini(struct vp_gpu *gpu);
/* The live block of a range; asserts that the range lies inside it. */
struct vp_block *vp_block_of(const struct vp_gpu *gpu, struct vp_range range);

void vp_transfers_init(struct vp_gpu *gpu);
void vp_transfers_fini(struct vp_gpu *gpu);
/* Submits what uploads and fills have recorded so far; everything submitted later comes after it. */
enum vp_status vp_transfers_flush(struct vp_gpu *gpu, struct vp_error *err);

/* ---- submission (queue.c) ------------------------------------------------------------------------------------ */

void vp_queue_init(struct vp_gpu *gpu);
void vp_queue_fini(struct vp_gpu *gpu);
VkCommandBuffer vp_commands_create(struct vp_gpu *gpu);
/* Begins recording, with a barrier against everything submitted before. */
void vp_commands_begin(struct vp_gpu *gpu, VkCommandBuffer commands, VkCommandBufferUsageFlags usage);
void vp_commands_barrier(struct vp_gpu *gpu, VkCommandBuffer commands, VkPipelineStageFlags from, VkAccessFlags writes,
                         VkPipelineStageFlags to, VkAccessFlags accesses);
/* Sends one command buffer; *value is what the timeline will show when it is done. */
enum vp_status vp_queue_submit(struct vp_gpu *gpu, VkCommandBuffer commands, uint64_t *value, struct vp_error *err);
enum vp_status vp_queue_wait(struct vp_gpu *gpu, uint64_t value, struct vp_error *err);
bool vp_queue_reached(struct vp_gpu *gpu, uint64_t value);
/* Reads the timestamps of all programs whose last run is over (measure.c). */
void vp_programs_collect(struct vp_gpu *gpu);

/* ---- names for debuggers (debug.c) --------------------------------------------------------------------------- */

#define VP_DEBUG_NAME(gpu, type, handle, ...) vp_debug_name((gpu), (type), (uint64_t)(handle), __VA_ARGS__)
__attribute__((format(printf, 4, 5))) void vp_debug_name(struct vp_gpu *gpu, VkObjectType type, uint64_t handle,
                                                         const char *format, ...);
void vp_debug_label_begin(struct vp_gpu *gpu, VkCommandBuffer commands, const char *label);
void vp_debug_label_end(struct vp_gpu *gpu, VkCommandBuffer commands);

/* ---- kernels (kernel.c), cache (cache.c) ---------------------------------------------------------------------- */

int vp_shader_find(const char *name); /* index in vp_shaders, -1 none */
/* Do these capabilities cover what the module declares? */
bool vp_kernel_usable(const struct vp_gpu_caps *caps, const struct vp_gpu_traits *traits,
                      const struct vp_reflection *r);
enum vp_status vp_kernel_module(struct vp_gpu *gpu, int shader, struct vp_module **module, struct vp_error *err);
/* Makes the pipelines that these dispatches need and that are not there yet, and finds one of them. */
enum vp_status vp_kernel_pipelines(struct vp_gpu *gpu, const struct vp_dispatch *dispatches, int count,
                                   struct vp_error *err);
VkPipeline vp_kernel_pipeline(const struct vp_gpu *gpu, int shader, const uint32_t *spec, int spec_count);
/* The workgroup size a kernel has with these constants. */
void vp_kernel_local_size(int shader, const uint32_t *spec, int spec_count, uint32_t size[3]);
/* A binding the module declares; an optimised variant may have dropped one. */
static inline bool vp_binding_used(const struct vp_kernel_info *info, int b) {
    return info->reads[b] || info->writes[b];
}
static inline VkDescriptorType vp_binding_type(const struct vp_kernel_info *info, int b) {
    if (!info->texel[b]) return VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    return info->image[b] ? VK_DESCRIPTOR_TYPE_STORAGE_TEXEL_BUFFER : VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER;
}
void vp_kernels_init(struct vp_gpu *gpu);
void vp_kernels_fini(struct vp_gpu *gpu);

void vp_cache_open(struct vp_gpu *gpu, const char *folder);
void vp_cache_close(struct vp_gpu *gpu); /* writes the file when pipelines were added */

#endif
