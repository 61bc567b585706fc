/* Loss scaling of a run in half precision (vkpcl/loss_scale.h): one factor a phase, since their gradients differ by
 * orders of magnitude.
 *
 * The host enqueues an iteration before it knows how the one before went, and never waits to know. So the outcome of
 * iteration i moves the scale from iteration i + 2 on - always, whether or not a checkpoint, a picture or an epoch's
 * end has made the host wait in between: a resumed run then has the bits of one that never stopped. Outcomes that are
 * not yet due lie in a ring of two. The iteration enqueued in between had the scale that overflowed: its overflow says
 * nothing new. Adam counts a step when it is enqueued; the count of a skipped one is taken back when it is known.
 */
#include "train/run.h"
#include <math.h>

enum outcome { NOTHING, FINITE, OVERFLOW };

static bool scaled(const struct vp_run *run) {
    return run->config->model.precision == VP_PRECISION_F16;
}

void vp_run_scales_init(struct vp_run *run) {
    for (int i = 0; i < VP_PHASES; i++) run->scales.of[i].scale = scaled(run) ? run->config->optimizer.loss_scale : 1;
}

static void take_back(struct vp_run *run, const struct vp_phase *phase) {
    vp_adam_skipped(&run->shared.adam, &(struct vp_adam_phase){.has_gradient = phase->has_gradient,
                                                               .update_unused = run->config->optimizer.update_unused});
}

void vp_run_scales_settle(struct vp_run *run) {
    struct vp_run_scales *scales = &run->scales;
    int64_t *due = scales->outcome[run->iteration % 2];
    for (int i = 0; i < VP_PHASES; i++) {
        bool known = due[i] == OVERFLOW && scales->known[i];
        scales->known[i] = due[i] == OVERFLOW && !known;
        if (due[i] == OVERFLOW) take_back(run, run->phase[i]);
        if (known)
            scales->of[i].skipped++;
        else if (due[i] != NOTHING)
            vp_loss_scale_update(&scales->of[i], due[i] == FINITE, run->config->optimizer.loss_scale_growth);
        due[i] = NOTHING;
    }
}

bool vp_run_scales_note(struct vp_run *run, enum vp_phase_kind kind, bool finite, bool loss_finite) {
    if (!scaled(run)) return finite;
    run->scales.outcome[run->pending_iteration % 2][kind] = finite ? FINITE : OVERFLOW;
    /* A loss that is no number, or a gradient that overflows unscaled, is no matter of scaling. */
    return finite || (loss_finite && run->scales.of[kind].scale > 1);
}

/* ---- what people see ---- */

static int64_t skipped(const struct vp_run *run) {
    int64_t sum = 0;
    for (int i = 0; i < VP_PHASES; i++) sum += run->scales.of[i].skipped;
    return sum;
}

void vp_run_scales_head(const struct vp_run *run) {
    if (scaled(run)) fputs("\tscale_recon\tscale_face\tscale_pose\tskipped", run->log_file);
}

void vp_run_scales_log(const struct vp_run *run) {
    if (!scaled(run)) return;
    for (int i = 0; i < VP_PHASES; i++) fprintf(run->log_file, "\t%.9g", run->scales.of[i].scale);
    fprintf(run->log_file, "\t%lld", (long long)skipped(run));
}

const char *vp_run_scales_title(const struct vp_run *run) {
    return scaled(run) ? " | skipped" : "";
}

const char *vp_run_scales_value(const struct vp_run *run, char text[VP_SCALE_TEXT]) {
    text[0] = '\0';
    if (scaled(run)) snprintf(text, VP_SCALE_TEXT, " | %7lld", (long long)skipped(run));
    return text;
}

void vp_report_scales(const struct vp_run *run) {
    if (!scaled(run)) return;
    const struct vp_loss_scale *of = run->scales.of;
    vp_log(run->request->log, VP_LOG_INFO,
           "half precision: %lld steps skipped in all (recon %lld, face %lld, pose %lld); loss scales %g, %g, %g",
           (long long)skipped(run), (long long)of[0].skipped, (long long)of[1].skipped, (long long)of[2].skipped,
           of[0].scale, of[1].scale, of[2].scale);
}
