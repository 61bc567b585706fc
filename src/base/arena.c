#include "vkpcl/arena.h"
#include "vkpcl/status.h"
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 64 * 1024 };

struct chunk {
    struct chunk *next;
    size_t used, bytes;
    alignas(max_align_t) unsigned char data[];
};

struct vp_arena {
    struct chunk *first; /* the only chunk with room worth looking at */
};

static void *zeroed(size_t bytes) {
    void *memory = calloc(1, bytes);
    vp_assert(memory, "out of host memory: an arena asked for %zu bytes", bytes);
    return memory;
}

struct vp_arena *vp_arena_create(void) {
    return zeroed(sizeof(struct vp_arena));
}

void vp_arena_destroy(struct vp_arena *arena) {
    if (!arena) return;
    for (struct chunk *chunk = arena->first, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(arena);
}

void *vp_arena_alloc(struct vp_arena *arena, size_t bytes) {
    vp_assert(bytes <= SIZE_MAX / 2, "an arena was asked for %zu bytes", bytes);
    size_t step = alignof(max_align_t);
    bytes = (bytes + step - 1) / step * step;
    if (bytes == 0) bytes = step; /* every object has its own address */
    struct chunk *chunk = arena->first;
    if (!chunk || chunk->bytes - chunk->used < bytes) {
        size_t capacity = bytes > CHUNK_BYTES / 4 ? bytes : (size_t)CHUNK_BYTES;
        struct chunk *fresh = zeroed(sizeof *fresh + capacity);
        fresh->bytes = capacity;
        if (chunk && capacity == bytes) { /* a large object must not hide the room left in the current chunk */
            fresh->next = chunk->next;
            chunk->next = fresh;
        } else {
            fresh->next = chunk;
            arena->first = fresh;
        }
        chunk = fresh;
    }
    void *result = chunk->data + chunk->used;
    chunk->used += bytes;
    return result;
}

char *vp_arena_strdup(struct vp_arena *arena, const char *text) {
    size_t bytes = strlen(text) + 1;
    return memcpy(vp_arena_alloc(arena, bytes), text, bytes);
}

char *vp_arena_printf(struct vp_arena *arena, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    vp_assert(length >= 0, "bad format \"%s\"", format);
    char *text = vp_arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}
