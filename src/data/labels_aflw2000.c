/* AFLW2000-3D and 300W-LP: NAME.mat beside NAME.jpg, whose Pose_Para begins with pitch, yaw and roll in radians. Zhu et
 * al., "Face alignment across large poses: a 3D solution" (CVPR 2016). */
#include "data/labels_internal.h"
#include "vkpcl/file.h"
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <matio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static double element(const matvar_t *variable, int place) {
    return variable->data_type == MAT_T_SINGLE ? (double)((const float *)variable->data)[place]
                                               : ((const double *)variable->data)[place];
}

static enum vp_status read_pose(const char *path, double degrees[3], struct vp_error *err) {
    struct stat info;
    if (stat(path, &info) != 0) return vp_fail(err, VP_ERR_IO, "cannot open %s: %s", path, strerror(errno));
    mat_t *file = Mat_Open(path, MAT_ACC_RDONLY);
    if (!file) return vp_fail(err, VP_ERR_FORMAT, "%s: this is not a MATLAB file", path);
    matvar_t *pose = Mat_VarRead(file, "Pose_Para");
    enum vp_status status = VP_OK;
    bool real = pose && pose->data && (pose->data_type == MAT_T_SINGLE || pose->data_type == MAT_T_DOUBLE);
    size_t count = pose ? 1 : 0;
    for (int i = 0; pose && i < pose->rank; i++) count *= pose->dims[i];
    if (!pose)
        status = vp_fail(err, VP_ERR_FORMAT, "%s: expected a variable Pose_Para, found none of this name", path);
    else if (!real || count < 3)
        status = vp_fail(err, VP_ERR_FORMAT, "%s: expected Pose_Para as pitch, yaw, roll, ..., found %zu numbers", path,
                         real ? count : 0);
    for (int i = 0; status == VP_OK && i < 3; i++) degrees[i] = element(pose, i) * 57.295779513082320877;
    Mat_VarFree(pose);
    Mat_Close(file);
    return status;
}

static enum vp_status add_file(struct vp_labels_builder *builder, const char *root, const char *path, const char *name,
                               struct vp_error *err) {
    double degrees[3];
    enum vp_status status = read_pose(path, degrees, err);
    if (status != VP_OK) return status;
    size_t stem = strlen(name) - 4;
    char *image = vp_arena_printf(builder->arena, "%.*s.jpg", (int)stem, name);
    struct vp_label *label = vp_labels_add(builder, root, image);
    label->pitch = (float)degrees[0], label->yaw = (float)degrees[1], label->roll = (float)degrees[2];
    return VP_OK;
}

static bool is_mat(const char *name) {
    size_t length = strlen(name);
    return name[0] != '.' && length > 4 && strcmp(name + length - 4, ".mat") == 0;
}

static int is_mat_entry(const struct dirent *entry) {
    return is_mat(entry->d_name);
}

enum vp_status vp_labels_read_aflw2000(struct vp_labels_builder *builder, const struct vp_labels_request *request,
                                       struct vp_error *err) {
    if (is_mat(request->path)) {
        const char *slash = strrchr(request->path, '/');
        return add_file(builder, request->root, request->path, slash ? slash + 1 : request->path, err);
    }
    struct dirent **entries;
    int count = scandir(request->path, &entries, is_mat_entry, alphasort);
    if (count < 0) return vp_fail(err, VP_ERR_IO, "cannot read the folder %s: %s", request->path, strerror(errno));
    enum vp_status status = VP_OK;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (status == VP_OK)
            status = add_file(builder, request->root, vp_path_joined(builder->arena, request->path, name), name, err);
        free(entries[i]);
    }
    free(entries);
    if (status == VP_OK && count == 0) status = vp_fail(err, VP_ERR_USAGE, "%s holds no .mat files", request->path);
    return status;
}
