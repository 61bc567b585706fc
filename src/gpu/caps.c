/* What a device can do: capabilities for the layers above, traits for this one, features to switch on. */
#include "gpu/gpu_internal.h"
#include <stdlib.h>
#include <string.h>

/* The bit of a capability's name; 0: it is none. */
static unsigned capability_bit(const char *word, size_t length) {
    static const struct {
        const char *word;
        unsigned bit;
    } words[] = {{"coopmat", VP_DISABLE_COOPMAT}, {"f16", VP_DISABLE_F16},     {"subgroup", VP_DISABLE_SUBGROUP},
                 {"bda", VP_DISABLE_BDA},         {"texel", VP_DISABLE_TEXEL}, {"lanes", VP_DISABLE_LANES}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == length && strncmp(words[i].word, word, length) == 0) return words[i].bit;
    return 0;
}

static int kernel_index(const char *word, size_t length) {
    char name[64];
    if (length >= sizeof name) return -1;
    snprintf(name, sizeof name, "%.*s", (int)length, word);
    return vp_shader_find(name);
}

enum vp_status vp_disable_parse(const char *text, unsigned *mask, bool **kernels, struct vp_error *err) {
    *mask = 0;
    for (size_t length; text && *text; text += length + (text[length] == ',')) {
        length = strcspn(text, ",");
        if (length == 0) continue;
        const unsigned bit = capability_bit(text, length);
        const int kernel = kernel_index(text, length);
        if (!bit && kernel < 0)
            return vp_fail(
                err, VP_ERR_USAGE,
                "\"%.*s\" to disable is neither a capability (coopmat, f16, subgroup, bda, texel, lanes) nor "
                "a kernel that `vkpcl ops` lists",
                (int)length, text);
        *mask |= bit;
        if (bit) continue;
        if (!*kernels) *kernels = calloc((size_t)vp_shader_count, sizeof **kernels);
        vp_assert(*kernels, "out of host memory for %d kernels", vp_shader_count);
        (*kernels)[kernel] = true;
    }
    return VP_OK;
}

struct extension_set {
    VkExtensionProperties *list;
    uint32_t count;
};

static struct extension_set device_extensions(VkPhysicalDevice physical) {
    struct extension_set set = {0};
    VP_VK(vkEnumerateDeviceExtensionProperties(physical, NULL, &set.count, NULL));
    set.list = calloc(set.count + 1, sizeof *set.list);
    vp_assert(set.list, "out of host memory for %u extensions", set.count);
    VP_VK(vkEnumerateDeviceExtensionProperties(physical, NULL, &set.count, set.list));
    return set;
}

static bool offers(const struct extension_set *set, const char *name) {
    for (uint32_t i = 0; i < set->count; i++)
        if (strcmp(set->list[i].extensionName, name) == 0) return true;
    return false;
}

/* The shape of a subgroup-wide f16 x f16 -> f32 product: 16 x 16 x 16 if there is one, else the first. */
static bool find_matrix_shape(VkPhysicalDevice physical, VkInstance instance, uint32_t shape[3]) {
    PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR query =
        (PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR)vkGetInstanceProcAddr(
            instance, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR");
    uint32_t count = 0;
    if (!query || query(physical, &count, NULL) < VK_SUCCESS || count == 0) return false;
    VkCooperativeMatrixPropertiesKHR *shapes = calloc(count, sizeof *shapes);
    vp_assert(shapes, "out of host memory for %u matrix shapes", count);
    for (uint32_t i = 0; i < count; i++) shapes[i].sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR;
    bool found = false;
    if (query(physical, &count, shapes) >= VK_SUCCESS)
        for (uint32_t i = 0; i < count; i++) {
            const VkCooperativeMatrixPropertiesKHR *p = &shapes[i];
            bool fits = p->AType == VK_COMPONENT_TYPE_FLOAT16_KHR && p->BType == VK_COMPONENT_TYPE_FLOAT16_KHR &&
                        p->CType == VK_COMPONENT_TYPE_FLOAT32_KHR && p->ResultType == VK_COMPONENT_TYPE_FLOAT32_KHR &&
                        p->scope == VK_SCOPE_SUBGROUP_KHR;
            if (!fits || (found && !(p->MSize == 16 && p->NSize == 16 && p->KSize == 16))) continue;
            found = true;
            shape[0] = p->MSize;
            shape[1] = p->NSize;
            shape[2] = p->KSize;
        }
    free(shapes);
    return found;
}

static void query_limits(const VkPhysicalDeviceLimits *limits, struct vp_gpu_caps *caps, struct vp_gpu_traits *traits) {
    caps->max_invocations = limits->maxComputeWorkGroupInvocations;
    for (int i = 0; i < 3; i++) caps->max_group_size[i] = limits->maxComputeWorkGroupSize[i];
    for (int i = 0; i < 3; i++) caps->max_groups[i] = limits->maxComputeWorkGroupCount[i];
    caps->shared_bytes = limits->maxComputeSharedMemorySize;
    caps->max_binding_bytes = limits->maxStorageBufferRange;
    caps->max_texel_elements = limits->maxTexelBufferElements;
    uint64_t alignment = 16; /* a vec4 */
    if (limits->minStorageBufferOffsetAlignment > alignment) alignment = limits->minStorageBufferOffsetAlignment;
    if (limits->minTexelBufferOffsetAlignment > alignment) alignment = limits->minTexelBufferOffsetAlignment;
    caps->binding_alignment = (uint32_t)alignment;
    traits->timestamp_ms = limits->timestampPeriod * 1e-6;
}

static void query_memory(VkPhysicalDevice physical, VkPhysicalDeviceType type, struct vp_gpu_traits *traits) {
    VkPhysicalDeviceMemoryProperties memory;
    vkGetPhysicalDeviceMemoryProperties(physical, &memory);
    for (uint32_t i = 0; i < memory.memoryHeapCount; i++) {
        const VkMemoryHeap *heap = &memory.memoryHeaps[i];
        if (!(heap->flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) || heap->size <= traits->heap_bytes) continue;
        traits->heap_bytes = heap->size;
        traits->heap = i;
    }
    traits->heap_bytes = vp_quirks_heap_bytes(type, traits->heap_bytes);
}

/* The first family that computes, one with timestamps if there is a choice. */
static void query_queues(VkPhysicalDevice physical, struct vp_gpu_traits *traits) {
    uint32_t count = 16, valid = 0;
    VkQueueFamilyProperties families[16];
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families);
    bool found = false;
    for (uint32_t i = 0; i < count; i++) {
        if (!(families[i].queueFlags & VK_QUEUE_COMPUTE_BIT)) continue;
        if (found && (valid || !families[i].timestampValidBits)) continue;
        found = true;
        traits->family = i;
        valid = families[i].timestampValidBits;
    }
    if (!valid) traits->timestamp_ms = 0;
    traits->timestamp_mask = valid >= 64 ? UINT64_MAX : ((uint64_t)1 << valid) - 1;
}

static void query_subgroups(const VkPhysicalDeviceSubgroupProperties *subgroup,
                            const VkPhysicalDeviceSubgroupSizeControlProperties *control, bool controllable,
                            struct vp_gpu_caps *caps, struct vp_gpu_traits *traits) {
    const VkSubgroupFeatureFlags needed = VK_SUBGROUP_FEATURE_BASIC_BIT | VK_SUBGROUP_FEATURE_ARITHMETIC_BIT |
                                          VK_SUBGROUP_FEATURE_BALLOT_BIT | VK_SUBGROUP_FEATURE_SHUFFLE_BIT;
    if (subgroup->supportedStages & VK_SHADER_STAGE_COMPUTE_BIT) traits->subgroup_ops = subgroup->supportedOperations;
    caps->subgroup_shuffle = (traits->subgroup_ops & needed) == needed;
    caps->subgroup_size = caps->subgroup_min = caps->subgroup_max = subgroup->subgroupSize;
    if (!controllable) return;
    caps->subgroup_min = control->minSubgroupSize;
    caps->subgroup_max = control->maxSubgroupSize;
    traits->max_subgroups = control->maxComputeWorkgroupSubgroups;
    traits->fixed_subgroup_size = (control->requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT) != 0;
}

static void mask(unsigned disabled, struct vp_gpu_caps *caps, struct vp_gpu_traits *traits) {
    if (disabled & VP_DISABLE_COOPMAT) caps->coopmat = false;
    if (disabled & VP_DISABLE_F16) caps->f16 = caps->coopmat = false;
    if (disabled & VP_DISABLE_SUBGROUP) {
        caps->subgroup_shuffle = caps->coopmat = false;
        traits->subgroup_ops = 0;
    }
    if (!caps->coopmat) memset(caps->coopmat_shape, 0, sizeof caps->coopmat_shape);
    if (disabled & VP_DISABLE_BDA) caps->device_address = false;
    if (disabled & VP_DISABLE_TEXEL) caps->texel = caps->storage_texel = false;
    if (disabled & VP_DISABLE_LANES) caps->lanes_beat_shared = false;
}

/* Links what will be switched on; the structures only hold what is used. */
static void enable(const struct vp_gpu_caps *caps, const struct vp_gpu_traits *t, bool size_control, bool scalar,
                   struct vp_gpu_features *f) {
    VkBool32 int64 = t->int64, int16 = t->int16, float64 = t->float64;
    f->core.features = (VkPhysicalDeviceFeatures){.shaderInt64 = int64, .shaderInt16 = int16, .shaderFloat64 = float64};
    f->v11 = (VkPhysicalDeviceVulkan11Features){
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
        .storageBuffer16BitAccess = caps->f16,
    };
    f->v12 = (VkPhysicalDeviceVulkan12Features){
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
        .storageBuffer8BitAccess = t->int8,
        .shaderFloat16 = caps->f16,
        .shaderInt8 = t->int8,
        .scalarBlockLayout = scalar,
        .timelineSemaphore = VK_TRUE,
        .bufferDeviceAddress = caps->device_address,
        .vulkanMemoryModel = t->memory_model,
        .vulkanMemoryModelDeviceScope = t->memory_model_device,
    };
    f->core.pNext = &f->v11;
    f->v11.pNext = &f->v12;
    void **tail = &f->v12.pNext;
    f->size_control.subgroupSizeControl = t->fixed_subgroup_size;
    f->size_control.computeFullSubgroups = t->full_subgroups;
    f->size_control.pNext = f->coopmat.pNext = NULL;
    if (size_control) {
        *tail = &f->size_control;
        tail = &f->size_control.pNext;
    }
    f->coopmat.cooperativeMatrix = caps->coopmat;
    f->coopmat.cooperativeMatrixRobustBufferAccess = VK_FALSE;
    if (caps->coopmat) *tail = &f->coopmat;
}

void vp_caps_query(VkInstance instance, VkPhysicalDevice physical, unsigned disabled, struct vp_gpu_caps *caps,
                   struct vp_gpu_traits *traits, struct vp_gpu_features *f) {
    struct extension_set set = device_extensions(physical);
    VkPhysicalDeviceProperties first;
    vkGetPhysicalDeviceProperties(physical, &first);
    bool is_13 = first.apiVersion >= VK_API_VERSION_1_3;
    bool size_extension = !is_13 && offers(&set, VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME);
    bool size_control = is_13 || size_extension, matrices = offers(&set, VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME);
    bool maintenance4 = is_13 || offers(&set, VK_KHR_MAINTENANCE_4_EXTENSION_NAME);

    *caps = (struct vp_gpu_caps){.is_cpu = first.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU};
    *traits = (struct vp_gpu_traits){0};
    *f = (struct vp_gpu_features){.core.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
    f->v11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES;
    f->v12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
    f->size_control.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES;
    f->coopmat.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR;
    f->core.pNext = &f->v11;
    f->v11.pNext = &f->v12;
    if (size_control) f->v12.pNext = &f->size_control;
    if (matrices) *(size_control ? &f->size_control.pNext : &f->v12.pNext) = &f->coopmat;
    vkGetPhysicalDeviceFeatures2(physical, &f->core);

    VkPhysicalDeviceMaintenance4Properties m4 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_PROPERTIES};
    VkPhysicalDeviceMaintenance3Properties m3 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES,
                                                 .pNext = maintenance4 ? &m4 : NULL};
    VkPhysicalDeviceSubgroupSizeControlProperties control = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES, .pNext = &m3};
    VkPhysicalDeviceSubgroupProperties subgroup = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES,
                                                   .pNext = size_control ? (void *)&control : (void *)&m3};
    VkPhysicalDeviceDriverProperties driver = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES,
                                               .pNext = &subgroup};
    VkPhysicalDeviceProperties2 properties = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                              .pNext = &driver};
    vkGetPhysicalDeviceProperties2(physical, &properties);

    query_limits(&properties.properties.limits, caps, traits);
    query_memory(physical, first.deviceType, traits);
    query_queues(physical, traits);
    query_subgroups(&subgroup, &control, size_control && f->size_control.subgroupSizeControl, caps, traits);
    caps->timestamps = traits->timestamp_ms > 0;
    caps->max_allocation_bytes = m3.maxMemoryAllocationSize;
    if (maintenance4 && m4.maxBufferSize < caps->max_allocation_bytes) caps->max_allocation_bytes = m4.maxBufferSize;
    if (traits->heap_bytes < caps->max_allocation_bytes) caps->max_allocation_bytes = traits->heap_bytes;
    caps->f16 = f->v12.shaderFloat16 && f->v11.storageBuffer16BitAccess;
    caps->device_address = f->v12.bufferDeviceAddress;
    VkFormatProperties format;
    vkGetPhysicalDeviceFormatProperties(physical, VK_FORMAT_R32G32B32A32_SFLOAT, &format);
    caps->texel = (format.bufferFeatures & VK_FORMAT_FEATURE_UNIFORM_TEXEL_BUFFER_BIT) != 0;
    caps->storage_texel = (format.bufferFeatures & VK_FORMAT_FEATURE_STORAGE_TEXEL_BUFFER_BIT) != 0;
    vkGetPhysicalDeviceFormatProperties(physical, VK_FORMAT_R32_SFLOAT, &format);
    caps->storage_texel &= (format.bufferFeatures & VK_FORMAT_FEATURE_STORAGE_TEXEL_BUFFER_BIT) != 0;
    traits->memory_model = f->v12.vulkanMemoryModel;
    caps->coopmat = matrices && f->coopmat.cooperativeMatrix && caps->f16 && caps->subgroup_shuffle &&
                    traits->memory_model && find_matrix_shape(physical, instance, caps->coopmat_shape);
    traits->memory_model_device = traits->memory_model && f->v12.vulkanMemoryModelDeviceScope;
    traits->int64 = f->core.features.shaderInt64;
    traits->int16 = f->core.features.shaderInt16;
    traits->float64 = f->core.features.shaderFloat64;
    traits->int8 = f->v12.shaderInt8 && f->v12.storageBuffer8BitAccess;
    traits->full_subgroups = size_control && f->size_control.computeFullSubgroups;
    traits->memory_budget = offers(&set, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    vp_quirks_apply(&properties.properties, &driver, caps);
    mask(disabled, caps, traits);
    enable(caps, traits, size_control, f->v12.scalarBlockLayout, f);

    if (size_extension) f->extensions[f->extension_count++] = VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME;
    if (traits->memory_budget) f->extensions[f->extension_count++] = VK_EXT_MEMORY_BUDGET_EXTENSION_NAME;
    if (caps->coopmat) f->extensions[f->extension_count++] = VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME;
    if (offers(&set, "VK_KHR_portability_subset")) f->extensions[f->extension_count++] = "VK_KHR_portability_subset";
    free(set.list);
}
