/* VoxCeleb's face tracks: identity/video/00001.txt, some lines about the track, then "FRAME X Y W H" and a line a
 * frame. */
#include "data/regions.h"
#include "io/table.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static enum vp_status read_track(struct vp_regions *regions, const char *path, const char *folder,
                                 struct vp_error *err) {
    struct vp_table table;
    enum vp_status status = vp_table_open(&table, path, ' ', err);
    bool begun = false;
    while (status == VP_OK && vp_table_next(&table)) {
        if (!begun) {
            begun = strcmp(table.fields[0], "FRAME") == 0;
            continue;
        }
        int frame;
        double box[4];
        status = vp_table_fields(&table, 5, "FRAME X Y W H", err);
        if (status == VP_OK) status = vp_table_int(&table, 0, "a frame's number", 0, INT_MAX, &frame, err);
        for (int i = 0; status == VP_OK && i < 4; i++)
            status = vp_table_real(&table, i + 1, "X, Y, W and H", &box[i], err);
        if (status != VP_OK) break;
        char name[4096];
        snprintf(name, sizeof name, "%s%s%d", folder, *folder ? "/" : "", frame);
        float *to = vp_regions_add(regions, name);
        if (!to) continue; /* tracks of one video may share a frame; the first one counts */
        to[0] = (float)box[0], to[1] = (float)box[1];
        to[2] = (float)(box[0] + box[2]), to[3] = (float)(box[1] + box[3]);
    }
    if (status == VP_OK && !begun)
        status = vp_table_fail(&table, err, "expected a VoxCeleb track with a line FRAME X Y W H, found none");
    vp_table_close(&table);
    return status;
}

/* folder: the path below the root, as the images' paths end. */
static enum vp_status read_tree(struct vp_regions *regions, const char *path, const char *folder, int depth,
                                struct vp_error *err) {
    struct dirent **entries;
    int count = depth < 16 ? scandir(path, &entries, NULL, alphasort) : 0;
    if (count < 0) return vp_fail(err, VP_ERR_IO, "cannot read the folder %s: %s", path, strerror(errno));
    enum vp_status status = VP_OK;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        char below[4096], inside[4096];
        struct stat info;
        size_t length = strlen(name);
        snprintf(below, sizeof below, "%s/%s", path, name);
        snprintf(inside, sizeof inside, "%s%s%s", folder, *folder ? "/" : "", name);
        if (status == VP_OK && name[0] != '.' && stat(below, &info) == 0) {
            if (S_ISDIR(info.st_mode))
                status = read_tree(regions, below, inside, depth + 1, err);
            else if (length > 4 && strcmp(name + length - 4, ".txt") == 0)
                status = read_track(regions, below, folder, err);
        }
        free(entries[i]);
    }
    if (depth < 16) free(entries);
    return status;
}

enum vp_status vp_regions_read_tracks(struct vp_regions *regions, const char *path, struct vp_error *err) {
    regions->frames = true;
    struct stat info;
    if (stat(path, &info) != 0) return vp_fail(err, VP_ERR_IO, "cannot open %s: %s", path, strerror(errno));
    return S_ISDIR(info.st_mode) ? read_tree(regions, path, "", 0, err) : read_track(regions, path, "", err);
}
