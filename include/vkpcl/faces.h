/* Simple drawn faces, so that a machine without any data can try the training: not photographs, but faces whose
 * identity, pose, light and expression vary independently.
 *
 * A face is a pure function of (seed, identity, image): identity alone decides skin, hair, the shape of the head and of
 * each feature; image decides yaw, pitch, roll, light, expression, background and noise.
 */
#ifndef VKPCL_FACES_H
#define VKPCL_FACES_H
#include "vkpcl/image.h"
#include <stdint.h>

enum { VP_FACES_MIN_SIZE = 32, VP_FACES_MAX_SIZE = 512 };

/* Draws one face of size x size pixels into rgb (size, size, 3). */
void vp_face_draw(uint64_t seed, uint32_t identity, uint32_t image, int size, unsigned char *rgb);

struct vp_faces_request {
    const char *folder;     /* created; gets identity_0001/clip/0001.png ... */
    int identities, images; /* images in all, at least one of each identity: they are dealt out in turn */
    int size;
    uint64_t seed;
    int threads; /* <= 0: one per core; the files do not depend on it */
};
/* Writes `images` PNG files, which vp_source_open reads as an identity tree. VP_ERR_USAGE: numbers out of
 * range; VP_ERR_IO: the folder cannot be written. Files of the same name are replaced. */
enum vp_status vp_faces_write(const struct vp_faces_request *request, struct vp_error *err);

#endif
