/* labels.csv and identities.csv: everything that is known. */
#include "data/synth_set.h"
#include "vkpcl/file.h"
#include <stdlib.h>

enum vp_synth_split vp_synth_split_of(uint32_t identity) {
    static const char pattern[] = "RTRVRTRRVRTRRTRVRTRR"; /* tRain, Val, Test */
    char letter = pattern[identity % 20];
    return letter == 'R' ? VP_SYNTH_TRAIN : letter == 'V' ? VP_SYNTH_VAL : VP_SYNTH_TEST;
}

const char *vp_synth_split_name(enum vp_synth_split split) {
    static const char *const names[] = {"train", "val", "test"};
    return names[split];
}

static enum vp_status begin(const struct vp_synth_request *request, const char *name, struct vp_file *file,
                            struct vp_error *err) {
    char *path = vp_synth_path(request, name);
    enum vp_status status = vp_file_begin(file, path, err);
    free(path);
    return status;
}

static void print_colour(FILE *out, const float *colour) {
    for (int k = 0; k < 3; k++) fprintf(out, ",%.4f", (double)colour[k]);
}

/* ---- labels.csv -------------------------------------------------------------------------------------------------- */

static void print_head(FILE *out) {
    fprintf(out, "path,identity,split,expression");
    for (int u = 0; u < VP_UNITS; u++) fprintf(out, ",AU%d_r", vp_synth_unit_number[u]);
    for (int u = 0; u < VP_UNITS; u++) fprintf(out, ",AU%d_c", vp_synth_unit_number[u]);
    fprintf(out, ",yaw,pitch,roll,light_azimuth,light_elevation,light_r,light_g,light_b,sky_r,sky_g,sky_b,exposure,"
                 "occluder,gaze_x,gaze_y,eyes_open,half_side,shift_x,shift_y,camera_distance,background,blur,noise\n");
}

static void print_line(FILE *out, struct vp_synth_place place, const struct vp_synth_shot *how) {
    char name[VP_SYNTH_NAME];
    vp_synth_name(place, name);
    fprintf(out, "%s,identity_%05u,%s,%s", name, place.identity + 1,
            vp_synth_split_name(vp_synth_split_of(place.identity)),
            how->expression == VP_MIXED ? "" : vp_synth_expression_name(how->expression));
    for (int u = 0; u < VP_UNITS; u++) fprintf(out, ",%.3f", (double)how->unit[u]);
    for (int u = 0; u < VP_UNITS; u++) fprintf(out, ",%d", how->unit[u] >= VP_SYNTH_PRESENT);
    const float degrees[5] = {how->yaw, how->pitch, how->roll, how->light_azimuth, how->light_elevation};
    for (int k = 0; k < 5; k++) fprintf(out, ",%.3f", (double)degrees[k]);
    print_colour(out, how->light);
    print_colour(out, how->sky);
    fprintf(out, ",%.4f,%s", (double)how->gain, vp_synth_occluder_name(how->occluder));
    const float rest[7] = {how->gaze_x, how->gaze_y, how->lids, how->extent, how->shift_x, how->shift_y, how->distance};
    for (int k = 0; k < 7; k++) fprintf(out, ",%.4f", (double)rest[k]);
    fprintf(out, ",%u,%.4f,%.4f\n", how->back_kind, (double)how->blur, (double)how->noise);
}

enum vp_status vp_synth_write_labels(const struct vp_synth_request *request, struct vp_error *err) {
    struct vp_file file;
    enum vp_status status = begin(request, "labels.csv", &file, err);
    if (status != VP_OK) return status;
    print_head(file.stream);
    for (uint32_t identity = 0; identity < (uint32_t)request->identities; identity++) {
        struct vp_synth_identity who = vp_synth_identity_draw(request->seed, identity);
        uint32_t images = vp_synth_images_of(request, identity);
        for (uint32_t image = 0; image < images; image++) {
            struct vp_synth_shot how = vp_synth_shot_draw(request->seed, identity, image, request->nuisance, &who);
            print_line(file.stream, (struct vp_synth_place){identity, image}, &how);
        }
    }
    return vp_file_commit(&file, err);
}

/* ---- identities.csv ---------------------------------------------------------------------------------------------- */

enum vp_status vp_synth_write_identities(const struct vp_synth_request *request, struct vp_error *err) {
    struct vp_file file;
    enum vp_status status = begin(request, "identities.csv", &file, err);
    if (status != VP_OK) return status;
    FILE *out = file.stream;
    fprintf(out, "identity,split,images");
    for (int t = 0; t < VP_TRAITS; t++) fprintf(out, ",%s", vp_synth_trait_name((enum vp_synth_trait)t));
    fprintf(out,
            ",skin_tone,skin_warmth,blush,freckles,lips_r,lips_g,lips_b,iris_r,iris_g,iris_b,hair_r,hair_g,hair_b,"
            "cloth_r,cloth_g,cloth_b,hair_cut,hair_volume,hair_line,hair_part,beard,moustache,brow_dark,glasses\n");
    for (uint32_t identity = 0; identity < (uint32_t)request->identities; identity++) {
        struct vp_synth_identity who = vp_synth_identity_draw(request->seed, identity);
        fprintf(out, "identity_%05u,%s,%u", identity + 1, vp_synth_split_name(vp_synth_split_of(identity)),
                vp_synth_images_of(request, identity));
        for (int t = 0; t < VP_TRAITS; t++) fprintf(out, ",%.4f", (double)who.trait[t]);
        const float skin[4] = {who.skin_tone, who.skin_warmth, who.blush, who.freckles};
        for (int k = 0; k < 4; k++) fprintf(out, ",%.4f", (double)skin[k]);
        print_colour(out, who.lips), print_colour(out, who.iris), print_colour(out, who.hair),
            print_colour(out, who.cloth);
        fprintf(out, ",%s", vp_synth_hair_name(who.cut));
        const float hair[6] = {who.hair_volume, who.hair_line, who.hair_part, who.beard, who.moustache, who.brow_dark};
        for (int k = 0; k < 6; k++) fprintf(out, ",%.4f", (double)hair[k]);
        fprintf(out, ",%d\n", who.wears_glasses);
    }
    return vp_file_commit(&file, err);
}
