// Elements, numbers, tables, and what the page remembers across a reload.

const data = JSON.parse(document.getElementById("data").textContent);

// What a visitor has set: zoom, hidden curves, chosen sample. Kept in the tab, so that a page that follows a run stays
// as it was: in the history's entry for a reload, in the session for a new visit. Either may be forbidden or full.
const stateKey = "vkpcl report " + data.name;
const state = (() => {
  try { return JSON.parse(history.state?.[stateKey] ?? sessionStorage.getItem(stateKey)) || {}; } catch { return {}; }
})();
const remembered = (group) => (state[group] ??= {});
function remember() {
  const text = JSON.stringify(state);
  try { history.replaceState({ [stateKey]: text }, ""); } catch { /* too often */ }
  try { sessionStorage.setItem(stateKey, text); } catch { /* then a new visit starts afresh */ }
}

// el("p.small", {id: "x", onclick: f}, "text", node, [more]): text is always text, never markup.
function make(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") node.style.cssText = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
function el(tag, attributes, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(" ");
  return make(node, attributes, children);
}
function svg(tag, attributes, ...children) {
  return make(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

// Four significant digits; very large and small ones with an exponent.
function format(value) {
  if (!isNumber(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(2).replace("e+", "e").replace(/\.?0+e/, "e").replace("-", "−");
  if (Number.isInteger(value)) return String(value).replace("-", "−");
  return String(Number(value.toPrecision(4))).replace("-", "−");
}
const grouped = (value) => (isNumber(value) ? Math.round(value).toLocaleString("en").replaceAll(",", "\u202f") : "–");
const percent = (value, digits = 1) => (isNumber(value) ? (100 * value).toFixed(digits) + " %" : "–");
function duration(seconds) {
  const s = Math.round(seconds);
  if (s < 60) return seconds < 10 ? format(seconds) + " s" : s + " s";
  if (s < 3600) return Math.floor(s / 60) + " min " + (s % 60) + " s";
  if (s < 86400) return Math.floor(s / 3600) + " h " + Math.floor(s / 60 % 60) + " min";
  return Math.floor(s / 86400) + " d " + Math.floor(s / 3600 % 24) + " h";
}
const dateOf = (text) => (text ? text.replace("T", " ").replace("Z", " UTC") : "–");

// A fold-out table of the numbers behind a figure; built when it is opened first.
function numbers(id, columns, rowsOf, title = "The numbers") {
  const open = remembered("open");
  const details = el("details", { id: id + "-numbers" }, el("summary", {}, title));
  const fill = () => {
    if (details.children.length > 1) return;
    details.append(el("div.scroll", { tabindex: 0, role: "region", "aria-label": title }, table(columns, rowsOf())));
  };
  details.addEventListener("toggle", () => {
    if (details.open) fill();
    open[id] = details.open;
    remember();
  });
  if (open[id]) {
    details.open = true;
    fill();
  }
  return details;
}
// rows: arrays of text, numbers or nodes; the first cell heads its row.
function table(columns, rows, attributes) {
  const cell = (value) => (typeof value === "number" ? format(value) : value ?? "–");
  return el("table", attributes,
    el("thead", {}, el("tr", {}, columns.map((name, i) => el(i ? "th" : "th.left", { scope: "col" }, name)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((value, i) =>
      i ? el("td", {}, cell(value)) : el("th", { scope: "row" }, cell(value)))))));
}

// Buttons of which one is pressed; a list where there are many.
function choice(label, options, current, pick) {
  if (options.length > 6)
    return el("select", { "aria-label": label, onchange: (event) => pick(options[event.target.selectedIndex][0]) },
      options.map(([value, text]) => el("option", { selected: value === current }, text)));
  const group = el("div.choice", { role: "group", "aria-label": label });
  group.append(...options.map(([value, text]) => el("button", {
    type: "button", "aria-pressed": String(value === current),
    onclick: (event) => {
      for (const button of group.children) button.setAttribute("aria-pressed", String(button === event.currentTarget));
      pick(value);
    }
  }, text)));
  return group;
}

// Scrolls a row of things sideways, and only that, until one of them is in its middle.
function center(row, one) {
  row.scrollLeft = one.offsetLeft - row.offsetLeft - (row.clientWidth - one.clientWidth) / 2;
}

// What the page checks about itself: as many marks drawn as the data has. Read by the tests, harmless otherwise.
const checks = [];
function check(what, drawn, wanted) {
  checks.push({ what, drawn, wanted });
}

const empty = (...words) => el("p.empty", {}, ...words);
const code = (text) => el("code", {}, text);
const colour = (i) => `var(--c${i % 8})`;
