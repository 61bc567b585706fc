// Evaluations in one form, whoever wrote them: {task, about, classes, matrix, rows: [{name, metrics, confusion, roc,
// yaw_bins}], plain: rows outside the matrix} with metrics {name: {value, low, high, std}}.

function oneMetric(metric) {
  if (!metric || typeof metric !== "object") return { value: metric };
  return { value: metric.value ?? metric.mean, low: metric.low, high: metric.high, std: metric.std ?? metric.deviation };
}
function metricsOf(given) {
  const pairs = Array.isArray(given) ? given.map((one) => [one.name, one]) : Object.entries(given || {});
  return Object.fromEntries(pairs.map(([name, metric]) => [name, oneMetric(metric)]).filter(([, metric]) => isNumber(metric.value)));
}

// Errors by bins of the yaw may come as metrics, "MAE yaw 15-30".
function takeBins(row) {
  if (Array.isArray(row.yaw_bins)) return;
  const bins = [];
  for (const [name, metric] of Object.entries(row.metrics)) {
    const found = /^MAE yaw (\d+)-(\d+)$/.exec(name);
    if (!found) continue;
    bins.push({ from: Number(found[1]), to: Number(found[2]), mae: metric.value, absolute: true });
    delete row.metrics[name];
  }
  if (bins.length) row.yaw_bins = bins;
}

// A row is called by what tells it from the others: where the features come from, which, probe, protocol.
function nameRows(rows) {
  const parts = ["source", "feature", "features", "probe", "protocol"], said = (word) => word && word !== "none", differs = (part) => new Set(rows.map((row) => row[part]).filter(said)).size > 1;
  const telling = parts.filter(differs);
  for (const row of rows) row.name ||= (telling.length ? telling : ["features", "feature"]).map((part) => row[part]).filter(said).join(" · ") || "–";
}

// Rows that judge a factor each become one matrix: features down, factors across, by what is best when large.
function factorMatrix(rows) {
  const judging = (row) => Object.keys(row.metrics).filter((name) => /^(R2 |accuracy$)/.test(name));
  const called = (row, name) => (name === "accuracy" ? `${row.factor} accuracy` : name.replace(/^R2 (.*)/, "$1 R2"));
  const having = rows.filter((row) => row.factor && judging(row).length);
  if (!having.length) return null;
  const names = [...new Set(having.map((row) => row.name))], columns = [...new Set(having.flatMap((row) => judging(row).map((name) => called(row, name))))];
  const cell = (name, column) => {
    for (const row of having)
      for (const metric of row.name === name ? judging(row) : []) if (called(row, metric) === column) return row.metrics[metric].value;
    return null;
  };
  return { rows: names, columns, values: names.map((name) => columns.map((column) => cell(name, column))), taken: new Set(having) };
}

function normalised(given) {
  const rows = (Array.isArray(given.rows) && given.rows.length ? given.rows : [given]).map((row) => ({ ...row, metrics: metricsOf(row.metrics) }));
  rows.forEach(takeBins);
  nameRows(rows);
  const same = (part) => given[part] ?? (new Set(rows.map((row) => row[part])).size === 1 ? rows[0][part] : undefined);
  const count = (value, what) => (isNumber(value) && value > 0 ? `${grouped(value)} ${what}` : null);
  const about = [same("protocol") && `protocol ${same("protocol")}`, given.data, count(given.images, "images"), count(given.identities, "people"),
    count(given.folds, "folds"), given.weights ?? given.checkpoint, given.file].filter((one) => typeof one === "string" && one).join(" · ");
  const matrix = given.matrix || factorMatrix(rows);
  return { task: given.task, classes: given.classes, about, matrix, rows, plain: rows.filter((row) => !matrix?.taken?.has(row)) };
}
