/* The connection to the Vulkan loader: instance, optional validation layers, and their messages. */
#include "gpu/gpu_internal.h"
#include <stdlib.h>
#include <string.h>

static const char validation_layer[] = "VK_LAYER_KHRONOS_validation";

static VkBool32 VKAPI_PTR on_message(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                     VkDebugUtilsMessageTypeFlagsEXT types,
                                     const VkDebugUtilsMessengerCallbackDataEXT *data, void *user) {
    struct vp_instance *instance = user;
    /* GENERAL messages come from the loader (a broken ICD file of some other driver): shown, not counted. */
    bool counts =
        (types & (VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT)) !=
        0;
    if (counts) atomic_fetch_add(&instance->messages, 1);
    vp_log(&instance->log, counts ? VP_LOG_WARN : VP_LOG_DEBUG, "Vulkan %s: %.1500s",
           severity >= VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT ? "error" : "message", data->pMessage);
    return VK_FALSE;
}

static bool has_extension(const char *layer, const char *name) {
    uint32_t count = 0;
    if (vkEnumerateInstanceExtensionProperties(layer, &count, NULL) != VK_SUCCESS || count == 0) return false;
    VkExtensionProperties *list = calloc(count, sizeof *list);
    bool found = false;
    if (list && vkEnumerateInstanceExtensionProperties(layer, &count, list) >= VK_SUCCESS)
        for (uint32_t i = 0; i < count && !found; i++) found = strcmp(list[i].extensionName, name) == 0;
    free(list);
    return found;
}

/* The Vulkan version a layer was written for; 0 when it is not installed. */
static uint32_t layer_version(const char *name) {
    uint32_t count = 0;
    if (vkEnumerateInstanceLayerProperties(&count, NULL) != VK_SUCCESS || count == 0) return 0;
    VkLayerProperties *list = calloc(count, sizeof *list);
    uint32_t version = 0;
    if (list && vkEnumerateInstanceLayerProperties(&count, list) >= VK_SUCCESS)
        for (uint32_t i = 0; i < count; i++)
            if (strcmp(list[i].layerName, name) == 0) version = list[i].specVersion;
    free(list);
    return version;
}

static enum vp_status create(struct vp_instance *instance, bool validation, struct vp_error *err) {
    const char *extensions[4];
    uint32_t count = 0;
    VkInstanceCreateFlags flags = 0;
    instance->debug_utils = has_extension(NULL, VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
    if (instance->debug_utils) extensions[count++] = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;
    if (has_extension(NULL, VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME)) {
        extensions[count++] = VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME;
        flags |= VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR;
    }
    const char *layer = validation_layer;
    const VkValidationFeatureEnableEXT enable = VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT;
    const VkValidationFeaturesEXT features = {
        .sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
        .enabledValidationFeatureCount = 1,
        .pEnabledValidationFeatures = &enable,
    };
    bool synchronisation = validation && has_extension(layer, VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME);
    if (synchronisation) extensions[count++] = VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME;
    const VkApplicationInfo app = {
        .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
        .pApplicationName = "vkpcl",
        .pEngineName = "vkpcl",
        .apiVersion = VK_API_VERSION_1_3,
    };
    const VkInstanceCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
        .pNext = synchronisation ? &features : NULL,
        .flags = flags,
        .pApplicationInfo = &app,
        .enabledLayerCount = validation ? 1 : 0,
        .ppEnabledLayerNames = &layer,
        .enabledExtensionCount = count,
        .ppEnabledExtensionNames = extensions,
    };
    VkResult result = vkCreateInstance(&info, NULL, &instance->handle);
    if (result == VK_SUCCESS) return VP_OK;
    instance->handle = VK_NULL_HANDLE;
    if (result == VK_ERROR_INCOMPATIBLE_DRIVER) return VP_OK; /* a loader without any driver: an empty list */
    return vp_fail(
        err, VP_ERR_NO_DEVICE,
        "the Vulkan loader does not start (vkCreateInstance: %s): reinstall libvulkan1 and your GPU's driver",
        vp_vk_result_name(result));
}

static void listen(struct vp_instance *instance) {
    const VkDebugUtilsMessengerCreateInfoEXT info = {
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
        .messageSeverity =
            VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT,
        .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT |
                       VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT,
        .pfnUserCallback = on_message,
        .pUserData = instance,
    };
    VP_VK(vkCreateDebugUtilsMessengerEXT(instance->handle, &info, NULL, &instance->messenger));
}

enum vp_status vp_instance_init(struct vp_instance *instance, bool validation, const struct vp_log *log,
                                struct vp_error *err) {
    *instance = (struct vp_instance){.log = log ? *log : (struct vp_log){0}};
    atomic_init(&instance->messages, 0);
    if (volkInitialize() != VK_SUCCESS)
        return vp_fail(
            err, VP_ERR_NO_DEVICE,
            "no Vulkan loader (libvulkan.so.1) on this machine: install the package libvulkan1 and your GPU's "
            "driver, or mesa-vulkan-drivers for a software device");
    if (!vkEnumerateInstanceVersion || volkGetInstanceVersion() < VK_API_VERSION_1_2)
        return vp_fail(err, VP_ERR_NO_DEVICE, "the Vulkan loader is older than 1.2: update the package libvulkan1");
    if (validation) instance->layer_version = layer_version(validation_layer);
    if (validation && !instance->layer_version)
        return vp_fail(
            err, VP_ERR_USAGE,
            "validation was asked for but the layer %s is not installed: install vulkan-validationlayers, or "
            "unset VKPCL_VALIDATION",
            validation_layer);
    enum vp_status status = create(instance, validation, err);
    if (status != VP_OK || !instance->handle) return status;
    volkLoadInstanceOnly(instance->handle);
    if (validation && instance->debug_utils) listen(instance);
    return VP_OK;
}

void vp_instance_fini(struct vp_instance *instance) {
    if (!instance->handle) return;
    if (instance->messenger) vkDestroyDebugUtilsMessengerEXT(instance->handle, instance->messenger, NULL);
    vkDestroyInstance(instance->handle, NULL);
    instance->handle = VK_NULL_HANDLE;
}

void vp_instance_devices(const struct vp_instance *instance, VkPhysicalDevice **devices, int *count) {
    uint32_t found = 0;
    *devices = NULL;
    *count = 0;
    if (!instance->handle) return;
    /* A broken driver makes the enumeration fail; that is the same to us as having no device. */
    if (vkEnumeratePhysicalDevices(instance->handle, &found, NULL) < VK_SUCCESS || found == 0) return;
    VkPhysicalDevice *list = calloc(found, sizeof(VkPhysicalDevice));
    vp_assert(list, "out of host memory for %u devices", found);
    if (vkEnumeratePhysicalDevices(instance->handle, &found, list) < VK_SUCCESS) found = 0;
    *devices = list;
    *count = (int)found;
}
