/* Ablation: the paper's table on one's own data and budget, in one command.
 *
 *   row                      what is trained
 *   pixels                   nothing: grey pixels
 *   random weights           nothing: the untrained network
 *   face contrast            loss.face alone, as SimCLR would
 *   + decoder                and the pose-disentangled decoder
 *   + orthogonality          and the orthogonality of face and pose features
 *   + pose contrast          and the pose-related contrast, fixed loss weights
 *   full: dynamic weights    the same with dynamic weights: the method
 *
 * Every trained row is an ordinary run in FOLDER/NAME with the same settings, seed and length otherwise. A row that has
 * all its iterations is not trained again, one that was interrupted goes on from its checkpoint; features lie in
 * FOLDER/features, so the same runs can be asked again, under another protocol or with other probes, at little cost.
 * Tasks without labels are left out. Probes are ridge regressions (verification: the plain cosine), or the trained
 * linear ones; what disentangles is always read by ridge.
 */
#ifndef VKPCL_ABLATE_H
#define VKPCL_ABLATE_H
#include "vkpcl/eval.h"
#include "vkpcl/pretrain.h"

enum { VP_ABLATE_VARIANTS = 5 };
const char *vp_ablate_variant(int variant); /* the name of its folder: face, decoder, orthogonality, pose, full */

struct vp_ablate_request {
    const struct vp_source *source;         /* images to train on */
    const char *folder;                     /* of all runs */
    struct vp_labels_request labels, pairs; /* path NULL: none; at least one of the two */
    unsigned variants;                      /* set of the trained rows, 1u << variant; 0: all */
    unsigned protocols;                     /* set of enum vp_eval_protocol; 0: honest */
    bool linear;                            /* trained linear probes instead of ridge and plain cosine */
    bool table_only;                        /* train nothing: rows that have no checkpoint are left out */
    double time_limit;                      /* seconds for each run and session; 0: none */
    bool (*stop)(void *context);            /* as in vp_pretrain_request; also between evaluations */
    void *context;
    const struct vp_log *log;
};

enum { VP_ABLATE_COLUMNS = 12 };
struct vp_ablate_row {
    const char *name, *protocol;
    double value[VP_ABLATE_COLUMNS]; /* NAN: not known */
};
struct vp_ablate_table {
    const char *const *columns; /* (VP_ABLATE_COLUMNS) */
    int rows;
    struct vp_ablate_row row[VP_PROTOCOLS * (2 + VP_ABLATE_VARIANTS)];
};
/* VP_ERR_INTERRUPTED: the user stopped a run; the same request goes on from there. */
enum vp_status vp_ablate(struct vp_gpu *gpu, const struct vp_config *config, const struct vp_ablate_request *request,
                         struct vp_ablate_table *table, struct vp_error *err);
/* Aligned text; and tab-separated values with the same content. */
void vp_ablate_print(const struct vp_ablate_table *table, FILE *out);
enum vp_status vp_ablate_write(const struct vp_ablate_table *table, const char *path, struct vp_error *err);

#endif
