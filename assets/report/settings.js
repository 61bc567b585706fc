// Every setting with its meaning.

function settings() {
  if (!data.settings) return [empty("No settings: ", code("config.yaml"), " is missing or cannot be read; ", code("vkpcl pretrain"), " writes it when it starts.")];
  const view = remembered("settings"), body = el("tbody", {});
  const search = el("input", { type: "search", id: "settings-search", placeholder: "Find a setting", "aria-label": "Find a setting", oninput: () => fill() });
  const only = el("input", { type: "checkbox", id: "settings-changed", onchange: () => { view.only = only.checked; remember(); fill(); } });
  only.checked = view.only ?? false;
  function fill() {
    const word = search.value.trim().toLowerCase();
    const seen = data.settings.filter((one) => (!only.checked || one.value !== one.fallback) && (one.key + " " + one.help).toLowerCase().includes(word));
    body.replaceChildren(...seen.map((one) => el(one.value === one.fallback ? "tr" : "tr.changed", {},
      el("th", { scope: "row" }, one.key, el("small.muted", { style: "display:block;font-weight:400" }, one.help)), el("td", {}, one.value), el("td", {}, one.fallback))));
    if (!seen.length) body.append(el("tr", {}, el("td.left", { colspan: 3 }, "Nothing fits.")));
  }
  fill();
  if (!only.checked) check("settings", body.children.length, data.settings.length);
  return [el("div.bar", {}, search, el("label", {}, only, "only what differs from the default")),
    el("div.card", {}, el("div.scroll.free", {}, el("table.settings", {}, el("caption.hidden", {}, "Settings of the run"),
      el("thead", {}, el("tr", {}, el("th.left", { scope: "col" }, "setting"), el("th", { scope: "col" }, "value"), el("th", { scope: "col" }, "default"))), body)))];
}
