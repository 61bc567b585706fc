/* Linked into the program and every test of a sanitizer build. Drivers and layers leak at exit, and the loader has unloaded them by
 * then, so that the leak checker sees calls from nowhere: they are kept loaded here, and left out by name (libstdc++
 * too: nothing of ours is C++). Ours stay in. */
int dlclose(void *handle);
const char *__lsan_default_suppressions(void);

int dlclose(void *handle) {
    (void)handle;
    return 0;
}

const char *__lsan_default_suppressions(void) {
    return "leak:libvulkan_\nleak:libvk_swiftshader\nleak:libVkLayer\nleak:libvulkan.so\nleak:libLLVM\nleak:libstdc++"
           "\n";
}
