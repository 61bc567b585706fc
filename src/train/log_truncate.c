/* The log of a resumed run: lines written behind the checkpoint come again, so they go first. */
#include "train/run.h"
#include "vkpcl/file.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Does the line stay? Its first column must be a number up to `last`. */
static bool stays(const char *line, int64_t last) {
    char *end;
    long long iteration = strtoll(line, &end, 10);
    return end != line && (*end == '\t' || *end == '\n') && iteration <= last;
}

enum vp_status vp_log_truncate(const char *path, int64_t last, struct vp_error *err) {
    if (access(path, F_OK) != 0) return VP_OK;
    unsigned char *data;
    size_t bytes;
    enum vp_status status = vp_file_read(path, &data, &bytes, err);
    if (status != VP_OK) return status;
    struct vp_file file;
    status = vp_file_begin(&file, path, err);
    const char *line = (const char *)data, *end;
    for (bool head = true; status == VP_OK && (end = strchr(line, '\n')) != NULL; head = false, line = end + 1)
        if (head || stays(line, last)) fwrite(line, 1, (size_t)(end + 1 - line), file.stream);
    /* What has no newline was cut by a kill: it goes too. */
    if (status == VP_OK) status = vp_file_commit(&file, err);
    free(data);
    return status;
}
