/* The formats, and which one fits a file. */
#include "data/labels_internal.h"
#include "data/packed.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CSV, RAFDB, FER2013, FOLDERS, LIST, DISFA, BP4D, NPZ, AFLW2000, PACKED, LFW, CPLFW, PAIRS, FORMATS };

static const struct vp_label_reader readers[FORMATS] = {
    [CSV] = {"csv", vp_labels_read_csv, NULL},
    [RAFDB] = {"rafdb", vp_labels_read_rafdb, NULL},
    [FER2013] = {"fer2013", vp_labels_read_fer2013, NULL},
    [FOLDERS] = {"folders", vp_labels_read_folders, NULL},
    [LIST] = {"list", vp_labels_read_list, NULL},
    [DISFA] = {"disfa", vp_labels_read_disfa, NULL},
    [BP4D] = {"bp4d", vp_labels_read_bp4d, NULL},
    [NPZ] = {"npz", vp_labels_read_npz, NULL},
    [AFLW2000] = {"aflw2000", vp_labels_read_aflw2000, NULL},
    [PACKED] = {"packed", vp_labels_read_packed, NULL},
    [LFW] = {"lfw", NULL, vp_pairs_read_lfw},
    [CPLFW] = {"cplfw", NULL, vp_pairs_read_cplfw},
    [PAIRS] = {"pairs", NULL, vp_pairs_read_csv},
};

static bool ends_with(const char *text, const char *ending) {
    size_t a = strlen(text), b = strlen(ending);
    return a > b && strcasecmp(text + a - b, ending) == 0;
}

/* -2: *err is filled. A folder of folders that holds labels.csv, too, may be meant as either. */
static int look_at_folder(const char *path, struct vp_error *err) {
    if (vp_packed_is(path)) return PACKED;
    DIR *stream = opendir(path);
    int format = FOLDERS;
    for (const struct dirent *entry; stream && format == FOLDERS && (entry = readdir(stream));)
        if (ends_with(entry->d_name, ".mat")) format = AFLW2000;
    if (stream) closedir(stream);
    char beside[4096];
    if (format == FOLDERS && snprintf(beside, sizeof beside, "%s/labels.csv", path) < (int)sizeof beside &&
        access(beside, R_OK) == 0) {
        vp_fail(err, VP_ERR_USAGE,
                "%s holds labels.csv: name that file, or the format folders to take each folder for a class", path);
        return -2;
    }
    return format;
}

static bool is_number(const char *text) {
    char *end;
    strtol(text, &end, 10);
    return end != text && !*end;
}

static int look_at_columns(const struct vp_table *table) {
    if (vp_table_find(table, "image_a") >= 0) return PAIRS;
    if (vp_table_find(table, "pixels") >= 0) return FER2013;
    int aus = 0;
    for (int i = 1; i < table->count; i++) aus += vp_au_number(table->fields[i]) > 0;
    return aus > 0 && aus == table->count - 1 ? DISFA : CSV;
}

static int look_at_words(const struct vp_table *table) {
    const char *const *field = (const char *const *)table->fields;
    if (is_number(field[0]) && (table->count == 1 || (table->count == 2 && is_number(field[1])))) return LFW;
    if (table->count >= 2 && strchr(field[1], ':')) return BP4D;
    if (table->count == 3 && is_number(field[2])) return CPLFW;
    if (table->count != 2 || !is_number(field[1])) return -1;
    const char *slash = strrchr(field[0], '/'), *name = slash ? slash + 1 : field[0];
    return strncmp(name, "train_", 6) == 0 || strncmp(name, "test_", 5) == 0 ? RAFDB : LIST;
}

/* -1: none fits; -2: *err is filled. */
static int look(const char *path, struct vp_error *err) {
    struct stat info;
    if (stat(path, &info) != 0) {
        vp_fail(err, VP_ERR_IO, "cannot open the labels %s: %s", path, strerror(errno));
        return -2;
    }
    if (S_ISDIR(info.st_mode)) return look_at_folder(path, err);
    if (ends_with(path, ".npz")) return NPZ;
    if (ends_with(path, ".mat")) return AFLW2000;
    struct vp_table table;
    if (vp_table_open(&table, path, '\0', err) != VP_OK) return -2;
    int format = !vp_table_next(&table) ? -1 : table.separator == ',' ? look_at_columns(&table) : look_at_words(&table);
    vp_table_close(&table);
    return format;
}

/* Is it the labels.csv of a packed set? Its images are in the array beside it. */
static bool of_packed_set(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (strcmp(name, VP_PACKED_LABELS) != 0) return false;
    char folder[4096];
    int length = slash ? (int)(slash - path) + (slash == path) : 1;
    return snprintf(folder, sizeof folder, "%.*s", length, slash ? path : ".") < (int)sizeof folder &&
           vp_packed_is(folder);
}

static void list_formats(bool pairs, char *text, size_t bytes) {
    size_t used = 0;
    *text = '\0';
    for (int i = 0; i < FORMATS && used < bytes; i++)
        if ((readers[i].pairs != NULL) == pairs)
            used += (size_t)snprintf(text + used, bytes - used, "%s%s", used ? ", " : "", readers[i].name);
}

const struct vp_label_reader *vp_label_reader_for(const struct vp_labels_request *request, bool pairs,
                                                  struct vp_error *err) {
    char known[256];
    list_formats(pairs, known, sizeof known);
    int format = -1;
    if (request->format) {
        for (int i = 0; i < FORMATS; i++)
            if (strcmp(request->format, readers[i].name) == 0) format = i;
        if (format < 0) {
            vp_fail(err, VP_ERR_USAGE, "there is no label format \"%s\"; there are %s", request->format, known);
            return NULL;
        }
    } else {
        format = look(request->path, err);
        if (format == CSV && !request->root && of_packed_set(request->path)) format = PACKED;
    }
    if (format >= 0 && (readers[format].pairs != NULL) == pairs) return &readers[format];
    if (format >= 0)
        vp_fail(err, VP_ERR_USAGE, "%s holds %s (format %s), but %s are needed here (%s)", request->path,
                pairs ? "labels" : "pairs", readers[format].name, pairs ? "pairs" : "labels", known);
    else if (format == -1)
        vp_fail(err, VP_ERR_USAGE, "%s fits none of the label formats %s: name one", request->path, known);
    return NULL;
}
