/* One synthetic picture, ready to be rendered, for C and GLSL: four-byte members only. Built by src/data/synth_rig.c
 * from identity and shot; knows shapes and colours, nothing of action units.
 *
 * Head axes: x to the viewer's right when the head looks straight at it, y up, z towards the viewer; half the height of
 * the head, chin to crown, is 1. Colours are linear light, 1 is white. `u` runs from 0 in the middle of mouth, eye or
 * brow to 1 at its corner.
 */
#ifndef VKPCL_SYNTH_FACE_H
#define VKPCL_SYNTH_FACE_H
#include "common/args.h"

struct vp_synth_face {
    /* Camera: the head's axes as it sees them, and its window */
    VP_FLOAT right_x, right_y, right_z;
    VP_FLOAT up_x, up_y, up_z;
    VP_FLOAT front_x, front_y, front_z;
    VP_FLOAT centre_x, centre_y; /* what the middle of the picture shows, in the plane z = 0 of the camera's axes */
    VP_FLOAT extent;             /* half the side of the picture */
    VP_FLOAT distance;           /* of the camera from that plane */

    /* Light, in the camera's axes */
    VP_FLOAT light_x, light_y, light_z; /* towards it */
    VP_FLOAT light_r, light_g, light_b;
    VP_FLOAT sky_r, sky_g, sky_b; /* from everywhere, more from above */
    VP_FLOAT gain;                /* exposure */

    /* Skull, face, jaw */
    VP_FLOAT bound_y, bound_rx, bound_ry, bound_rz; /* an ellipsoid round everything */
    VP_FLOAT skull_rx, skull_ry, skull_rz;
    VP_FLOAT face_rx, face_ry, face_y;
    VP_FLOAT cheek_x, cheek_y, cheek_r, cheek_out; /* the bone, and what a smile bulges */
    VP_FLOAT jaw_x, jaw_y, jaw_r;
    VP_FLOAT chin_y, chin_z, chin_r;
    VP_FLOAT ridge; /* of the brows */

    /* Eyes and brows */
    VP_FLOAT eye_x, eye_y, eye_z, eye_r;
    VP_FLOAT eye_width, eye_slant, eye_top, eye_bottom; /* half width, rise per length, and the heights of the lids */
    VP_FLOAT gaze_x, gaze_y;
    VP_FLOAT iris_r, iris_g, iris_b;
    VP_FLOAT brow_in_x, brow_in_y, brow_mid_y, brow_out_x, brow_out_y, brow_thick, brow_dark;

    /* Nose */
    VP_FLOAT nose_y, nose_z, nose_tip, nose_bridge, nose_root_z, nose_wing_x, nose_wing_y, nose_wing_r;

    /* Mouth: half width, rise of the corners, how far the lips part up and down, their thickness and reach */
    VP_FLOAT mouth_y, mouth_z, mouth_width, mouth_lift, mouth_top, mouth_bottom, lip_upper, lip_lower, lip_out;
    VP_FLOAT lip_r, lip_g, lip_b;

    /* Skin: colour, and furrows in 0..1 */
    VP_FLOAT skin_r, skin_g, skin_b;
    VP_FLOAT blush, freckles, gloss;
    VP_FLOAT furrow_forehead, furrow_glabella, furrow_nose, furrow_smile, furrow_eyes;

    /* Ears, neck, clothes */
    VP_FLOAT ear_x, ear_y, ear_size, ear_out;
    VP_FLOAT neck;
    VP_FLOAT cloth_r, cloth_g, cloth_b;

    /* Hair */
    VP_FLOAT hair_r, hair_g, hair_b;
    VP_FLOAT hair_volume;                      /* below 0: bald */
    VP_FLOAT hair_front, hair_side, hair_nape; /* heights of its edge */
    VP_FLOAT hair_part, hair_sweep;            /* where it parts, how much lower it falls on one side */
    VP_FLOAT hair_length, hair_curl;           /* height it hangs down to, above 1: short; strands' waves */
    VP_FLOAT beard, moustache;

    /* In front of the face */
    VP_FLOAT glasses, glasses_r, glasses_g, glasses_b, glasses_width, glasses_round, glasses_tint; /* glasses 0: none */
    VP_FLOAT hand, hand_x, hand_y, hand_angle, hand_size, hand_r, hand_g, hand_b;                  /* hand 0: none */

    /* Background */
    VP_UINT back_seed;
    VP_UINT back_kind;
    VP_FLOAT back_r, back_g, back_b, back2_r, back2_g, back2_b, back_scale, back_angle;

    /* Sensor */
    VP_FLOAT blur;  /* sigma in pixels */
    VP_FLOAT noise; /* sigma, of 1 */
    VP_UINT noise_seed_low, noise_seed_high, noise_stream_low, noise_stream_high;
    VP_UINT noise_image;
};

#endif
