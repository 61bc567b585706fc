/* Images named on a command line: single ones, folders, lists and packed sets, in the order of the operands. */
#ifndef VKPCL_CLI_IMAGE_LIST_H
#define VKPCL_CLI_IMAGE_LIST_H
#include "cli/options.h"
#include "vkpcl/embed.h"
#include "vkpcl/source.h"

struct vp_listed_image {
    const struct vp_source *source; /* NULL: a file by itself */
    uint32_t image;                 /* of the source */
};

struct vp_image_list {
    char **path;                  /* (count): what each is called; in a packed set "SET/images.npy[17]" */
    struct vp_listed_image *item; /* (count) */
    int64_t count, room;
    struct vp_source *source[VP_MAX_TEXTS];
    int sources;
};

/* On failure, too, what is there must be given to _fini. */
enum vp_status vp_image_list_open(struct vp_image_list *list, const struct vp_texts *operands, const struct vp_log *log,
                                  struct vp_error *err);
void vp_image_list_fini(struct vp_image_list *list);
struct vp_picture_set vp_image_list_pictures(const struct vp_image_list *list); /* without a hash: not to be cached */

#endif
