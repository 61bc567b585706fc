/* The inside of a program: steps, the hazards between them, segments, and their timestamps. */
#ifndef VKPCL_GPU_PROGRAM_H
#define VKPCL_GPU_PROGRAM_H
#include "gpu/gpu_internal.h"

struct vp_access {
    uint32_t block;
    bool read, write;
    uint64_t begin, end; /* bytes */
};

/* The accesses since the last barrier (barrier.c). */
struct vp_hazards {
    struct vp_access *list;
    int count, capacity;
};
/* Notes a step's accesses; true when one of them must wait for an earlier one, and the list then starts afresh. */
bool vp_hazards_step(struct vp_hazards *hazards, const struct vp_access *accesses, int count);
void vp_hazards_clear(struct vp_hazards *hazards);
void vp_hazards_fini(struct vp_hazards *hazards);

struct vp_step {
    int shader;
    VkPipeline pipeline;
    VkDescriptorSet set;
    uint32_t groups[3];
    unsigned char push[VP_MAX_PUSH_BYTES];
    struct vp_access accesses[VP_MAX_BINDINGS];
    int access_count;
    double flops, bytes, cost_ms;
    char *label;
};

struct vp_segment {
    int first, count; /* steps */
    VkCommandBuffer commands;
    bool recorded;
};

/* Cutting (cut.c): a first guess at a step's time, and where to cut. */
double vp_cost_estimate(enum vp_gpu_type type, double flops, double bytes);
/* Pieces of at most `bound_ms` and `most` steps each, at least one step; starts[] (room for `count`) gets the first
 * step of each. Returns how many pieces. */
int vp_cut(const struct vp_step *steps, int count, double bound_ms, int most, int *starts);

struct vp_program {
    struct vp_gpu *gpu;
    struct vp_program *next; /* in gpu->programs */
    struct vp_arena *arena;
    const char *name;
    struct vp_step *steps;
    int step_count;
    VkDescriptorPool pool;
    VkBufferView *views;
    struct vp_range *view_ranges;
    VkFormat *view_formats;
    int view_count;

    struct vp_segment *segments;
    int segment_count;
    int barriers;             /* in the segments as recorded, without those that open each */
    VkCommandBuffer *retired; /* command buffers of an older cut */
    int retired_count;
    uint64_t retired_value; /* reusable when the timeline shows it */

    VkQueryPool queries; /* 2 per segment, then 2 per step when profiling; NULL without timestamps */
    int lessons;         /* runs still to be waited for and learnt from */
    int recuts;          /* how often costs moved the cuts */
    bool learnt;         /* costs changed since the cuts were last looked at */
    bool pending;        /* a run was submitted whose timestamps were not read */
    uint64_t value;      /* timeline value of the last run; 0 before the first */
    double ms;
};

/* Descriptor sets and texel views of all steps (bind.c). */
enum vp_status vp_program_bind(struct vp_program *program, const struct vp_dispatch *dispatches, struct vp_error *err);
void vp_program_unbind(struct vp_program *program);
/* (Re)records all segments (record.c). */
void vp_program_record(struct vp_program *program);
/* Reads the timestamps of the last run, which must be done; learns costs, adds to the profile (measure.c).
 * The first run of all compiles, so that costs are learnt from the second too. */
void vp_program_measure(struct vp_program *program);
/* Is the present cut far from what the learnt costs ask for? */
bool vp_program_wants_recut(const struct vp_program *program);

#endif
