// Line charts: drag to zoom, double click to reset, crosshair with numbers; the same by touch and by keyboard.

const mostDecades = 6; // of a logarithmic axis: a gradient that vanishes once must not flatten all others

// Round steps of 1, 2 or 5 times a power of ten inside [low, high].
function ticks(low, high, wanted) {
  const rough = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.75);
  const list = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) list.push(Number((k * step).toPrecision(12)));
  return list;
}
function logTicks(low, high) {
  const list = [], step = Math.ceil((high - low) / 6); // powers of ten between lines
  for (let power = Math.floor(low / step) * step; power <= Math.ceil(high); power += step)
    for (const factor of high - low < 1.2 ? [1, 2, 5] : [1]) {
      const value = power + Math.log10(factor);
      if (value >= low - 1e-9 && value <= high + 1e-9) list.push(value);
    }
  return list;
}
// Exponential moving average, without the pull of its start; gaps stay gaps.
function smooth(values, share) {
  if (!share) return values;
  let sum = 0, weight = 0;
  return values.map((value) => {
    if (!isNumber(value)) return value;
    sum = share * sum + (1 - share) * value;
    weight = share * weight + (1 - share);
    return sum / weight;
  });
}
function nearest(list, x) {
  let best = -1;
  for (let i = 0; i < list.length; i++)
    if (isNumber(list[i]) && (best < 0 || Math.abs(list[i] - x) < Math.abs(list[best] - x))) best = i;
  return best;
}

const charts = []; // all of the page: they draw anew when the window or the smoothing changes
let smoothing = 0;

// spec: id, title, note, group (charts of a group zoom together), xName, series [{name, x, y, colour}], log (start with
// a logarithmic axis; undefined: no such button), range [low, high] of y when not zoomed, smooths, restsAtEnd (the legend shows the last values), label(x)
function lineChart(spec) {
  const zooms = remembered("zoom"), hidden = remembered("hidden"), logs = remembered("log");
  const group = spec.group || spec.id, uid = "chart-" + spec.id;
  const series = spec.series.map((one, i) => ({ colour: colour(i), ...one, key: spec.id + "/" + one.name }));
  const shared = series.every((one) => one.x === series[0].x);
  const allX = series.flatMap((one) => one.x.filter(isNumber));
  const full = [Math.min(...allX), Math.max(...allX)];
  if (full[0] === full[1]) full[0] -= 0.5, full[1] += 0.5;
  let log = logs[spec.id] ?? spec.log ?? false, at = null, width = 0, frame = null;

  const reset = el("button", { type: "button", hidden: true, onclick: () => zoom(null) }, "Reset zoom");
  const logButton = spec.log === undefined ? null : el("button", {
    type: "button", "aria-pressed": String(log), onclick: () => {
      log = logs[spec.id] = !log;
      logButton.setAttribute("aria-pressed", String(log));
      remember();
      draw();
    }
  }, "log");
  const legend = el("div.legend", {});
  const spoken = el("span.hidden", { "aria-live": "polite" });
  const plot = el("div.plot", {
    tabindex: 0, role: "group", "aria-label": `${spec.title}: ${series.map((one) => one.name).join(", ")} against ${spec.xName}. ` +
      "Arrow keys move the crosshair, plus and minus zoom, zero resets."
  });
  const figure = el("figure", { id: uid }, el("figcaption", {}, el("div", {}, spec.title, spec.note && el("small", {}, spec.note)),
    el("div.tools", {}, reset, logButton)), legend, plot, spoken,
  numbers(uid, shared ? [spec.xName, ...series.map((one) => one.name)] : ["curve", spec.xName, spec.yName || "value"], () => shared
    ? series[0].x.map((x, i) => [x, ...series.map((one) => one.y[i])])
    : series.flatMap((one) => one.x.map((x, i) => [one.name, x, one.y[i]]))));

  const values = legendOf();
  function legendOf() {
    const place = el("span.at", {});
    const list = series.map((one) => {
      const value = el("b", {});
      legend.append(el("button", {
        type: "button", "aria-pressed": String(!hidden[one.key]), title: "Show or hide", onclick: (event) => {
          hidden[one.key] = !hidden[one.key];
          event.currentTarget.setAttribute("aria-pressed", String(!hidden[one.key]));
          remember();
          draw();
        }
      }, el("i", { style: `background:${one.colour}` }), one.name, value));
      return value;
    });
    legend.append(place);
    return { list, place };
  }

  function zoom(range) {
    if (range && range[1] - range[0] < (full[1] - full[0]) * 1e-4) return;
    if (range && range[0] <= full[0] && range[1] >= full[1]) range = null;
    zooms[group] = range || undefined;
    remember();
    for (const chart of charts) if (chart.group === group) chart.draw();
  }
  const view = () => {
    const wanted = zooms[group];
    return wanted && wanted[1] > full[0] && wanted[0] < full[1] ? wanted : full;
  };

  // Lowest and highest of what can be seen, a little widened.
  function rangeOf(lines, [from, to]) {
    let low = Infinity, high = -Infinity;
    for (const one of lines)
      for (const list of one.lists)
        list.forEach((y, i) => {
          if (!isNumber(y) || one.x[i] < from || one.x[i] > to) return;
          low = Math.min(low, y);
          high = Math.max(high, y);
        });
    if (spec.range && !zooms[group] && !log) return spec.range;
    if (low > high) return [0, 1];
    if (low === high) return [low - (Math.abs(low) || 1) * 0.1, high + (Math.abs(high) || 1) * 0.1];
    if (log) low = Math.max(low, high - mostDecades);
    const pad = (high - low) * 0.05;
    return [!log && low >= 0 && low < pad * 6 ? 0 : low - pad, high + pad];
  }
  const toAxis = (y) => (!isNumber(y) ? null : !log ? y : y > 0 ? Math.log10(y) : null);

  function draw() {
    width = plot.clientWidth;
    if (!width) return;
    const height = Math.round(Math.max(190, Math.min(270, width * 0.5))), box = { l: 50, r: width - 8, t: 8, b: height - 34 };
    const seen = view();
    const lines = series.filter((one) => !hidden[one.key]).map((one) => {
      const raw = one.y.map(toAxis), share = spec.smooths ? smoothing : 0;
      return { ...one, raw, line: smooth(one.y, share).map(toAxis), lists: [raw], smoothed: share > 0 };
    });
    const range = rangeOf(lines, seen);
    const sx = (x) => box.l + (x - seen[0]) / (seen[1] - seen[0]) * (box.r - box.l);
    const sy = (y) => box.b - (y - range[0]) / (range[1] - range[0]) * (box.b - box.t);
    const pathOf = (one, list) => {
      const sparse = list.filter(isNumber).length < 0.7 * list.length; // measured now and then: joined all the same
      let d = "", pen = "M";
      list.forEach((y, i) => {
        const inside = isNumber(y) && (sparse || ((one.x[i + 1] ?? one.x[i]) >= seen[0] && (one.x[i - 1] ?? one.x[i]) <= seen[1]));
        if (inside) d += `${pen}${sx(one.x[i]).toFixed(1)} ${sy(y).toFixed(1)}${pen === "M" ? "h0" : ""}`; // h0: a lone point is a dot
        pen = inside || (sparse && pen === "L") ? "L" : "M";
      });
      return d;
    };
    const xTicks = ticks(seen[0], seen[1], Math.max(2, width / 90));
    const yTicks = log ? logTicks(range[0], range[1]) : ticks(range[0], range[1], 5);
    const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": summary(lines) },
      svg("clipPath", { id: uid + "-clip" }, svg("rect", { x: box.l, y: box.t - 3, width: box.r - box.l, height: box.b - box.t + 6 })),
      yTicks.map((y) => [svg("line", { class: "axis", x1: box.l, x2: box.r, y1: sy(y), y2: sy(y) }),
        svg("text", { x: box.l - 7, y: sy(y) + 4, "text-anchor": "end" }, format(log ? 10 ** y : y))]),
      xTicks.map((x) => svg("text", { x: sx(x), y: box.b + 17, "text-anchor": "middle" }, format(x))),
      svg("text", { x: box.r, y: box.b + 31, "text-anchor": "end" }, spec.xName),
      svg("g", { "clip-path": `url(#${uid}-clip)` },
        lines.map((one) => [one.smoothed && svg("path", { class: "raw", d: pathOf(one, one.raw), style: `stroke:${one.colour}` }),
          svg("path", { class: "curve", d: pathOf(one, one.line), style: `stroke:${one.colour}` + (one.dash ? ";stroke-dasharray:5 4" : "") })])),
      svg("rect", { class: "pick", y: box.t, height: box.b - box.t, width: 0 }),
      svg("g", { class: "hair" }));
    plot.replaceChildren(picture);
    frame = { box, seen, sx, sy, lines, picture };
    reset.hidden = !zooms[group];
    if (!zooms[group])
      for (const one of lines) one.drawn = (picture.querySelectorAll(".curve")[lines.indexOf(one)].getAttribute("d").match(/[ML]/g) || []).length;
    show(at);
  }
  function summary(lines) {
    return lines.map((one) => {
      const last = one.y.findLastIndex(isNumber);
      return last < 0 ? one.name + ": no numbers" : `${one.name} ends at ${format(one.y[last])}`;
    }).join("; ");
  }

  // The crosshair at the data nearest to x; null: the last values, without a crosshair.
  function show(x, speak) {
    at = x;
    const { box, sx, sy, lines, picture } = frame, hair = picture.querySelector(".hair");
    hair.replaceChildren();
    const main = lines[0] && x !== null ? nearest(lines[0].x, x) : -1;
    const snapped = main >= 0 ? (shared ? lines[0].x[main] : x) : null;
    if (snapped !== null) hair.append(svg("line", { class: "cross", x1: sx(snapped), x2: sx(snapped), y1: box.t, y2: box.b }));
    const words = [];
    series.forEach((one, i) => {
      const index = x === null ? one.y.findLastIndex(isNumber) : nearest(one.x, snapped ?? x), line = lines.find((l) => l.key === one.key);
      values.list[i].textContent = line && index >= 0 && (x !== null || spec.restsAtEnd) ? format(one.y[index]) : "";
      if (line && index >= 0) words.push(one.name + " " + format(one.y[index]));
      if (line && snapped !== null && isNumber(line.line[index]) && !one.dash)
        hair.append(svg("circle", { class: "mark", cx: sx(one.x[index]), cy: sy(line.line[index]), r: 4, style: `fill:${one.colour}` }));
    });
    values.place.textContent = snapped === null ? "" : spec.label ? spec.label(snapped, main) : `at ${spec.xName} ${format(snapped)}`;
    if (speak) spoken.textContent = values.place.textContent + ": " + words.join(", ");
  }

  // ---- pointer: a drag picks a range, anything else moves the crosshair
  let start = null, lastTap = 0;
  const xAt = (event) => {
    const { box, seen } = frame, place = event.clientX - plot.getBoundingClientRect().left;
    return seen[0] + (Math.max(box.l, Math.min(box.r, place)) - box.l) / (box.r - box.l) * (seen[1] - seen[0]);
  };
  plot.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    start = { x: xAt(event), client: event.clientX, far: false };
    plot.setPointerCapture(event.pointerId);
  });
  plot.addEventListener("pointermove", (event) => {
    show(xAt(event));
    if (!start) return;
    start.far ||= Math.abs(event.clientX - start.client) > 8;
    const ends = [frame.sx(start.x), frame.sx(xAt(event))].sort((a, b) => a - b), pick = frame.picture.querySelector(".pick");
    pick.setAttribute("x", ends[0]);
    pick.setAttribute("width", start.far ? ends[1] - ends[0] : 0);
  });
  plot.addEventListener("pointerup", (event) => {
    const from = start;
    start = null;
    if (from && from.far) return zoom([from.x, xAt(event)].sort((a, b) => a - b));
    show(xAt(event));
    if (event.pointerType === "touch") {
      if (event.timeStamp - lastTap < 350) zoom(null);
      lastTap = event.timeStamp;
    }
  });
  plot.addEventListener("pointercancel", () => { start = null; frame.picture.querySelector(".pick").setAttribute("width", 0); });
  plot.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && !start) show(null); });
  plot.addEventListener("dblclick", () => zoom(null));
  plot.addEventListener("keydown", (event) => {
    const xs = (frame.lines[0] || series[0]).x, [from, to] = view();
    const index = at === null ? nearest(xs, to) : nearest(xs, at);
    const middle = at ?? (from + to) / 2, half = (to - from) / 2;
    const act = {
      ArrowLeft: () => show(xs[Math.max(0, index - 1)], true), ArrowRight: () => show(xs[Math.min(xs.length - 1, index + 1)], true),
      Home: () => show(xs[0], true), End: () => show(xs[xs.length - 1], true),
      "+": () => zoom([Math.max(full[0], middle - half / 2), Math.min(full[1], middle + half / 2)]),
      "-": () => zoom([Math.max(full[0], middle - half * 2), Math.min(full[1], middle + half * 2)]), "0": () => zoom(null), Escape: () => zoom(null)
    }[event.key === "=" ? "+" : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  charts.push({
    group, draw, verify: () => {
      if (frame && !zooms[group])
        for (const one of frame.lines) check(`${uid} ${one.name}`, one.drawn, one.raw.filter(isNumber).length);
    }
  });
  return figure;
}
