/* Embedded modules as pipelines, made when first needed. */
#include "gpu/gpu_internal.h"
#include "vkpcl/thread_pool.h"
#include <stdlib.h>
#include <string.h>

int vp_kernel_count(void) {
    return vp_shader_count;
}

const char *vp_kernel_name(int index) {
    vp_assert(index >= 0 && index < vp_shader_count, "kernel %d of %d", index, vp_shader_count);
    return vp_shaders[index].name;
}

int vp_shader_find(const char *name) {
    int low = 0, high = vp_shader_count;
    while (low < high) {
        int middle = (low + high) / 2, order = strcmp(name, vp_shaders[middle].name);
        if (order == 0) return middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

const struct vp_kernel_info *vp_kernel_info(const char *name) {
    int index = vp_shader_find(name);
    return index < 0 ? NULL : &vp_shaders[index].reflection.info;
}

bool vp_gpu_has_kernel(const struct vp_gpu *gpu, const char *name) {
    int index = vp_shader_find(name);
    return index >= 0 && !(gpu->without && gpu->without[index]) &&
           vp_kernel_usable(&gpu->caps, &gpu->traits, &vp_shaders[index].reflection);
}

void vp_kernels_init(struct vp_gpu *gpu) {
    gpu->modules = calloc((size_t)vp_shader_count + 1, sizeof *gpu->modules);
    vp_assert(gpu->modules, "out of host memory for %d kernels", vp_shader_count);
}

void vp_kernels_fini(struct vp_gpu *gpu) {
    for (int i = 0; i < gpu->pipeline_count; i++)
        gpu->vk.vkDestroyPipeline(gpu->device, gpu->pipelines[i].handle, NULL);
    for (int i = 0; i < vp_shader_count; i++) {
        gpu->vk.vkDestroyPipelineLayout(gpu->device, gpu->modules[i].layout, NULL);
        gpu->vk.vkDestroyDescriptorSetLayout(gpu->device, gpu->modules[i].set_layout, NULL);
        gpu->vk.vkDestroyShaderModule(gpu->device, gpu->modules[i].shader, NULL);
    }
    free(gpu->pipelines);
    free(gpu->modules);
}

enum vp_status vp_kernel_module(struct vp_gpu *gpu, int shader, struct vp_module **module, struct vp_error *err) {
    struct vp_module *m = *module = &gpu->modules[shader];
    if (m->shader) return VP_OK;
    const struct vp_shader *source = &vp_shaders[shader];
    const struct vp_kernel_info *info = &source->reflection.info;
    VkDescriptorSetLayoutBinding bindings[VP_MAX_BINDINGS];
    uint32_t count = 0;
    for (uint32_t b = 0; b < (uint32_t)info->binding_count; b++) {
        if (!vp_binding_used(info, (int)b)) continue;
        bindings[count++] = (VkDescriptorSetLayoutBinding){
            .binding = b,
            .descriptorType = vp_binding_type(info, (int)b),
            .descriptorCount = 1,
            .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
        };
    }
    const VkDescriptorSetLayoutCreateInfo set_info = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
        .bindingCount = count,
        .pBindings = bindings,
    };
    VP_VK(gpu->vk.vkCreateDescriptorSetLayout(gpu->device, &set_info, NULL, &m->set_layout));
    const VkPushConstantRange push = {.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
                                      .size = (info->push_bytes + 3) / 4 * 4};
    const VkPipelineLayoutCreateInfo layout_info = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
        .setLayoutCount = 1,
        .pSetLayouts = &m->set_layout,
        .pushConstantRangeCount = info->push_bytes ? 1 : 0,
        .pPushConstantRanges = &push,
    };
    VP_VK(gpu->vk.vkCreatePipelineLayout(gpu->device, &layout_info, NULL, &m->layout));
    const VkShaderModuleCreateInfo shader_info = {
        .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
        .codeSize = source->bytes,
        .pCode = source->words,
    };
    enum vp_status status =
        VP_VK_STATUS(gpu, gpu->vk.vkCreateShaderModule(gpu->device, &shader_info, NULL, &m->shader), err);
    if (status == VP_OK) VP_DEBUG_NAME(gpu, VK_OBJECT_TYPE_SHADER_MODULE, m->shader, "%s", source->name);
    return status;
}

static bool uses_subgroups(const struct vp_reflection *r) {
    for (int i = 0; i < r->capability_count; i++)
        if (r->capabilities[i] == 61 || r->capabilities[i] == 6022)
            return true; /* GroupNonUniform, which the other ones imply, and CooperativeMatrixKHR */
    return false;
}

void vp_kernel_local_size(int shader, const uint32_t *spec, int spec_count, uint32_t size[3]) {
    const struct vp_reflection *r = &vp_shaders[shader].reflection;
    for (int i = 0; i < 3; i++) {
        int id = r->local_spec[i];
        size[i] = id >= 0 && id < spec_count ? spec[id] : r->local_default[i];
    }
}

static enum vp_status build(struct vp_gpu *gpu, const struct vp_module *module, struct vp_pipeline *p,
                            struct vp_error *err) {
    VkSpecializationMapEntry entries[VP_MAX_SPEC];
    for (uint32_t i = 0; i < (uint32_t)p->spec_count; i++)
        entries[i] = (VkSpecializationMapEntry){.constantID = i, .offset = i * 4, .size = 4};
    const VkSpecializationInfo special = {
        .mapEntryCount = (uint32_t)p->spec_count,
        .pMapEntries = entries,
        .dataSize = (size_t)p->spec_count * 4,
        .pData = p->spec,
    };
    uint32_t local[3];
    vp_kernel_local_size(p->shader, p->spec, p->spec_count, local);
    /* Every kernel that talks across lanes gets the one size the caps name, in full subgroups where its rows allow. */
    bool subgroups = uses_subgroups(&vp_shaders[p->shader].reflection);
    const VkPipelineShaderStageRequiredSubgroupSizeCreateInfo required = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO,
        .requiredSubgroupSize = gpu->caps.subgroup_size,
    };
    bool fix = subgroups && gpu->traits.fixed_subgroup_size &&
               local[0] * local[1] * local[2] <= gpu->caps.subgroup_size * gpu->traits.max_subgroups;
    bool full = fix && gpu->traits.full_subgroups && local[0] % gpu->caps.subgroup_size == 0;
    const VkComputePipelineCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
        .stage =
            {
                .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                .pNext = fix ? &required : NULL,
                .flags = full ? VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT : 0,
                .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                .module = module->shader,
                .pName = "main",
                .pSpecializationInfo = &special,
            },
        .layout = module->layout,
    };
    enum vp_status status =
        VP_VK_STATUS(gpu, gpu->vk.vkCreateComputePipelines(gpu->device, gpu->cache, 1, &info, NULL, &p->handle), err);
    if (status == VP_OK) VP_DEBUG_NAME(gpu, VK_OBJECT_TYPE_PIPELINE, p->handle, "%s", vp_shaders[p->shader].name);
    return status;
}

static VkPipeline *find(const struct vp_gpu *gpu, int shader, const uint32_t *spec, int spec_count) {
    for (int i = 0; i < gpu->pipeline_count; i++) {
        struct vp_pipeline *p = &gpu->pipelines[i];
        if (p->shader == shader && p->spec_count == spec_count &&
            memcmp(p->spec, spec, (size_t)spec_count * sizeof *spec) == 0)
            return &p->handle;
    }
    return NULL;
}

/* A place for a pipeline that is still to be made. */
static void append(struct vp_gpu *gpu, int shader, const uint32_t *spec, int spec_count) {
    if (gpu->pipeline_count == gpu->pipeline_capacity) {
        gpu->pipeline_capacity = gpu->pipeline_capacity ? gpu->pipeline_capacity * 2 : 64;
        gpu->pipelines = realloc(gpu->pipelines, (size_t)gpu->pipeline_capacity * sizeof *gpu->pipelines);
        vp_assert(gpu->pipelines, "out of host memory for %d pipelines", gpu->pipeline_capacity);
    }
    struct vp_pipeline *made = &gpu->pipelines[gpu->pipeline_count++];
    *made = (struct vp_pipeline){.shader = shader, .spec_count = spec_count};
    memcpy(made->spec, spec, (size_t)spec_count * sizeof *spec);
}

struct building {
    struct vp_gpu *gpu;
    struct vp_pipeline *pipelines;
    struct vp_error *errors;
};

static void build_one(void *context, int index) {
    const struct building *b = context;
    struct vp_pipeline *p = &b->pipelines[index];
    struct vp_error *err = &b->errors[index];
    if (build(b->gpu, &b->gpu->modules[p->shader], p, err) != VP_OK)
        vp_fail_context(err, "kernel %s", vp_shaders[p->shader].name);
}

/* The pipelines from `first` on, all or none, on all processors: compiling is what a driver takes longest over. */
static enum vp_status build_from(struct vp_gpu *gpu, int first, struct vp_error *err) {
    int count = gpu->pipeline_count - first;
    if (count == 0) return VP_OK;
    struct building b = {gpu, gpu->pipelines + first, calloc((size_t)count, sizeof *b.errors)};
    vp_assert(b.errors, "out of host memory for %d pipelines", count);
    struct vp_pool *pool = count > 1 ? vp_pool_create(0) : NULL;
    if (pool)
        vp_pool_for(pool, count, build_one, &b);
    else
        build_one(&b, 0);
    vp_pool_destroy(pool);
    enum vp_status status = VP_OK;
    for (int i = 0; i < count && status == VP_OK; i++) {
        status = b.errors[i].status;
        if (status != VP_OK) *err = b.errors[i];
    }
    for (int i = 0; i < count && status != VP_OK; i++)
        gpu->vk.vkDestroyPipeline(gpu->device, b.pipelines[i].handle, NULL);
    if (status != VP_OK) gpu->pipeline_count = first;
    gpu->cache_dirty |= status == VP_OK;
    free(b.errors);
    return status;
}

enum vp_status vp_kernel_pipelines(struct vp_gpu *gpu, const struct vp_dispatch *dispatches, int count,
                                   struct vp_error *err) {
    int first = gpu->pipeline_count;
    struct vp_module *module;
    enum vp_status status = VP_OK;
    for (int i = 0; i < count && status == VP_OK; i++) {
        const struct vp_dispatch *d = &dispatches[i];
        int shader = vp_shader_find(d->kernel);
        if (find(gpu, shader, d->spec, d->spec_count)) continue;
        status = vp_kernel_module(gpu, shader, &module, err);
        if (status == VP_OK) append(gpu, shader, d->spec, d->spec_count);
    }
    if (status == VP_OK) return build_from(gpu, first, err);
    gpu->pipeline_count = first;
    return status;
}

VkPipeline vp_kernel_pipeline(const struct vp_gpu *gpu, int shader, const uint32_t *spec, int spec_count) {
    const VkPipeline *made = find(gpu, shader, spec, spec_count);
    vp_assert(made, "no pipeline of %s was made", vp_shaders[shader].name);
    return *made;
}
