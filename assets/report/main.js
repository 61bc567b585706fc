// The page: its sections in order, the way between them, and following a run under way.

const sections = [
  ["summary", "Summary", summary], ["curves", "Curves", curves], ["weights", "Loss weights", weights], ["samples", "Pictures", samples],
  ["embedding", "Embedding", maps], ["evaluation", "Evaluation", evaluations], ["kernels", "Device", kernels], ["settings", "Settings", settings]
];

function follow() {
  let busy = 0, following = true;
  for (const name of ["pointerdown", "pointermove", "keydown", "wheel", "touchmove", "input"])
    addEventListener(name, () => { busy = performance.now(); }, { passive: true });
  const button = el("button", {
    type: "button", id: "follow", "aria-pressed": "true", onclick: () => {
      following = !following;
      button.setAttribute("aria-pressed", String(following));
      button.textContent = following ? "Pause" : "Follow";
    }
  }, "Pause");
  // Never while a hand is on the page.
  setInterval(() => {
    if (following && !document.hidden && performance.now() > data.live * 1000 && performance.now() - busy > 2500) location.reload();
  }, 500);
  return [el("span.live", {}, "in training; the page follows"), button];
}

document.getElementById("head").append(
  el("div.eyebrow", {}, el("span", {}, "vkpcl report"), data.live ? follow() : null), el("h1", {}, data.name));
document.getElementById("contents").append(el("div", {}, sections.map(([id, title]) => el("a", { href: "#" + id }, title))));
for (const [id, title, build] of sections)
  document.getElementById("main").append(el("section", { id, "aria-labelledby": id + "-title" }, el("h2", { id: id + "-title" }, title), build()));
document.getElementById("foot").append(el("p", {}, `Written by ${data.program} on ${dateOf(data.written)}. This file is complete: it loads nothing from anywhere.`));

// Draw now that widths are known, and again when they change.
const drawAll = () => { for (const chart of charts) chart.draw(); };
const strip = document.querySelector(".strip");
if (strip) center(strip, strip.querySelector("[aria-pressed=true]"));
drawAll();
let drawnWidth = innerWidth, waiting = null;
addEventListener("resize", () => {
  if (innerWidth === drawnWidth) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => { drawnWidth = innerWidth; drawAll(); }, 100);
});

const links = [...document.querySelectorAll("nav a")];
const mark = (id) => {
  for (const link of links) {
    if (link.hash !== "#" + id) link.removeAttribute("aria-current");
    else if (!link.hasAttribute("aria-current")) {
      link.setAttribute("aria-current", "true");
      center(link.parentElement, link);
    }
  }
};
const watcher = new IntersectionObserver((entries) => { for (const entry of entries) if (entry.isIntersecting) mark(entry.target.id); }, { rootMargin: "-20% 0px -75% 0px" });
for (const [id] of sections) watcher.observe(document.getElementById(id));

for (const chart of charts) chart.verify?.();
document.body.append(el("output", { id: "selfcheck", hidden: true }, JSON.stringify(checks)));
