#include "data/regions.h"
#include "io/table.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { MAX_POINTS = 68 };

static void begin(struct vp_regions *regions, const char *path, int numbers) {
    *regions = (struct vp_regions){.path = path, .arena = vp_arena_create(), .numbers = numbers};
    vp_names_init(&regions->names, regions->arena);
}

void vp_regions_close(struct vp_regions *regions) {
    if (!regions->arena) return;
    vp_names_fini(&regions->names);
    vp_arena_destroy(regions->arena);
    free(regions->values);
    *regions = (struct vp_regions){0};
}

float *vp_regions_add(struct vp_regions *regions, const char *name) {
    if (strncmp(name, "./", 2) == 0) name += 2;
    int before = regions->names.count, number = vp_names_add(&regions->names, name);
    if (number < before) return NULL;
    if (number >= regions->room) {
        regions->room = regions->room * 2 + 64;
        regions->values =
            realloc(regions->values, (size_t)regions->room * (size_t)regions->numbers * sizeof *regions->values);
        vp_assert(regions->values, "out of host memory for %d regions", regions->room);
    }
    return regions->values + (size_t)number * (size_t)regions->numbers;
}

/* ---- columns ----------------------------------------------------------------------------------------------------- */

static int path_column(const struct vp_table *table) {
    static const char *const known[] = {"path", "file", "image", "filename", "image_path", "image_id", NULL};
    for (int i = 0; known[i]; i++)
        if (vp_table_find(table, known[i]) >= 0) return vp_table_find(table, known[i]);
    return -1;
}

/* "x12", "x_12", "x-12" -> 12; -1: not of this axis. */
static int point_number(const char *field, char axis) {
    if (tolower((unsigned char)*field++) != axis) return -1;
    if (*field == '_' || *field == '-') field++;
    if (!isdigit((unsigned char)*field) || strlen(field) > 3) return -1;
    char *end;
    long number = strtol(field, &end, 10);
    return *end ? -1 : (int)number;
}

/* Columns of x and y by point; returns how many points there are, 0: none. */
static int find_points(const struct vp_table *table, int columns[2 * MAX_POINTS]) {
    static const char *const named[10] = {"lefteye_x", "lefteye_y",   "righteye_x",  "righteye_y",   "nose_x",
                                          "nose_y",    "leftmouth_x", "leftmouth_y", "rightmouth_x", "rightmouth_y"};
    int found = 0;
    for (int i = 0; i < 10; i++) found += (columns[i] = vp_table_find(table, named[i])) >= 0;
    if (found == 10) return 5;
    int place[2][1000], lowest = 1000, highest = -1;
    for (int i = 0; i < 1000; i++) place[0][i] = place[1][i] = -1;
    for (int i = 0; i < table->count; i++) {
        for (int axis = 0; axis < 2; axis++) {
            int number = point_number(table->fields[i], axis ? 'y' : 'x');
            if (number < 0) continue;
            place[axis][number] = i;
            if (number < lowest) lowest = number;
            if (number > highest) highest = number;
        }
    }
    int points = highest - lowest + 1;
    if (points != 5 && points != MAX_POINTS) return points > 0 ? points : 0;
    for (int i = 0; i < points; i++) {
        columns[2 * i] = place[0][lowest + i];
        columns[2 * i + 1] = place[1][lowest + i];
        if (columns[2 * i] < 0 || columns[2 * i + 1] < 0) return 0;
    }
    return points;
}

static const struct {
    const char *names[4];
    bool sizes; /* the last two are width and height */
} boxes[] = {{{"x0", "y0", "x1", "y1"}, false},
             {{"x1", "y1", "x2", "y2"}, false},
             {{"left", "top", "right", "bottom"}, false},
             {{"left", "top", "width", "height"}, true},
             {{"x", "y", "w", "h"}, true},
             {{"x", "y", "width", "height"}, true},
             {{"x_1", "y_1", "width", "height"}, true}};
enum { BOXES = sizeof boxes / sizeof *boxes };

/* ---- files ------------------------------------------------------------------------------------------------------- */

static enum vp_status take_line(struct vp_regions *regions, const struct vp_table *table, int path, const int *columns,
                                int count, bool sizes, struct vp_error *err) {
    float numbers[2 * MAX_POINTS];
    for (int i = 0; i < count; i++) {
        double value;
        enum vp_status status = vp_table_real(table, columns[i], "a coordinate", &value, err);
        if (status != VP_OK) return status;
        numbers[i] = (float)value;
    }
    if (path >= table->count || !*table->fields[path]) return vp_table_fail(table, err, "expected an image's path");
    float *to = vp_regions_add(regions, table->fields[path]);
    if (!to) return vp_table_fail(table, err, "%s has a line already", table->fields[path]);
    if (sizes) numbers[2] += numbers[0], numbers[3] += numbers[1];
    if (count == 2 * MAX_POINTS)
        vp_crop_five_of_68(numbers, to);
    else
        memcpy(to, numbers, (size_t)count * sizeof *to);
    return VP_OK;
}

static enum vp_status open_csv(struct vp_table *table, const char *path, int *column, struct vp_error *err) {
    enum vp_status status = vp_table_open(table, path, '\0', err);
    if (status != VP_OK) return status;
    bool any = vp_table_next(table);
    *column = any ? path_column(table) : -1;
    if (*column >= 0) return VP_OK;
    return vp_table_fail(table, err, "expected a header with a column path, file, image or filename");
}

static enum vp_status finish(struct vp_regions *regions, enum vp_status status, struct vp_error *err) {
    if (status == VP_OK && regions->names.count == 0)
        status = vp_fail(err, VP_ERR_FORMAT, "%s says nothing about any image", regions->path);
    if (status != VP_OK) vp_regions_close(regions);
    return status;
}

enum vp_status vp_regions_read_landmarks(struct vp_regions *regions, const char *path, struct vp_error *err) {
    struct vp_table table;
    int column, columns[2 * MAX_POINTS];
    begin(regions, path, 10);
    enum vp_status status = open_csv(&table, path, &column, err);
    int points = status == VP_OK ? find_points(&table, columns) : 0;
    if (status == VP_OK && points != 5 && points != MAX_POINTS)
        status =
            vp_table_fail(&table, err, "expected columns x0,y0,x1,y1,... of 5 or 68 points, found %d points", points);
    while (status == VP_OK && vp_table_next(&table))
        status = take_line(regions, &table, column, columns, 2 * points, false, err);
    vp_table_close(&table);
    return finish(regions, status, err);
}

static enum vp_status read_box_csv(struct vp_regions *regions, const char *path, struct vp_error *err) {
    struct vp_table table;
    int column, columns[4] = {0}, kind = 0, found = 0;
    enum vp_status status = open_csv(&table, path, &column, err);
    for (; status == VP_OK && kind < BOXES; kind++) {
        found = 0;
        for (int i = 0; i < 4; i++) found += (columns[i] = vp_table_find(&table, boxes[kind].names[i])) >= 0;
        if (found == 4) break;
    }
    if (status == VP_OK && found != 4)
        status = vp_table_fail(&table, err,
                               "expected columns x0,y0,x1,y1 or left,top,right,bottom or x,y,w,h, found none of these");
    while (status == VP_OK && vp_table_next(&table))
        status = take_line(regions, &table, column, columns, 4, boxes[kind].sizes, err);
    vp_table_close(&table);
    return status;
}

enum vp_status vp_regions_read_boxes(struct vp_regions *regions, const char *path, struct vp_error *err) {
    begin(regions, path, 4);
    struct stat info;
    size_t length = strlen(path);
    bool tracks =
        (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) || (length > 4 && strcasecmp(path + length - 4, ".txt") == 0);
    enum vp_status status = tracks ? vp_regions_read_tracks(regions, path, err) : read_box_csv(regions, path, err);
    return finish(regions, status, err);
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

/* identity/video/frame_000123.jpg -> identity/video/123; false: the name does not end in a number. */
static bool frame_name(const char *path, char *name, size_t bytes) {
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path, *dot = strrchr(file, '.');
    const char *end = dot ? dot : file + strlen(file), *digits = end;
    while (digits > file && isdigit((unsigned char)digits[-1])) digits--;
    if (digits == end) return false;
    while (digits + 1 < end && *digits == '0') digits++;
    return snprintf(name, bytes, "%.*s%.*s", (int)(file - path), path, (int)(end - digits), digits) < (int)bytes;
}

int vp_regions_find(const struct vp_regions *regions, const char *image_path) {
    char name[4096];
    if (!regions->frames) return vp_names_find_ending(&regions->names, image_path);
    return frame_name(image_path, name, sizeof name) ? vp_names_find_ending(&regions->names, name) : -1;
}

struct vp_crop vp_regions_crop(const struct vp_regions *regions, int number, int width, int height, int size,
                               double margin) {
    const float *values = regions->values + (size_t)number * (size_t)regions->numbers;
    if (regions->numbers == 10) return vp_crop_points(values, size, margin);
    float box[4];
    memcpy(box, values, sizeof box);
    if (box[2] - box[0] <= 1 && box[3] - box[1] <= 1) /* no box is a pixel wide: these are fractions of the image */
        for (int i = 0; i < 4; i++) box[i] *= (float)(i % 2 ? height : width);
    return vp_crop_box(box, size, margin);
}

uint64_t vp_regions_hash(const struct vp_regions *regions) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (int i = 0; i < regions->names.count; i++)
        for (const char *at = regions->names.text[i]; *at; at++) hash = (hash ^ (unsigned char)*at) * 0x100000001b3u;
    const unsigned char *bytes = (const unsigned char *)regions->values;
    size_t count = (size_t)regions->names.count * (size_t)regions->numbers * sizeof *regions->values;
    for (size_t i = 0; i < count; i++) hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}
