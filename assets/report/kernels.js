// The device, and where its time went.

const kernelRows = (data.profile || []).filter((row) => row.kernel !== "idle");
const rate = (row, what) => (row.ms > 0 ? row[what] / row.ms * 1e-6 : null);

function deviceTable() {
  const sessions = data.facts?.sessions || [];
  if (!sessions.length) return null;
  const names = ["device", "driver", "memory", "iterations", "started", "outcome"];
  const rows = sessions.map((s) => [s.device, s.driver, isNumber(s.memory) ? (s.memory / 2 ** 30).toFixed(1) + " GiB" : "–",
    `${format(s.first_iteration)} to ${s.last_iteration ? format(s.last_iteration) : "…"}`, dateOf(s.started), s.outcome || "under way, or killed"]);
  return el("div.card", { style: "margin-top:.75rem" }, el("h3", { style: "margin-top:0" }, rows.length > 1 ? "Sessions" : "Session"), rows.length > 1
    ? el("div.scroll.free", { tabindex: 0, role: "region", "aria-label": "Sessions" }, table(names, rows))
    : el("dl.facts", {}, names.map((name, i) => [el("dt", {}, name), el("dd", {}, rows[0][i])])));
}

// Time by operation: a kernel's label without the layer at its end.
function byOperation(total) {
  const sums = new Map();
  for (const row of kernelRows) {
    const name = row.kernel.split(" ").slice(0, -1).join(" ") || row.kernel;
    sums.set(name, (sums.get(name) || 0) + row.ms);
  }
  const idle = data.profile.find((row) => row.kernel === "idle");
  if (idle) sums.set("idle", idle.ms);
  const list = [...sums].sort((a, b) => b[1] - a[1]), shown = list.slice(0, 12), most = list[0][1];
  if (list.length > 12) shown.push(["others", list.slice(12).reduce((sum, one) => sum + one[1], 0)]);
  check("operations", shown.length, Math.min(13, list.length));
  return el("figure", { id: "figure-operations" }, el("figcaption", {}, el("div", {}, "Time by operation", el("small", {}, `${duration(total / 1000)} of device time measured`))),
    el("div.bars", { role: "list" }, shown.map(([name, ms]) => [el("span", { role: "listitem" }, name), el("div.share", { "aria-hidden": "true" },
      el("i", { style: `width:${(100 * ms / most).toFixed(1)}%` + (name === "idle" ? ";background:var(--muted)" : "") })), el("span", {}, percent(ms / total))])));
}

function kernelTable(total) {
  const view = remembered("kernels"), body = el("tbody", {}), columns = [
    ["kernel", (row) => row.kernel, (v) => v], ["calls", (row) => row.calls, grouped], ["ms", (row) => row.ms, format],
    ["share", (row) => row.ms / total, percent], ["ms/call", (row) => row.ms / row.calls, format],
    ["GFLOP/s", (row) => rate(row, "flops"), format], ["GB/s", (row) => rate(row, "bytes"), format]];
  let by = view.by ?? 2, up = view.up ?? false, all = view.all ?? false;
  const heads = columns.map(([name], i) => el(i ? "th" : "th.left", { scope: "col" }, el("button", {
    type: "button", onclick: () => {
      up = by === i ? !up : i === 0;
      by = i;
      fill();
    }
  }, name)));
  const more = el("button", { type: "button", onclick: () => { all = !all; fill(); } });
  function fill() {
    const get = columns[by][1], sorted = [...kernelRows].sort((a, b) => {
      const x = get(a), y = get(b), order = typeof x === "string" ? x.localeCompare(y) : (x ?? -1) - (y ?? -1);
      return up ? order : -order;
    });
    heads.forEach((head, i) => (i === by ? head.setAttribute("aria-sort", up ? "ascending" : "descending") : head.removeAttribute("aria-sort")));
    body.replaceChildren(...sorted.slice(0, all ? undefined : 15).map((row) => el("tr", {}, columns.map(([, value, write], i) =>
      (i ? el("td", {}, write(value(row))) : el("th", { scope: "row" }, row.kernel))))));
    more.textContent = all ? "Show the first 15" : `Show all ${kernelRows.length}`;
    more.hidden = kernelRows.length <= 15;
    Object.assign(view, { by, up, all });
    remember();
  }
  fill();
  check("kernels", body.children.length, all ? kernelRows.length : Math.min(15, kernelRows.length));
  return el("figure", { id: "figure-kernels" }, el("figcaption", {}, el("div", {}, "Kernels", el("small", {}, "rates are of the operations’ own counts; choose a column to sort"))),
    el("div.scroll.free", { tabindex: 0, role: "region", "aria-label": "Kernels" }, el("table", {}, el("thead", {}, el("tr", {}, heads)), body)), el("div", { style: "margin-top:.6rem" }, more));
}

function kernels() {
  const device = deviceTable();
  if (!kernelRows.length) return [device, empty("No profile: ", code("vkpcl pretrain … --profile"), " measures every kernel and writes ", code("profile.tsv"), " at the end of the run.")];
  const total = data.profile.reduce((sum, row) => sum + (row.ms || 0), 0);
  return [device, el("div.grid.side", { style: "margin-top:1rem" }, byOperation(total), kernelTable(total))];
}
