/* vkpcl faces: drawn faces for a first try without any data. */
#include "cli/commands.h"
#include "cli/options.h"
#include "vkpcl/faces.h"
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

struct faces_flags {
    int64_t identities, images, size, seed, threads;
};

#define FLAG(name, member, help)                                                                                       \
    { name, "N", VP_FLAG_INT, offsetof(struct faces_flags, member), help }
static const struct vp_flag flags[] = {FLAG("identities", identities, "how many people (default 48)"),
                                       FLAG("images", images, "how many images in all (default 768)"),
                                       FLAG("size", size, "side of an image in pixels (default 96)"),
                                       FLAG("seed", seed, "other numbers draw other people (default 1)"),
                                       FLAG("threads", threads, "default: one per core"),
                                       {0}};
static const struct vp_command_line line = {
    "faces", "OUT", "Draws simple faces into OUT/identity_0001/clip/0001.png and so on.", flags, 1, 1};

static int narrowed(int64_t value) {
    return value > INT_MAX ? INT_MAX : value < 0 ? -1 : (int)value;
}

int vp_cmd_faces(int argc, char **argv) {
    struct faces_flags values = {.identities = 48, .images = 768, .size = 96, .seed = 1};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    struct vp_faces_request request = {.folder = operands.text[0],
                                       .identities = narrowed(values.identities),
                                       .images = narrowed(values.images),
                                       .size = narrowed(values.size),
                                       .seed = (uint64_t)values.seed,
                                       .threads = narrowed(values.threads)};
    struct vp_error err = {0};
    if (vp_faces_write(&request, &err) != VP_OK) return vp_cli_fail(&err);
    printf("%" PRId64 " faces of %" PRId64 " people in %s\n", values.images, values.identities, request.folder);
    return 0;
}
