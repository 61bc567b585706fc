// Summary of the run, its curves, and the weights of the losses.

const log = data.log && (() => {
  const columns = {};
  data.log.columns.forEach((name, i) => { columns[name] = data.log.values[i]; });
  return columns;
})();
const lastOf = (name) => (log && log[name] ? log[name].findLast(isNumber) : undefined);

function epochAt(iteration, index) {
  const epoch = log.epoch && index >= 0 ? log.epoch[index] : undefined;
  return `iteration ${format(iteration)}` + (isNumber(epoch) ? `, epoch ${format(epoch)}` : "");
}

// Known columns, in the order of the page. Columns nobody knows get a chart each, so that what other commands add to
// the log is seen at once.
const families = [
  { id: "l1", title: "Reconstruction error", note: "mean absolute error of the four decodes", log: false, of: { l1: "L1" } },
  { id: "contrast", title: "Contrast losses", note: "InfoNCE, before weighting", log: false, of: { face: "face", pose: "pose" } },
  {
    id: "accuracy", title: "Contrast accuracy", note: "share of anchors nearest to their own positive", range: [0, 1],
    of: { face_accuracy: "face", pose_accuracy: "pose" }
  },
  { id: "orth", title: "Orthogonality", note: "of face and pose features; 0 is orthogonal", log: false, of: { orth: "orth" } },
  {
    id: "norms", title: "Gradient norms", note: "of each phase, before clipping", log: true,
    of: { norm_recon: "recon", norm_face: "face", norm_pose: "pose" }
  },
  {
    id: "scales", title: "Loss scale", note: "half precision: what each phase's gradients are multiplied by", log: true, exact: true,
    of: { scale_recon: "recon", scale_face: "face", scale_pose: "pose" }
  },
  { id: "skipped", title: "Skipped steps", note: "half precision: gradients that overflowed, in all", exact: true, of: { skipped: "skipped" } },
  {
    id: "monitor", title: "Monitor: classes", note: "accuracy on held-out faces", exact: true, of: { monitor_knn: "k-NN", monitor_linear: "linear" }
  },
  {
    id: "monitor-yaw", title: "Monitor: yaw", note: "R² of the yaw read from each feature: high for pose, low for face", exact: true,
    of: { monitor_yaw_face: "face", monitor_yaw_pose: "pose" }
  },
  { id: "lr", title: "Learning rate", log: false, exact: true, of: { lr: "rate" } },
  { id: "temperature", title: "Temperature", exact: true, of: { temperature: "temperature" } },
  { id: "seconds", title: "Seconds per iteration", log: false, of: { seconds: "seconds" } }
];
const phaseColour = { "k-NN": 6, linear: 4, face: 0, pose: 1, recon: 2, L1: 2, orth: 3, rate: 4, temperature: 5, seconds: 6 };
const elsewhere = ["iteration", "epoch", "weight_face", "weight_pose"];

function logChart(family) {
  const series = Object.entries(family.of).filter(([column]) => log[column] && log[column].some((v) => isNumber(v) && v !== 0))
    .map(([column, name]) => ({ name, x: log.iteration, y: log[column], colour: colour(phaseColour[name] ?? 7) }));
  return series.length ? lineChart({ ...family, series, group: "iterations", xName: "iteration", smooths: !family.exact, restsAtEnd: true, label: epochAt }) : null;
}

function curves() {
  if (!log) return [empty("No curves: ", code("log.tsv"), " holds no lines yet. ", code("vkpcl pretrain FOLDER --out RUN"), " writes it, one line every ", code("log.every"), " iterations.")];
  const known = new Set([...elsewhere, ...families.flatMap((family) => Object.keys(family.of))]);
  const others = Object.keys(log).filter((name) => !known.has(name))
    .map((name) => ({ id: "other-" + name, title: name.replaceAll("_", " "), of: { [name]: name } }));
  // What never changes is said, not drawn.
  const steady = families.filter((family) => family.exact && Object.keys(family.of).every((name) => log[name] && new Set(log[name]).size === 1));
  const words = steady.map((family) => ` ${family.title} was ${format(lastOf(Object.keys(family.of)[0]))} throughout.`);
  const view = remembered("curves"), points = log.iteration.length;
  smoothing = view.smoothing ?? (points >= 200 ? 0.8 : points >= 60 ? 0.5 : points >= 25 ? 0.3 : 0);
  const shown = el("output", {}, smoothing.toFixed(2));
  const slider = el("input", {
    id: "smoothing", type: "range", min: 0, max: 0.98, step: 0.02, value: smoothing, oninput: () => {
      smoothing = view.smoothing = Number(slider.value);
      shown.textContent = smoothing.toFixed(2);
      remember();
      for (const chart of charts) if (chart.group === "iterations") chart.draw();
    }
  });
  const thinned = data.log.lines_per_point > 1
    ? `A point is the mean of ${data.log.lines_per_point} of the log's ${grouped(data.log.lines)} lines.` : `${grouped(data.log.lines)} lines of the log.`;
  return [el("p.muted", {}, thinned, " Drag across a curve to zoom all of them, double click to reset; with the keyboard, arrows, + and −.", words),
    el("div.bar", {}, el("label", {}, "Smoothing", slider, shown)),
    el("div.grid", {}, [...families.filter((family) => !steady.includes(family)), ...others].map(logChart))];
}

function weights() {
  if (!log || !log.weight_face || !log.weight_pose)
    return [empty("No weights: they are columns of ", code("log.tsv"), ", which ", code("vkpcl pretrain"), " writes.")];
  const dynamic = setting("loss.weights") !== "fixed", series = ["face", "pose"].map((name, i) => ({ name, x: log.iteration, y: log["weight_" + name], colour: colour(i) }));
  return [el("p.muted", {}, dynamic
    ? "Dynamic weight averaging: a loss that falls more slowly than the other over the last two epochs gets the larger weight; the two add up to 2."
    : "The weights of this run are fixed."),
  el("div.grid", {}, lineChart({ id: "weights", title: "Weights of the losses", series, group: "iterations", xName: "iteration", label: epochAt, smooths: true, restsAtEnd: true }))];
}

// ---- summary

const setting = (key) => (data.settings || []).find((one) => one.key === key)?.value;

// From the sessions' dates; where one was killed, nobody wrote when, and the log's seconds per iteration must do.
function timeTrained() {
  const sessions = data.facts?.sessions || [];
  const ended = sessions.map((s, i) => s.ended || (data.live && i === sessions.length - 1 ? data.written : null));
  if (sessions.length && ended.every(Boolean)) return duration(sessions.reduce((sum, s, i) => sum + (Date.parse(ended[i]) - Date.parse(s.started)) / 1000, 0));
  if (!log?.seconds) return "–";
  return "about " + duration(log.iteration.reduce((sum, at, i) => sum + (at - (i ? log.iteration[i - 1] : 0)) * (log.seconds[i] ?? 0), 0));
}

function tiles() {
  const facts = data.facts || {}, sessions = facts.sessions || [], session = sessions.at(-1) || {};
  const done = Math.max(lastOf("iteration") || 0, session.last_iteration || 0) || undefined;
  const step = lastOf("seconds");
  const batch = Math.max(Number(setting("data.batch")) || 0, Number(setting("data.pose_batch")) || 0);
  const list = [
    ["Iterations", grouped(done), facts.iterations ? `of ${grouped(facts.iterations)}` + (isNumber(lastOf("epoch")) ? `, epoch ${format(lastOf("epoch"))}` : "") : undefined],
    ["Trained for", timeTrained(), step ? `${format(step)} s an iteration` + (batch ? `, ${format(batch / step)} images/s` : "") : undefined],
    ["Reconstruction", format(lastOf("l1")), "L1, last line"],
    ["Face accuracy", percent(lastOf("face_accuracy")), `loss ${format(lastOf("face"))}`],
    ["Pose accuracy", percent(lastOf("pose_accuracy")), `loss ${format(lastOf("pose"))}`],
    ["Parameters", facts.parameters ? (facts.parameters / 1e6).toFixed(2) + " M" : "–", setting("model.width") && `width ${setting("model.width")}, ${setting("model.size")} px`]
  ];
  return el("dl.tiles", {}, list.map(([name, value, small]) =>
    el("div.tile", {}, el("dt", {}, name), el("dd", {}, value, small && el("small", {}, small)))));
}

function summary() {
  const sessions = data.facts?.sessions || [], first = sessions[0] || {}, last = sessions.at(-1) || {};
  const changed = (data.settings || []).filter((one) => one.value !== one.fallback);
  const facts = [
    ["Device", last.device ? `${last.device} (${last.type})` : null], ["Driver", last.driver], ["Data", (last.data || []).join(", ") || null],
    ["Images", isNumber(last.images) ? grouped(last.images) : null], ["Started", first.started ? dateOf(first.started) : null],
    ["Ended", sessions.length ? (last.ended ? `${dateOf(last.ended)} (${last.outcome})` : "not yet, or it was killed") : null],
    ["Sessions", sessions.length > 1 ? `${sessions.length}: resumed ${sessions.length === 2 ? "once" : sessions.length - 1 + " times"}` : null],
    ["Program", last.program]].filter(([, value]) => value);
  return [tiles(), data.notes.map((note) => el("p.note", { role: "note" }, note)),
    el("div.grid", { style: "margin-top:1rem" },
      el("div.card", {}, el("h3", { style: "margin-top:0" }, "The run"), facts.length ? el("dl.facts", {}, facts.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]))
        : el("p.muted", {}, "Device and dates are not known: ", code("run.json"), " is missing; ", code("vkpcl pretrain"), " writes it when it starts.")),
      el("div.card", {}, el("h3", { style: "margin-top:0" }, "Settings that differ from the default", el("small.muted", { style: "font-weight:400" }, " (in brackets)")), !data.settings
        ? el("p.muted", {}, "Not known: ", code("config.yaml"), " is missing; ", code("vkpcl pretrain"), " writes it when it starts.")
        : changed.length ? el("dl.facts.settings", {}, changed.map((one) => [el("dt", {}, code(one.key)), el("dd", {}, el("strong", {}, one.value), el("span.muted", {}, ` (${one.fallback})`))]))
          : el("p.muted", {}, "None: everything is as the paper intends.")))];
}
