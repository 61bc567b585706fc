/* List files: a path a line. The files are not looked at here: a million of them would take minutes. */
#include "data/source_internal.h"
#include "vkpcl/file.h"
#include <stdlib.h>
#include <string.h>

struct list {
    struct vp_source *source;
    const char *path, *folder; /* of the list */
    int absolute;              /* -1: no folder begun yet */
};

static void add_path(struct list *list, const char *path) {
    int absolute = path[0] == '/';
    if (absolute != list->absolute) vp_source_add_folder(list->source, absolute ? "" : list->folder, false);
    list->absolute = absolute;
    vp_source_add_image(list->source, path);
}

/* Cuts the line at its end (the text is ours) and takes the path from it. */
static enum vp_status read_line(struct list *list, char *line, size_t bytes, int number, struct vp_error *err) {
    while (bytes > 0 && strchr(" \t\r", line[bytes - 1])) bytes--;
    while (bytes > 0 && strchr(" \t\"", *line)) line++, bytes--;
    if (bytes == 0 || *line == '#') return VP_OK;
    size_t end = vp_source_image_end(line, bytes);
    if (end > 0) {
        line[end] = '\0';
        add_path(list, line);
        return VP_OK;
    }
    if (number == 1) return VP_OK; /* the names of columns */
    return vp_fail(err, VP_ERR_FORMAT, "%s:%d: expected the path of an image (%s), perhaps with a label behind it",
                   list->path, number, VP_SOURCE_ENDINGS);
}

enum vp_status vp_source_read_list(struct vp_source *source, const char *path, const struct vp_log *log,
                                   struct vp_error *err) {
    (void)log;
    unsigned char *data;
    size_t bytes;
    enum vp_status status = vp_file_read(path, &data, &bytes, err);
    if (status != VP_OK) return status;
    char *folder = malloc(strlen(path) + 2);
    vp_assert(folder, "out of host memory for a path");
    strcpy(folder, path);
    char *slash = strrchr(folder, '/');
    strcpy(slash ? slash + (slash == folder) : folder, slash ? "" : ".");
    if (slash == folder) strcpy(folder, "/");

    struct list list = {.source = source, .path = path, .folder = folder, .absolute = -1};
    uint32_t before = source->images;
    vp_source_begin_part(source, path);
    char *text = (char *)data, *end = text + bytes;
    if (bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) text += 3; /* a byte order mark */
    for (int number = 1; status == VP_OK && text < end; number++) {
        char *stop = memchr(text, '\n', (size_t)(end - text));
        if (!stop) stop = end;
        status = read_line(&list, text, (size_t)(stop - text), number, err);
        text = stop + 1;
    }
    free(folder);
    free(data);
    if (status != VP_OK) return status;
    if (source->images == before)
        return vp_fail(err, VP_ERR_USAGE, "the list %s names no images (%s)", path, VP_SOURCE_ENDINGS);
    vp_source_end_part(source, VP_LAYOUT_LIST);
    return VP_OK;
}
