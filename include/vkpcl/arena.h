/* A bump allocator: many small host objects that die together (graph nodes, names, plans).
 *
 * Guarantees: memory is zeroed and aligned for any type; nothing moves; vp_arena_destroy frees all at once.
 * Running out of host memory aborts with the number of bytes asked for.
 */
#ifndef VKPCL_ARENA_H
#define VKPCL_ARENA_H
#include <stddef.h>

struct vp_arena;

struct vp_arena *vp_arena_create(void);
void vp_arena_destroy(struct vp_arena *arena); /* NULL is allowed */
void *vp_arena_alloc(struct vp_arena *arena, size_t bytes);
char *vp_arena_strdup(struct vp_arena *arena, const char *text);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
char *
vp_arena_printf(struct vp_arena *arena, const char *format, ...);

#define vp_arena_new(arena, type)          ((type *)vp_arena_alloc((arena), sizeof(type)))
#define vp_arena_array(arena, type, count) ((type *)vp_arena_alloc((arena), sizeof(type) * (size_t)(count)))

#endif
