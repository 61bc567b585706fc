/* Packing: any source becomes one array of crops that trains without decoding, and that numpy and PyTorch read as it
 * is.
 *
 * OUT then holds images.npy (N, S, S, 3) u8 in C order, labels.csv with a line per image, index.npz (identities and
 * videos, so that no folder is scanned again) and, when images were left out, broken.txt. The files are described in
 * src/data/packed.h, the crop recipe in src/data/crop.h, what landmarks and boxes may look like in src/data/regions.h.
 *
 * Guarantees: rows are in the order of the source without those left out, whatever the number of threads. Until all is
 * done the files have temporary names; a run that was killed at any moment goes on where it was when it is asked for
 * the same again, and ends with the same bytes. Finished files are not touched.
 */
#ifndef VKPCL_PACK_H
#define VKPCL_PACK_H
#include "vkpcl/log.h"
#include "vkpcl/source.h"

enum { VP_PACK_MIN_SIZE = 8, VP_PACK_MAX_SIZE = 1024 };

struct vp_pack_request {
    const struct vp_source *source;
    const char *folder;    /* OUT */
    int size;              /* S, VP_PACK_MIN_SIZE to VP_PACK_MAX_SIZE */
    double margin;         /* of landmarks and boxes: so much more of the tight crop's side on each side, 0 to 2 */
    const char *landmarks; /* at most one of these; neither: centre crops. Images without a region are left out */
    const char *boxes;
    const char *labels;          /* csv with a path column: its other columns go into labels.csv; NULL: none */
    const char *preview;         /* PNG of crops from all over the set; NULL: none */
    int threads;                 /* <= 0: one per core */
    bool (*stop)(void *context); /* asked after each piece: end with VP_ERR_INTERRUPTED; may be NULL */
    void *context;
    const struct vp_log *log;
};

struct vp_pack_result {
    uint32_t images, left_out; /* in the set; in broken.txt */
    uint32_t resumed_at;       /* images of the source that an earlier run had seen to */
};

/* VP_ERR_USAGE: a request that makes no sense, or OUT holds another set; VP_ERR_FORMAT: a wrong line of a file, or
 * every image is broken; VP_ERR_IO: the disk. */
enum vp_status vp_pack(const struct vp_pack_request *request, struct vp_pack_result *result, struct vp_error *err);

#endif
