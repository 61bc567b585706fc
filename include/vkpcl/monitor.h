/* The monitor: small probes on held-out labelled faces while an encoder trains, to know whether to go on.
 *
 *   monitor_knn        k-NN accuracy (5, cosine, trunk) of the classes; without classes, of the identities
 *   monitor_linear     the same by ridge regression onto one-hot labels
 *   monitor_yaw_face   R^2 of yaw from the face feature, by ridge: what should fall, or stay low
 *   monitor_yaw_pose   the same from the pose feature: what should rise
 * Columns without labels are NAN. At most VP_MONITOR_IMAGES images, eight of a person, are decoded once and kept;
 * classes and yaw are read from people that the probe has not seen (3 folds of identities).
 */
#ifndef VKPCL_MONITOR_H
#define VKPCL_MONITOR_H
#include "vkpcl/labels.h"
#include "vkpcl/pretrain.h"

enum { VP_MONITOR_IMAGES = 512 };

struct vp_monitor;
/* size: of the training images. VP_ERR_USAGE: the labels hold nothing that it could look for. */
enum vp_status vp_monitor_create(struct vp_monitor **monitor, struct vp_gpu *gpu, const struct vp_labels_request *data,
                                 int size, bool grey, const struct vp_log *log, struct vp_error *err);
void vp_monitor_destroy(struct vp_monitor *monitor); /* NULL is allowed; before the gpu is closed */
/* What vp_pretrain_request wants; belongs to the monitor. */
const struct vp_pretrain_monitor *vp_monitor_for_pretrain(const struct vp_monitor *monitor);

#endif
