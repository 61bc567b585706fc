// Maps of the embedding: each feature side by side, all in the same colours. Drag zooms, double click resets.

const discrete = (label) => !label.continuous;

// A colour for every point, and what the legend says. Angles diverge from their middle; few classes get the colours of
// the curves, many get hues that are far apart.
function colouring(label) {
  const known = label.values.filter(isNumber);
  if (!discrete(label)) {
    const most = Math.max(...known.map(Math.abs)), signed = known.some((v) => v < 0);
    const low = signed ? -most : Math.min(...known), high = signed ? most : Math.max(...known);
    const share = (v) => (high > low ? (v - low) / (high - low) : 0.5);
    const of = (v) => {
      const t = 2 * share(v) - 1;
      return `color-mix(in oklab, var(${t < 0 ? "--low" : "--high"}) ${Math.round(Math.abs(t) * 100)}%, var(--mid))`;
    };
    return { of, legend: [el("span.at", {}, format(low)), el("div.scale", { role: "img", "aria-label": `colours from ${format(low)} to ${format(high)}` }), el("span.at", {}, format(high))] };
  }
  const classes = [...new Set(known)].sort((a, b) => a - b), names = classNames(label);
  const of = (v) => (classes.length <= 8 ? colour(classes.indexOf(v)) : `oklch(var(--point-l) var(--point-c) ${Math.round(classes.indexOf(v) * 137.5) % 360})`);
  const legend = classes.length <= 8 ? classes.map((v) => el("span.key", {}, el("i.dot", { style: `background:${of(v)}` }), names[v] ?? v))
    : [el("span.at", {}, `${classes.length} kinds; point at one to see its like`)];
  return { of, legend };
}
// Numbers of expressions get their names from an evaluation that has as many.
function classNames(label) {
  const task = data.evaluations.find((one) => one.task === label.name && one.classes);
  return label.names || task?.classes || [];
}

// How well neighbours in the map agree: same class, or how far their values are apart, beside what chance would give.
function agreement(xy, label) {
  const values = label.values, n = values.length;
  let same = 0, chance = 0, gap = 0, spread = 0, count = 0;
  for (let i = 0; i < n; i++) {
    if (!isNumber(values[i])) continue;
    let best = -1, distance = Infinity;
    for (let j = 0; j < n; j++) {
      if (j === i || !isNumber(values[j])) continue;
      const d = (xy[2 * i] - xy[2 * j]) ** 2 + (xy[2 * i + 1] - xy[2 * j + 1]) ** 2;
      if (d < distance) distance = d, best = j;
      chance += values[i] === values[j];
      spread += Math.abs(values[i] - values[j]);
    }
    if (best < 0) continue;
    count++;
    same += values[i] === values[best];
    gap += Math.abs(values[i] - values[best]);
  }
  if (!count) return "";
  const pairs = count * (count - 1);
  return discrete(label) ? `nearest point has the same ${label.name}: ${percent(same / count, 0)} (chance ${percent(chance / pairs, 0)})`
    : `nearest point differs by ${format(gap / count)} in ${label.name} (chance ${format(spread / pairs)})`;
}

function scatter(map, kind, label) {
  const id = `map-${map.feature}`, xy = map[kind].xy, n = xy.length / 2, views = remembered("maps");
  const xs = Array.from({ length: n }, (_, i) => xy[2 * i]), ys = Array.from({ length: n }, (_, i) => xy[2 * i + 1]);
  const bounds = (list) => {
    const low = Math.min(...list), high = Math.max(...list), pad = (high - low || 1) * 0.04;
    return [low - pad, high + pad];
  };
  const full = [...bounds(xs), ...bounds(ys)], paint = colouring(label), names = classNames(label), key = id + kind;
  const text = (v) => (names[v] && discrete(label) ? names[v] : format(v));
  const reset = el("button", { type: "button", onclick: () => zoom(null) }, "Reset zoom");
  const readout = el("div.legend", {}), plot = el("div.plot", {
    tabindex: 0, role: "group", "aria-label": `Map of the ${map.feature} feature by ${kind === "pca" ? "PCA" : "t-SNE"}, ${n} points coloured by ${label.name}. Plus zooms to the middle, zero resets.`
  });
  const about = kind === "pca" ? `axes hold ${percent(map.pca.share[0], 0)} and ${percent(map.pca.share[1], 0)} of the variance` : `Kullback-Leibler divergence ${format(map.tsne.divergence)}`;
  const figure = el("figure", { id }, el("figcaption", {}, el("div", {}, `${map.feature} feature`, el("small", {}, `${map.dims} numbers; ${about}`)), el("div.tools", {}, reset)),
    plot, readout, el("p.small.muted", { style: "margin:0" }, agreement(xy, label)),
    numbers(id, ["image", "x", "y", ...data.embedding.labels.map((one) => one.name)],
      () => xs.map((x, i) => [i, x, ys[i], ...data.embedding.labels.map((one) => one.values[i])])));
  let scale = null;

  function zoom(box) {
    views[key] = box || undefined;
    remember();
    draw();
  }
  function draw() {
    const width = plot.clientWidth, height = Math.round(width * 0.82), [x0, x1, y0, y1] = views[key] || full;
    if (!width) return;
    const sx = (x) => (x - x0) / (x1 - x0) * width, sy = (y) => height - (y - y0) / (y1 - y0) * height;
    const size = n > 600 ? 2.6 : n > 200 ? 3.2 : 4.5;
    plot.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": `${n} points`, style: "overflow:hidden" },
      svg("rect", { width, height, rx: 8, style: "fill:var(--soft)" }),
      xs.map((x, i) => svg("circle", {
        class: "point", cx: sx(x).toFixed(1), cy: sy(ys[i]).toFixed(1), r: size, style: `fill:${isNumber(label.values[i]) ? paint.of(label.values[i]) : "var(--line)"}`
      })), svg("rect", { class: "pick" })));
    scale = { sx, sy, width, height, x: (px) => x0 + px / width * (x1 - x0), y: (py) => y0 + (height - py) / height * (y1 - y0) };
    reset.hidden = !views[key];
    point(-1);
  }
  // Names the point under the pointer and pushes back all of another kind.
  function point(index) {
    const circles = plot.querySelectorAll(".point");
    circles.forEach((circle, i) => circle.classList.toggle("dim", index >= 0 && discrete(label) && label.values[i] !== label.values[index]));
    readout.replaceChildren(...(index < 0 ? paint.legend.map((node) => node.cloneNode(true))
      : [el("span.key", {}, `image ${index}`), ...data.embedding.labels.map((one) => el("span.key", {}, one.name + " ", el("b", {}, one === label ? text(one.values[index]) : classNames(one)[one.values[index]] && discrete(one) ? classNames(one)[one.values[index]] : format(one.values[index]))))]));
  }
  function under(px, py) {
    let best = -1, distance = 14 ** 2;
    for (let i = 0; i < n; i++) {
      const d = (scale.sx(xs[i]) - px) ** 2 + (scale.sy(ys[i]) - py) ** 2;
      if (d < distance) distance = d, best = i;
    }
    return best;
  }
  let start = null, lastTap = 0;
  const place = (event) => {
    const box = plot.getBoundingClientRect();
    return [Math.max(0, Math.min(scale.width, event.clientX - box.left)), Math.max(0, Math.min(scale.height, event.clientY - box.top))];
  };
  plot.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    start = place(event);
    plot.setPointerCapture(event.pointerId);
  });
  plot.addEventListener("pointermove", (event) => {
    const now = place(event);
    if (!start) return point(under(...now));
    const pick = plot.querySelector(".pick"), size = [Math.abs(now[0] - start[0]), Math.abs(now[1] - start[1])];
    const far = Math.max(...size) > 8;
    for (const [name, value] of Object.entries({ x: Math.min(now[0], start[0]), y: Math.min(now[1], start[1]), width: far ? size[0] : 0, height: far ? size[1] : 0 })) pick.setAttribute(name, value);
  });
  plot.addEventListener("pointerup", (event) => {
    const from = start, now = place(event);
    start = null;
    if (from && Math.min(Math.abs(now[0] - from[0]), Math.abs(now[1] - from[1])) > 8)
      return zoom([...[from[0], now[0]].map(scale.x).sort((a, b) => a - b), ...[from[1], now[1]].map(scale.y).sort((a, b) => a - b)]);
    plot.querySelector(".pick").setAttribute("width", 0);
    point(under(...now));
    if (event.pointerType === "touch") {
      if (event.timeStamp - lastTap < 350) zoom(null);
      lastTap = event.timeStamp;
    }
  });
  plot.addEventListener("pointercancel", () => { start = null; plot.querySelector(".pick").setAttribute("width", 0); });
  plot.addEventListener("pointerleave", () => { if (!start) point(-1); });
  plot.addEventListener("dblclick", () => zoom(null));
  plot.addEventListener("keydown", (event) => {
    const [x0, x1, y0, y1] = views[key] || full, w = (x1 - x0) / 4, h = (y1 - y0) / 4;
    if (event.key === "+" || event.key === "=") zoom([x0 + w, x1 - w, y0 + h, y1 - h]);
    else if (event.key === "0" || event.key === "Escape") zoom(null);
    else return;
    event.preventDefault();
  });
  charts.push({ group: "maps", draw, verify: () => check(id, plot.querySelectorAll(".point").length, data.embedding.count) });
  return { figure, draw };
}

function maps() {
  const embedding = data.embedding;
  if (!embedding) return [empty(data.live ? "Maps are drawn when the run has ended and its features are embedded. " : "No maps: there is no ", code("embedding.npz"), " with features and labels in the run’s folder. ", code("vkpcl report RUN --data LABELS"), " computes it from labelled images and draws the maps.")];
  const view = remembered("map"), labels = embedding.labels;
  const first = (name) => labels.find((one) => one.name === name);
  let kind = view.kind || "tsne", label = first(view.label) || first("identity") || labels[0] || { name: "nothing", values: Array(embedding.count).fill(null) };
  const grid = el("div.grid.three", {});
  const build = () => {
    for (let i = charts.length; i--;) if (charts[i].group === "maps") charts.splice(i, 1);
    const all = embedding.maps.map((map) => scatter(map, kind, label));
    grid.replaceChildren(...all.map((one) => one.figure));
    for (const one of all) one.draw();
  };
  const set = (name) => (value) => {
    view[name] = value;
    if (name === "kind") kind = value;
    else label = first(value);
    remember();
    build();
  };
  build();
  const order = ["identity", "yaw", "expression", "pitch", "roll"], rank = (name) => (order.indexOf(name) + 9) % 9;
  const names = labels.map((one) => one.name).sort((a, b) => rank(a) - rank(b));
  return [el("p.muted", {}, `${grouped(embedding.count)}${embedding.of > embedding.count ? " of " + grouped(embedding.of) : ""} images. What a feature knows shows as order in its map: a pose feature should sort by yaw and not by identity, a face feature the other way round.`),
    el("div.bar", {}, choice("Kind of map", [["tsne", "t-SNE"], ["pca", "PCA"]], kind, set("kind")),
      names.length ? choice("Colour", names.map((name) => [name, name]), label.name, set("label")) : null), grid];
}
