/* The report: one HTML file of a run that needs nothing else - no network, no other file - and shows everything in it.
 *
 * What it reads, all from the run's folder. A section whose file is missing says which command makes it; what is broken
 * is left out and named on the page.
 *
 *   log.tsv            the curves: any columns of numbers under a line of names, "iteration" first
 *   run.json           {"iterations", "iterations_per_epoch", "parameters", "sessions": [{"program", "device",
 *                      "driver", "type", "memory" in bytes, "started", "ended", "outcome", "first_iteration",
 *                      "last_iteration", "data": [paths], "images", "items"}]}; a run that goes on has no "ended"
 *   config.yaml        the settings
 *   samples/N.png      the film strip, N being the iteration
 *   profile.tsv        kernel, calls, ms, flops, bytes; the row "idle" (pretrain --profile)
 *   eval/NAME.json     one evaluation each, below
 *   eval/NAME.png      pictures that belong to an evaluation
 *   embedding.npz      features and labels of the same images, below
 *
 * An evaluation is an object as `vkpcl eval --json` writes it; every member but "task" may be missing, unknown ones are
 * ignored:
 *
 *   {"task": "expression",                   expression, verify, au, pose, disentangle, or any other word
 *    "protocol": "honest", "data": "...", "weights": "...", "images": 500, "identities": 24, "folds": 5,
 *    "metrics": {"accuracy": 0.61, ...},     a number, or {"value", "low", "high", "deviation"}
 *    "classes": ["neutral", ...],
 *    "confusion": [[12, 0, ...], ...],       counts; rows are true classes
 *    "roc": [[fpr, tpr], ...],               or {"AU1": [[fpr, tpr], ...], ...}
 *    "yaw_bins": [{"from": -60, "to": -45, "count": 31, "mae": 7.5}, ...],
 *    "matrix": {"rows": ["trunk", "face", "pose"], "columns": ["identity accuracy", ...], "values": [[...], ...]},
 *    "rows": [{"source": "pixels", "feature": "grey", "probe": "linear", "metrics": {...}, "confusion": ...}, ...]}
 *
 * "rows" compares features, probes or protocols on one task; each of them may hold what the object itself may hold and
 * is called by what tells it from the others (source, feature, probe, protocol; or "name"). Rows with a "factor" become
 * the matrix, by their metrics "accuracy" and "R2 ..."; metrics "MAE yaw 15-30" become bins of |yaw|.
 *
 * embedding.npz holds arrays over the same n images: features "trunk", "face", "pose", ... (n, dims) in floating point,
 * and labels: "identity" (n) and "expression" (n) integers, "angles" (n, 3) = pitch, yaw, roll in degrees, or "yaw"
 * (n); any other vector of n numbers can be chosen as a colour too. Maps show at most `points` of them, evenly spaced.
 */
#ifndef VKPCL_REPORT_H
#define VKPCL_REPORT_H
#include "vkpcl/gpu.h"
#include "vkpcl/labels.h"
#include "vkpcl/log.h"
#include "vkpcl/status.h"

struct vp_report_request {
    const char *run;         /* the run's folder */
    const char *out;         /* NULL: report.html in it */
    const char *embedding;   /* NULL: embedding.npz in it */
    const char *const *eval; /* further evaluations */
    int eval_count;
    int points;  /* of a map; 0: 1000, never above VP_TSNE_MAX_POINTS */
    double live; /* seconds after which the page loads itself anew; then without maps. 0: a finished page */
    const struct vp_log *log;
};
/* VP_ERR_IO: no such folder, or the page cannot be written; VP_ERR_USAGE: the folder holds no run; VP_ERR_FORMAT or
 * VP_ERR_IO: a file named in `embedding` or `eval` cannot be used. */
enum vp_status vp_report_write(const struct vp_report_request *request, struct vp_error *err);

/* Writes such an embedding.npz to `path`: trunk, face and pose features of labelled images at the training size, by
 * `weights` (a run's folder or a file), and whichever labels there are. Of more than VP_TSNE_MAX_POINTS images that
 * many are taken, evenly. */
enum vp_status vp_report_embed(struct vp_gpu *gpu, const char *weights, const struct vp_labels_request *data,
                               const char *path, const struct vp_log *log, struct vp_error *err);

#endif
