/* The parts of a survey that speak of labels; survey.c speaks of images. */
#ifndef VKPCL_DATA_SURVEY_INTERNAL_H
#define VKPCL_DATA_SURVEY_INTERNAL_H
#include "vkpcl/survey.h"

void vp_survey_labels(const struct vp_labels *labels, FILE *out);
/* How many labels stand for an image of the source. */
void vp_survey_match(const struct vp_labels *labels, const struct vp_source *source, FILE *out);
void vp_survey_pairs(const struct vp_pairs *pairs, FILE *out);

#endif
