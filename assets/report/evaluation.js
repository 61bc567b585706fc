// Evaluations: tables of metrics, confusion matrices, ROC curves, error by yaw, the disentanglement matrix.

const taskNames = { expression: "Expression", verify: "Face verification", au: "Action units", pose: "Head pose", disentangle: "Disentanglement" };
const lowerIsBetter = /eer|mae|error|degrees|cosine|leak|_in_|^(yaw|pitch|roll|mean)$/i;

function metricCell(metric) {
  if (!metric) return "–";
  const small = isNumber(metric.low) && isNumber(metric.high) ? `${format(metric.low)} to ${format(metric.high)}` : isNumber(metric.std) ? `± ${format(metric.std)}` : null;
  return small ? [format(metric.value), el("small", {}, small)] : format(metric.value);
}

function metricTable(task, rows) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.metrics)))], said = (name) => name.replaceAll("_", " ");
  if (!names.length) return null;
  if (rows.length === 1) // a single row reads better downwards
    return el("div.scroll.free", {}, table(["metric", rows[0].name === "–" ? "value" : rows[0].name], names.map((name) => [said(name), metricCell(rows[0].metrics[name])])));
  const best = names.map((name) => {
    const values = rows.map((row) => row.metrics[name]?.value).filter(isNumber), down = lowerIsBetter.test(name) && !/r2/i.test(name);
    return down ? Math.min(...values) : Math.max(...values);
  });
  return el("div.scroll.free", { tabindex: 0, role: "region", "aria-label": `Metrics of ${task}` }, el("table", {},
    el("thead", {}, el("tr", {}, el("th.left", { scope: "col" }, "features"), names.map((name) => el("th", { scope: "col" }, said(name))))),
    el("tbody", {}, rows.map((row) => el("tr", {}, el("th", { scope: "row" }, row.name), names.map((name, i) =>
      el(row.metrics[name]?.value === best[i] ? "td.best" : "td", {}, metricCell(row.metrics[name]))))))));
}

function metricFigure(id, task, rows) {
  const numbered = metricTable(task, rows);
  // Many columns take the whole row instead of hiding half of themselves.
  const wide = rows.length > 1 && numbered?.querySelectorAll("thead th").length > 3;
  return numbered && el(wide ? "figure.whole" : "figure", { id: `metrics-${id}` }, el("figcaption", {}, el("div", {}, "Metrics", el("small", {}, rows.length > 1 ? "best of each column in bold" : "on the test images"))), numbered);
}

const heat = (share) => `background:rgb(var(--heat) / ${(0.04 + 0.72 * Math.max(0, Math.min(1, share))).toFixed(3)})`;

function confusion(id, evaluation, rows) {
  const having = rows.filter((row) => Array.isArray(row.confusion));
  if (!having.length) return null;
  const place = el("div", {}), view = remembered("confusion");
  const build = (row) => {
    const counts = row.confusion, classes = row.classes || evaluation.classes || counts.map((_, i) => String(i));
    const totals = counts.map((line) => line.reduce((a, b) => a + b, 0));
    place.replaceChildren(el("div.scroll.free", {}, el("table.heat.confusion", {},
      el("thead", {}, el("tr", {}, el("th", {}), el("th", { colspan: counts.length, scope: "colgroup" }, "predicted")),
        el("tr", {}, el("th.left", { scope: "col" }, "true"), classes.map((name) => el("th", { scope: "col" }, el("span", {}, name))))),
      el("tbody", {}, counts.map((line, i) => el("tr", {}, el("th", { scope: "row" }, classes[i]), line.map((count, j) => el("td", {
        style: heat(totals[i] ? count / totals[i] : 0), title: `${classes[i]} taken for ${classes[j]}: ${count} of ${totals[i]}`
      }, String(count)))))))));
  };
  const chosen = having.find((row) => row.name === view[id]) || having.find((row) => row.source === "checkpoint") || having[0];
  build(chosen);
  check(`confusion ${id}`, place.querySelectorAll("td").length, chosen.confusion.flat().length);
  return el("figure", { id: `confusion-${id}` }, el("figcaption", {}, el("div", {}, "Confusion matrix", el("small", {}, "counts; shade is the share of the true class"))),
    having.length > 1 ? choice("Features", having.map((row) => [row.name, row.name]), chosen.name, (name) => {
      view[id] = name;
      remember();
      build(having.find((row) => row.name === name));
    }) : null, place);
}

function rocChart(id, curves) {
  const series = curves.map(([name, points], i) => ({ name, x: points.map((p) => p[0]), y: points.map((p) => p[1]), dash: i > 7 })); // colours come round
  series.push({ name: "chance", x: [0, 1], y: [0, 1], colour: "var(--muted)", dash: true });
  return lineChart({ id: `roc-${id}`, title: "ROC", note: "true positives over false positives", series, xName: "false positive rate", yName: "true positive rate", range: [0, 1] });
}

// One curve a row, or one a unit of the row that is chosen. Protocols that only choose thresholds share their curve.
function roc(id, rows) {
  const single = rows.filter((row) => Array.isArray(row.roc) && row.roc.length), drawn = new Set();
  const fresh = single.filter((row) => {
    const key = [row.source, row.feature, row.probe, JSON.stringify(row.roc)].join();
    return !drawn.has(key) && drawn.add(key);
  });
  if (fresh.length) return rocChart(id, fresh.map((row) => [row.name, row.roc]));
  const named = rows.filter((row) => row.roc && !Array.isArray(row.roc) && Object.keys(row.roc).length);
  if (!named.length) return null;
  const view = remembered("roc"), place = el("div");
  const build = (row) => {
    place.replaceChildren(rocChart(id, Object.entries(row.roc)));
    return charts.at(-1);
  };
  const chosen = named.find((row) => row.name === view[id]) || named.find((row) => row.source === "checkpoint") || named[0];
  let shown = build(chosen);
  const pick = (name) => {
    view[id] = name;
    remember();
    charts.splice(charts.indexOf(shown), 1);
    shown = build(named.find((row) => row.name === name));
    shown.draw();
  };
  return el("div", {}, named.length > 1 ? choice("Features", named.map((row) => [row.name, row.name]), chosen.name, pick) : null, place);
}

function yawBins(id, rows) {
  const having = rows.filter((row) => Array.isArray(row.yaw_bins) && row.yaw_bins.length);
  if (!having.length) return null;
  const middle = (bin) => (bin.from + bin.to) / 2, bins = having[0].yaw_bins;
  const chart = lineChart({
    id: `yaw-${id}`, title: "Error by yaw", note: "mean absolute error in degrees, at the middle of each bin", xName: bins[0].absolute ? "yaw to either side, in degrees" : "yaw in degrees", yName: "degrees",
    series: having.map((row) => ({ name: row.name, x: bins.map(middle), y: bins.map((_, i) => row.yaw_bins[i]?.mae ?? null) })),
    label: (x) => {
      const bin = bins[nearest(bins.map(middle), x)];
      return `${format(bin.from)} to ${format(bin.to)}°` + (isNumber(bin.count) ? `, ${grouped(bin.count)} images` : "");
    }
  });
  return chart;
}

function matrix(id, given, rows) {
  if (!given || !Array.isArray(given.values)) return null;
  const tall = given.values.flat().filter(isNumber), most = Math.max(1, ...tall);
  check(`matrix ${id}`, given.values.flat().length, given.rows.length * given.columns.length);
  return el("figure", { id: `matrix-${id}` }, el("figcaption", {}, el("div", {}, "What each feature knows", el("small", {}, "the same probe on every feature, for every factor"))),
    el("div.scroll.free", {}, el("table.heat", {}, el("thead", {}, el("tr", {}, el("th.left", { scope: "col" }, "feature"), given.columns.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, given.values.map((line, i) => el("tr", {}, el("th", { scope: "row" }, given.rows[i]), line.map((value) => el("td", { style: heat((value ?? 0) / most) }, format(value)))))))),
    given.taken ? numbers(`matrix-${id}`, ["features", "factor", "metric", "value", "low", "high"], () => [...given.taken].flatMap((row) =>
      Object.entries(row.metrics).map(([name, metric]) => [row.name, row.factor, name, metric.value, metric.low, metric.high]))) : null);
}

function evaluations() {
  const list = data.evaluations, pictures = data.pictures || [];
  if (!list.length && !pictures.length) return [empty("No evaluation yet: ", code("vkpcl eval expression | verify | au | pose | disentangle LABELS --weights RUN --json RUN/eval/NAME.json"), " writes one to where the report looks; ", code("vkpcl report RUN --eval FILE.json"), " takes one from elsewhere.")];
  const order = Object.keys(taskNames), rank = (one) => (order.indexOf(one.task) + 99) % 99;
  return list.map(normalised).sort((a, b) => rank(a) - rank(b)).map((one, i) => {
    const { rows, plain, task } = one, id = `${task}-${i}`.replace(/[^A-Za-z0-9-]/g, "");
    const figures = [metricFigure(id, task, plain), confusion(id, one, rows), roc(id, rows), yawBins(id, rows), matrix(id, one.matrix, rows)].filter(Boolean);
    return el("article", { id: `task-${id}` }, el("h3", {}, taskNames[task] || task), el("p.small.muted", {}, one.about),
      el("div.grid.fill", {}, figures.length ? figures : el("p.muted", {}, "It holds no numbers.")));
  }).concat(pictures.length ? el("div.grid.fill", { style: "margin-top:1rem" }, pictures.map((one) => el("figure", {},
    el("figcaption", {}, el("div", {}, one.name.replace(/\.png$/, "").replaceAll(/[_-]/g, " "), /swap/.test(one.name) && el("small", {}, "the face of the left column with the pose of the top row"))), el("img.sheet", { src: one.url, alt: one.name, width: one.width, height: one.height })))) : []);
}
