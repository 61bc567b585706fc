#include "gpu/reflect.h"
#include <stdlib.h>
#include <string.h>

/* The few numbers of the SPIR-V specification that are needed here. */
enum {
    SPV_MAGIC = 0x07230203,
    OP_EXTENSION = 10,
    OP_EXECUTION_MODE = 16,
    OP_CAPABILITY = 17,
    OP_TYPE_INT = 21,
    OP_TYPE_FLOAT = 22,
    OP_TYPE_VECTOR = 23,
    OP_TYPE_MATRIX = 24,
    OP_TYPE_IMAGE = 25,
    OP_TYPE_SAMPLED_IMAGE = 27,
    OP_TYPE_ARRAY = 28,
    OP_TYPE_STRUCT = 30,
    OP_TYPE_POINTER = 32,
    OP_CONSTANT = 43,
    OP_CONSTANT_COMPOSITE = 44,
    OP_SPEC_CONSTANT = 50,
    OP_SPEC_CONSTANT_COMPOSITE = 51,
    OP_VARIABLE = 59,
    OP_DECORATE = 71,
    OP_MEMBER_DECORATE = 72,
    OP_EXECUTION_MODE_ID = 331,
    MODE_LOCAL_SIZE = 17,
    MODE_LOCAL_SIZE_ID = 38,
    DECORATION_SPEC_ID = 1,
    DECORATION_ARRAY_STRIDE = 6,
    DECORATION_BUILTIN = 11,
    DECORATION_NON_WRITABLE = 24,
    DECORATION_NON_READABLE = 25,
    DECORATION_BINDING = 33,
    DECORATION_SET = 34,
    DECORATION_OFFSET = 35,
    BUILTIN_WORKGROUP_SIZE = 25,
    CLASS_UNIFORM_CONSTANT = 0,
    CLASS_UNIFORM = 2,
    CLASS_PUSH_CONSTANT = 9,
    CLASS_STORAGE_BUFFER = 12,
    DIM_BUFFER = 5,
    FORMAT_RGBA32F = 1,
    FORMAT_RGBA16F = 2,
    FORMAT_R32F = 3,
    FORMAT_R32UI = 33
};

struct spv_id {
    const uint32_t *op; /* the instruction that defines it; NULL until seen */
    int binding, set, spec_id;
    uint32_t array_stride, extent; /* extent: bytes of a struct, from member offsets and sizes */
    bool non_writable, non_readable;
    uint32_t members_non_writable, members_non_readable;
};

struct spv_module {
    const uint32_t *end;
    struct spv_id *ids;
    uint32_t bound;
    struct vp_reflection *out;
    const char *why;
};

static uint32_t op_of(const uint32_t *instruction) {
    return instruction[0] & 0xffffu;
}
static uint32_t length_of(const uint32_t *instruction) {
    return instruction[0] >> 16;
}

static struct spv_id *id_of(struct spv_module *m, uint32_t id) {
    if (id < m->bound) return &m->ids[id];
    m->why = "an id beyond the module's bound";
    return &m->ids[0];
}

static bool fail(struct spv_module *m, const char *why) {
    if (!m->why) m->why = why;
    return false;
}

static void decorate(struct spv_module *m, const uint32_t *w) {
    struct spv_id *target = id_of(m, w[1]);
    uint32_t value = length_of(w) > 3 ? w[3] : 0;
    switch (w[2]) {
    case DECORATION_SPEC_ID:
        target->spec_id = (int)value;
        break;
    case DECORATION_ARRAY_STRIDE:
        target->array_stride = value;
        break;
    case DECORATION_NON_WRITABLE:
        target->non_writable = true;
        break;
    case DECORATION_NON_READABLE:
        target->non_readable = true;
        break;
    case DECORATION_BINDING:
        target->binding = (int)value;
        break;
    case DECORATION_SET:
        target->set = (int)value;
        break;
    default:
        break;
    }
}

/* Which word of the result an instruction defines: 1 for types, 2 for values. 0: nothing we look at. */
static uint32_t result_word(uint32_t op) {
    if (op >= OP_TYPE_INT && op <= OP_TYPE_POINTER) return 1;
    if (op == OP_CONSTANT || op == OP_CONSTANT_COMPOSITE || op == OP_SPEC_CONSTANT ||
        op == OP_SPEC_CONSTANT_COMPOSITE || op == OP_VARIABLE)
        return 2;
    return 0;
}

/* Bytes a push-constant member takes; 0 for what has no size there. */
static uint32_t size_of(struct spv_module *m, uint32_t type, int depth) {
    const struct spv_id *id = id_of(m, type);
    if (!id->op || depth > 8) return 0;
    switch (op_of(id->op)) {
    case OP_TYPE_INT:
    case OP_TYPE_FLOAT:
        return id->op[2] / 8;
    case OP_TYPE_VECTOR:
    case OP_TYPE_MATRIX:
        return id->op[3] * size_of(m, id->op[2], depth + 1);
    case OP_TYPE_POINTER:
        return 8; /* a buffer_reference */
    case OP_TYPE_ARRAY: {
        const struct spv_id *length = id_of(m, id->op[3]);
        uint32_t n = length->op && op_of(length->op) == OP_CONSTANT ? length->op[3] : 0;
        return n * (id->array_stride ? id->array_stride : size_of(m, id->op[2], depth + 1));
    }
    case OP_TYPE_STRUCT:
        return id->extent;
    default:
        return 0;
    }
}

/* Structs are defined after their decorations, so that extents need a second look at the member offsets. */
static void measure_structs(struct spv_module *m, const uint32_t *first) {
    for (const uint32_t *w = first; w < m->end; w += length_of(w)) {
        if (op_of(w) != OP_MEMBER_DECORATE || length_of(w) < 4) continue;
        struct spv_id *target = id_of(m, w[1]);
        if (!target->op || op_of(target->op) != OP_TYPE_STRUCT || w[2] + 2 >= length_of(target->op)) continue;
        if (w[3] == DECORATION_NON_WRITABLE) target->members_non_writable++;
        if (w[3] == DECORATION_NON_READABLE) target->members_non_readable++;
        if (w[3] != DECORATION_OFFSET || length_of(w) < 5) continue;
        uint32_t end = w[4] + size_of(m, target->op[2 + w[2]], 0);
        if (end > target->extent) target->extent = end;
    }
}

static bool local_size_constant(struct spv_module *m, uint32_t constant, int axis) {
    const struct spv_id *id = id_of(m, constant);
    if (!id->op || (op_of(id->op) != OP_CONSTANT && op_of(id->op) != OP_SPEC_CONSTANT))
        return fail(m, "a workgroup size that is neither a constant nor a specialisation constant");
    m->out->local_default[axis] = id->op[3];
    m->out->local_spec[axis] = op_of(id->op) == OP_SPEC_CONSTANT ? id->spec_id : -1;
    return true;
}

static bool bind(struct spv_module *m, const struct spv_id *variable, bool texel, uint8_t image, bool reads,
                 bool writes) {
    struct vp_kernel_info *info = &m->out->info;
    if (variable->set > 0) return fail(m, "a descriptor set other than 0");
    if (variable->binding < 0 || variable->binding >= VP_MAX_BINDINGS) return fail(m, "a binding number out of range");
    int b = variable->binding; /* two views of one binding (float and vec4) join their accesses */
    info->texel[b] = texel;
    info->image[b] = image;
    info->reads[b] |= reads;
    info->writes[b] |= writes;
    if (b >= info->binding_count) info->binding_count = b + 1;
    return true;
}

static bool variable(struct spv_module *m, const struct spv_id *id) {
    uint32_t storage = id->op[3];
    const struct spv_id *pointer = id_of(m, id->op[1]);
    if (storage == CLASS_UNIFORM) return fail(m, "a uniform block; use a storage buffer");
    if (storage != CLASS_UNIFORM_CONSTANT && storage != CLASS_STORAGE_BUFFER && storage != CLASS_PUSH_CONSTANT)
        return true;
    if (!pointer->op || op_of(pointer->op) != OP_TYPE_POINTER) return fail(m, "a variable without a pointer type");
    const struct spv_id *type = id_of(m, pointer->op[3]);
    if (!type->op) return fail(m, "a variable of unknown type");
    if (storage == CLASS_PUSH_CONSTANT) {
        m->out->info.push_bytes = type->extent;
        return type->extent <= VP_MAX_PUSH_BYTES || fail(m, "more push constants than every device has");
    }
    if (storage == CLASS_STORAGE_BUFFER) {
        if (op_of(type->op) != OP_TYPE_STRUCT) return fail(m, "an array of storage buffers");
        uint32_t members = length_of(type->op) - 2;
        bool reads = !id->non_readable && type->members_non_readable < members;
        bool writes = !id->non_writable && type->members_non_writable < members;
        return bind(m, id, false, 0, reads, writes);
    }
    if (op_of(type->op) == OP_TYPE_SAMPLED_IMAGE) type = id_of(m, type->op[2]);
    if (!type->op || op_of(type->op) != OP_TYPE_IMAGE || type->op[3] != DIM_BUFFER)
        return fail(m, "an image or sampler other than a texel buffer");
    if (type->op[7] == 1) {
        if (!bind(m, id, true, 0, true, false)) return false;
        m->out->info.half[id->binding] = true; /* the view's format converts */
        return true;
    }
    if (!id->non_writable) return fail(m, "a storage texel buffer that is not readonly");
    uint32_t format = type->op[8];
    if (format == FORMAT_RGBA32F || format == FORMAT_RGBA16F) return bind(m, id, true, 4, true, false);
    if (format == FORMAT_R32F || format == FORMAT_R32UI) return bind(m, id, true, 1, true, false);
    return fail(m, "a storage texel buffer that is neither rgba32f nor r32f, nor their halves rgba16f and r32ui");
}

/* The fewest words an instruction must have for what is read of it here. */
static uint32_t shortest(const uint32_t *w) {
    switch (op_of(w)) {
    case OP_CAPABILITY:
    case OP_EXTENSION:
    case OP_TYPE_STRUCT:
        return 2;
    case OP_EXECUTION_MODE:
    case OP_EXECUTION_MODE_ID:
        return length_of(w) > 2 && (w[2] == MODE_LOCAL_SIZE || w[2] == MODE_LOCAL_SIZE_ID) ? 6 : 3;
    case OP_DECORATE:
    case OP_TYPE_FLOAT:
    case OP_TYPE_SAMPLED_IMAGE:
    case OP_CONSTANT_COMPOSITE:
    case OP_SPEC_CONSTANT_COMPOSITE:
        return 3;
    case OP_TYPE_INT:
    case OP_TYPE_VECTOR:
    case OP_TYPE_MATRIX:
    case OP_TYPE_ARRAY:
    case OP_TYPE_POINTER:
    case OP_CONSTANT:
    case OP_SPEC_CONSTANT:
    case OP_VARIABLE:
    case OP_MEMBER_DECORATE:
        return 4;
    case OP_TYPE_IMAGE:
        return 9;
    default:
        return result_word(op_of(w)) + 1;
    }
}

static bool gather(struct spv_module *m, const uint32_t *first, uint32_t *workgroup_size) {
    struct vp_reflection *out = m->out;
    for (const uint32_t *w = first; w < m->end; w += length_of(w)) {
        uint32_t op = op_of(w), n = length_of(w);
        if (n == 0 || n > (size_t)(m->end - w) || n < shortest(w)) return fail(m, "an instruction of the wrong length");
        if (op == OP_CAPABILITY) {
            if (out->capability_count == VP_MAX_CAPABILITIES) return fail(m, "too many capabilities");
            out->capabilities[out->capability_count++] = w[1];
        } else if (op == OP_EXTENSION) {
            if (out->extension_count == VP_MAX_EXTENSIONS) return fail(m, "too many extensions");
            out->extensions[out->extension_count++] = (const char *)(w + 1);
        } else if (op == OP_EXECUTION_MODE && w[2] == MODE_LOCAL_SIZE) {
            for (int i = 0; i < 3; i++) out->local_default[i] = w[3 + i];
        } else if (op == OP_DECORATE) {
            decorate(m, w);
            if (n > 3 && w[2] == DECORATION_BUILTIN && w[3] == BUILTIN_WORKGROUP_SIZE) *workgroup_size = w[1];
        } else if (result_word(op)) {
            id_of(m, w[result_word(op)])->op = w;
        }
    }
    return !m->why;
}

static bool describe(struct spv_module *m, const uint32_t *first) {
    uint32_t workgroup_size = 0;
    if (!gather(m, first, &workgroup_size)) return false;
    measure_structs(m, first);
    const struct spv_id *size = id_of(m, workgroup_size);
    for (int i = 0; workgroup_size && size->op && length_of(size->op) >= 6 && i < 3; i++)
        if (!local_size_constant(m, size->op[3 + i], i)) return false;
    for (const uint32_t *w = first; w < m->end; w += length_of(w))
        if (op_of(w) == OP_EXECUTION_MODE_ID && w[2] == MODE_LOCAL_SIZE_ID)
            for (int i = 0; i < 3; i++)
                if (!local_size_constant(m, w[3 + i], i)) return false;
    for (uint32_t i = 0; i < m->bound; i++)
        if (m->ids[i].op && op_of(m->ids[i].op) == OP_VARIABLE && !variable(m, &m->ids[i])) return false;
    for (uint32_t i = 0; i < m->bound; i++) {
        int half = m->ids[i].spec_id - VP_SPEC_HALF;
        if (half >= 0 && half < VP_MAX_BINDINGS) m->out->info.half[half] = true;
    }
    for (int i = 0; i < 3; i++) m->out->info.local_size[i] = m->out->local_spec[i] < 0 ? m->out->local_default[i] : 0;
    return !m->why;
}

bool vp_reflect(const uint32_t *words, size_t count, struct vp_reflection *out, const char **why) {
    const char *name = out->info.name;
    *out = (struct vp_reflection){.info.name = name, .local_default = {1, 1, 1}, .local_spec = {-1, -1, -1}};
    *why = "not a SPIR-V module";
    if (count < 5 || words[0] != SPV_MAGIC || words[3] == 0 || words[3] > count * 4) return false;
    struct spv_module m = {.end = words + count, .bound = words[3], .out = out};
    m.ids = calloc(m.bound, sizeof *m.ids);
    *why = "out of memory";
    if (!m.ids) return false;
    for (uint32_t i = 0; i < m.bound; i++) m.ids[i].binding = m.ids[i].spec_id = -1;
    bool ok = describe(&m, words + 5);
    free(m.ids);
    *why = m.why;
    return ok;
}
