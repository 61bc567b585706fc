#include "data/names.h"
#include "vkpcl/status.h"
#include <stdlib.h>
#include <string.h>

/* FNV-1a. */
static uint32_t hash_of(const char *text) {
    uint32_t hash = 0x811c9dc5u;
    for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 0x01000193u;
    return hash ^ hash >> 15;
}

/* The slot that holds the text, or the free one where it would go. */
static uint32_t slot_of(const struct vp_names *names, const char *text) {
    uint32_t mask = names->slot_count - 1, slot = hash_of(text) & mask;
    while (names->slots[slot] && strcmp(names->text[names->slots[slot] - 1], text) != 0) slot = (slot + 1) & mask;
    return slot;
}

static void *checked(void *memory, uint32_t entries) {
    vp_assert(memory, "out of host memory for %u names", entries);
    return memory;
}

void vp_names_init(struct vp_names *names, struct vp_arena *arena) {
    *names = (struct vp_names){.arena = arena, .slot_count = 64};
    names->slots = checked(calloc(names->slot_count, sizeof *names->slots), names->slot_count);
}

void vp_names_fini(struct vp_names *names) {
    free(names->slots);
    free(names->text);
    *names = (struct vp_names){0};
}

static void grow(struct vp_names *names) {
    free(names->slots);
    names->slot_count *= 4;
    names->slots = checked(calloc(names->slot_count, sizeof *names->slots), names->slot_count);
    for (int i = 0; i < names->count; i++) names->slots[slot_of(names, names->text[i])] = (uint32_t)i + 1;
}

int vp_names_add(struct vp_names *names, const char *text) {
    uint32_t slot = slot_of(names, text);
    if (names->slots[slot]) return (int)names->slots[slot] - 1;
    if (names->count == names->room) {
        names->room = names->room * 2 + 32;
        names->text = checked(realloc(names->text, (size_t)names->room * sizeof *names->text), (uint32_t)names->room);
    }
    names->text[names->count++] = vp_arena_strdup(names->arena, text);
    names->slots[slot] = (uint32_t)names->count;
    if ((uint32_t)names->count * 2 > names->slot_count) grow(names);
    return names->count - 1;
}

int vp_names_find(const struct vp_names *names, const char *text) {
    return (int)names->slots[slot_of(names, text)] - 1;
}

int vp_names_find_ending(const struct vp_names *names, const char *path) {
    for (const char *ending = path; ending; ending = strchr(ending, '/')) {
        ending += ending != path; /* behind the slash */
        int number = vp_names_find(names, ending);
        if (number >= 0) return number;
    }
    return -1;
}

const char *const *vp_names_array(const struct vp_names *names) {
    const char **copy = vp_arena_array(names->arena, const char *, names->count);
    if (names->count) memcpy(copy, names->text, (size_t)names->count * sizeof *copy);
    return copy;
}
