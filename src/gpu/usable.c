/* What a module declares against what a device offers: nobody lists a kernel's needs twice. */
#include "gpu/gpu_internal.h"
#include <string.h>

/* Numbers of SPIR-V capabilities. */
static bool offers_capability(const struct vp_gpu_caps *caps, const struct vp_gpu_traits *t, uint32_t capability) {
    VkSubgroupFeatureFlags ops = t->subgroup_ops;
    switch (capability) {
    case 1:  /* Shader */
    case 50: /* ImageQuery */
        return true;
    case 9:    /* Float16 */
    case 4433: /* StorageBuffer16BitAccess */
        return caps->f16;
    case 10:
        return t->float64; /* Float64 */
    case 11:
        return t->int64; /* Int64 */
    case 22:
        return t->int16; /* Int16 */
    case 39:             /* Int8 */
    case 4448:           /* StorageBuffer8BitAccess */
        return t->int8;
    case 46:
        return caps->texel; /* SampledBuffer */
    case 47:
        return caps->storage_texel; /* ImageBuffer */
    case 61:
        return (ops & VK_SUBGROUP_FEATURE_BASIC_BIT) != 0;
    case 62:
        return (ops & VK_SUBGROUP_FEATURE_VOTE_BIT) != 0;
    case 63:
        return (ops & VK_SUBGROUP_FEATURE_ARITHMETIC_BIT) != 0;
    case 64:
        return (ops & VK_SUBGROUP_FEATURE_BALLOT_BIT) != 0;
    case 65:
        return (ops & VK_SUBGROUP_FEATURE_SHUFFLE_BIT) != 0;
    case 66:
        return (ops & VK_SUBGROUP_FEATURE_SHUFFLE_RELATIVE_BIT) != 0;
    case 67:
        return (ops & VK_SUBGROUP_FEATURE_CLUSTERED_BIT) != 0;
    case 68:
        return (ops & VK_SUBGROUP_FEATURE_QUAD_BIT) != 0;
    case 5345:
        return t->memory_model;
    case 5346:
        return t->memory_model_device;
    case 5347:
        return caps->device_address;
    case 6022:
        return caps->coopmat;
    default:
        return false;
    }
}

/* Extensions whose every feature stands behind a capability, or that are part of Vulkan 1.2. */
static bool known_extension(const char *name) {
    static const char *const names[] = {
        "SPV_KHR_16bit_storage",
        "SPV_KHR_8bit_storage",
        "SPV_KHR_cooperative_matrix",
        "SPV_KHR_physical_storage_buffer",
        "SPV_KHR_storage_buffer_storage_class",
        "SPV_KHR_vulkan_memory_model",
        "SPV_KHR_no_integer_wrap_decoration",
        "SPV_KHR_non_semantic_info",
        "SPV_KHR_float_controls",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

bool vp_kernel_usable(const struct vp_gpu_caps *caps, const struct vp_gpu_traits *traits,
                      const struct vp_reflection *r) {
    for (int i = 0; i < r->capability_count; i++)
        if (!offers_capability(caps, traits, r->capabilities[i])) return false;
    for (int i = 0; i < r->extension_count; i++)
        if (!known_extension(r->extensions[i])) return false;
    uint64_t invocations = 1;
    for (int i = 0; i < 3; i++) {
        if (r->info.local_size[i] > caps->max_group_size[i]) return false;
        if (r->info.local_size[i]) invocations *= r->info.local_size[i];
    }
    return invocations <= caps->max_invocations;
}
