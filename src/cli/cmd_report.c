/* vkpcl report: everything about a run on one page. */
#include "cli/commands.h"
#include "cli/options.h"
#include "vkpcl/report.h"
#include "vkpcl/tsne.h"
#include <stdio.h>

struct report_flags {
    const char *out, *embedding;
    struct vp_texts eval;
    int64_t points;
};

static const struct vp_flag flags[] = {
    {"out", "FILE.html", VP_FLAG_TEXT, offsetof(struct report_flags, out), "default: report.html in the run's folder"},
    {"embedding", "FILE.npz", VP_FLAG_TEXT, offsetof(struct report_flags, embedding),
     "features and labels to map (default: embedding.npz in the run's folder)"},
    {"eval", "FILE.json", VP_FLAG_LIST, offsetof(struct report_flags, eval),
     "a further evaluation beside those in the run's folder; may be given several times"},
    {"points", "N", VP_FLAG_INT, offsetof(struct report_flags, points),
     "most points of a map (default 1000, at most 2000)"},
    {0}};
static const struct vp_command_line line = {
    "report", "RUN", "Writes one HTML page, complete in itself, about the run in folder RUN.", flags, 1, 1};

int vp_cmd_report(int argc, char **argv) {
    struct report_flags values = {0};
    struct vp_texts operands = {0};
    enum vp_parse parsed = vp_options_parse(&line, argc, argv, &values, &operands);
    if (parsed != VP_PARSE_RUN) return parsed == VP_PARSE_WRONG ? 2 : 0;
    struct vp_error err = {0};
    struct vp_log log = vp_log_init(stderr, false);
    if (values.points < 0 || values.points > VP_TSNE_MAX_POINTS) {
        vp_fail(&err, VP_ERR_USAGE, "--points wants a number from 1 to %d", VP_TSNE_MAX_POINTS);
        return vp_cli_fail(&err);
    }
    struct vp_report_request request = {.run = operands.text[0],
                                        .out = values.out,
                                        .embedding = values.embedding,
                                        .eval = values.eval.text,
                                        .eval_count = values.eval.count,
                                        .points = (int)values.points,
                                        .log = &log};
    if (vp_report_write(&request, &err) != VP_OK) return vp_cli_fail(&err);
    if (values.out)
        printf("%s\n", values.out);
    else
        printf("%s/report.html\n", operands.text[0]);
    return 0;
}
