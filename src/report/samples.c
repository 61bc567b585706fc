/* Pictures: the film strip of samples, thinned to what a page can carry. */
#include "report/parts.h"
#include "vkpcl/file.h"
#include "vkpcl/image.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SHEETS = 16, MOST_SHEETS_LIVE = 4 };

/* Is the picture made of squares of 2 x 2 equal pixels, as small faces are drawn for people? */
static bool is_doubled(const struct vp_image *image) {
    if (image->width % 2 || image->height % 2) return false;
    size_t line = (size_t)image->width * 3;
    for (int y = 0; y < image->height; y += 2) {
        const unsigned char *row = image->rgb + (size_t)y * line;
        if (memcmp(row, row + line, line) != 0) return false;
        for (size_t x = 0; x < line; x += 6)
            if (memcmp(row + x, row + x + 3, 3) != 0) return false;
    }
    return true;
}

/* Every second pixel of every second row, in place: nothing is lost, the browser doubles them again. */
static void halve(struct vp_image *image) {
    int width = image->width / 2, height = image->height / 2;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            memmove(image->rgb + 3 * ((size_t)y * (size_t)width + (size_t)x),
                    image->rgb + 3 * ((size_t)(2 * y) * (size_t)image->width + (size_t)(2 * x)), 3);
    image->width = width, image->height = height;
}

static char *base64(const unsigned char *data, size_t bytes, const char *head) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = strlen(head);
    char *text = malloc(length + (bytes + 2) / 3 * 4 + 1), *to = text + length;
    vp_assert(text, "no host memory for a picture of %zu bytes", bytes);
    memcpy(text, head, length);
    for (size_t i = 0; i < bytes; i += 3) {
        unsigned word = (unsigned)data[i] << 16;
        if (i + 1 < bytes) word |= (unsigned)data[i + 1] << 8;
        if (i + 2 < bytes) word |= data[i + 2];
        for (int k = 0; k < 4; k++) *to++ = letters[word >> (18 - 6 * k) & 63];
        if (i + 2 >= bytes) to[-1] = '=';
        if (i + 1 >= bytes) to[-2] = '=';
    }
    *to = '\0';
    return text;
}

cJSON *vp_report_picture(struct vp_report *report, const char *path) {
    struct vp_error err;
    struct vp_image image;
    unsigned char *png;
    size_t bytes;
    if (vp_image_load(path, &image, &err) != VP_OK) {
        vp_report_note(report, "%s; the picture is left out", err.message);
        return NULL;
    }
    if (is_doubled(&image)) halve(&image);
    vp_image_encode_png(&image, &png, &bytes);
    char *text = base64(png, bytes, "data:image/png;base64,");
    cJSON *picture = cJSON_CreateObject();
    cJSON_AddStringToObject(picture, "url", text);
    cJSON_AddNumberToObject(picture, "width", image.width);
    cJSON_AddNumberToObject(picture, "height", image.height);
    free(text);
    free(png);
    vp_image_fini(&image);
    return picture;
}

void vp_report_samples(struct vp_report *report) {
    int count, most = report->request->live > 0 ? MOST_SHEETS_LIVE : MOST_SHEETS;
    char **names = vp_report_names(report, "samples", ".png", &count);
    cJSON *samples = cJSON_CreateArray();
    int shown = count < most ? count : most;
    for (int i = 0; i < shown; i++) { /* evenly spaced, the first and the last among them */
        int which = shown > 1 ? (int)((long long)i * (count - 1) / (shown - 1)) : 0;
        char name[300], path[VP_REPORT_PATH];
        snprintf(name, sizeof name, "samples/%s", names[which]);
        cJSON *picture = vp_report_path(report, name, path) ? vp_report_picture(report, path) : NULL;
        if (!picture) continue;
        cJSON_AddNumberToObject(picture, "iteration", (double)strtoll(names[which], NULL, 10));
        cJSON_AddItemToArray(samples, picture);
    }
    if (cJSON_GetArraySize(samples) > 0) {
        cJSON_AddItemToObject(report->page, "samples", samples);
        cJSON_AddNumberToObject(report->page, "samples_in_all", count);
    } else {
        cJSON_Delete(samples);
    }
    vp_report_names_free(names, count);
}
