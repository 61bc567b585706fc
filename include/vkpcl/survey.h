/* A look at data before it is used: what a source holds, what its labels say, what is wrong, and a sheet of pictures.
 */
#ifndef VKPCL_SURVEY_H
#define VKPCL_SURVEY_H
#include "vkpcl/labels.h"
#include "vkpcl/source.h"
#include <stdio.h>

struct vp_survey_request {
    const struct vp_source *source; /* images to look at, or NULL: those of the labels */
    const struct vp_labels *labels; /* NULL: none */
    const struct vp_pairs *pairs;   /* NULL: none */
    bool decode_all;                /* else images beyond VP_SURVEY_SAMPLE are judged from evenly spread ones */
    int threads;
    const char *sheet; /* PNG of thumbnails, 64 at most; NULL: none */
};
enum { VP_SURVEY_SAMPLE = 1000, VP_SURVEY_TILE = 96 };

/* Prints to `out`. Broken images and missing files are findings, not failures. */
enum vp_status vp_survey(const struct vp_survey_request *request, FILE *out, struct vp_error *err);

#endif
