// The film strip of decoded faces.

const sheetColumns = ["face", "its mirror image", "own face, own pose", "own face, mirror’s pose", "mirror’s face, own pose", "mirror’s own"];

// A sheet of small faces has been halved for the page: tiles of model.size pixels with a margin of one, else of two.
function columnsOf(sheet) {
  const size = Number(setting("model.size")) || 64, margin = size < 128 ? 1 : 2;
  return Math.max(1, Math.round((sheet.width - margin) / (size + margin)));
}

function samples() {
  const list = data.samples;
  if (!list) return [empty("No pictures: ", code("vkpcl pretrain"), " writes them into ", code("samples/"), " every ", code("sample.every"), " iterations while ", code("loss.decoder"), " is on.")];
  const view = remembered("samples"), columns = columnsOf(list[0]);
  const picture = el("img.sheet", { alt: "" }), output = el("output", { "aria-live": "polite" });
  const slider = el("input", {
    id: "sample", type: "range", min: 0, max: list.length - 1, step: 1, "aria-label": "Iteration of the picture",
    oninput: () => show(Number(slider.value))
  });
  const strip = el("div.strip", { role: "group", "aria-label": "Pictures over time" }, list.map((sheet, i) => el("button", {
    type: "button", onclick: () => show(i), title: `iteration ${sheet.iteration}`
  }, el("img", { src: sheet.url, alt: `after iteration ${sheet.iteration}`, width: sheet.width, height: sheet.height }), grouped(sheet.iteration))));
  const play = el("button", { type: "button", onclick: () => (timer ? stop() : run()) }, "Play");
  let timer = null;
  function show(i, keep) {
    if (!keep) stop();
    slider.value = i;
    view.at = i === list.length - 1 ? undefined : list[i].iteration; // the newest stays the newest
    remember();
    picture.src = list[i].url;
    picture.alt = `Faces and what is decoded from their features after iteration ${list[i].iteration}: columns ${sheetColumns.slice(0, columns).join("; ")}.`;
    output.textContent = "iteration " + grouped(list[i].iteration);
    slider.setAttribute("aria-valuetext", output.textContent);
    [...strip.children].forEach((button, k) => button.setAttribute("aria-pressed", String(k === i)));
    center(strip, strip.children[i]);
  }
  function run() {
    let i = Number(slider.value) === list.length - 1 ? -1 : Number(slider.value);
    const step = () => {
      show(++i, true);
      if (i === list.length - 1) stop();
    };
    play.textContent = "Stop";
    timer = setInterval(step, 500);
    step();
  }
  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  }
  const at = list.findIndex((sheet) => sheet.iteration === view.at);
  show(at < 0 ? list.length - 1 : at);
  const near = (iteration, name) => {
    const i = log && log[name] ? nearest(log.iteration, iteration) : -1;
    return i < 0 ? null : log[name][i];
  };
  const all = data.samples_in_all > list.length ? `${list.length} of ${data.samples_in_all} pictures, evenly spaced. ` : "";
  const figure = el("figure.viewer", { id: "figure-samples" },
    el("figcaption", {}, el("div", {}, "Decoded faces", el("small", {}, all + "Pose is swapped where face and pose come from different pictures."))),
    el("div.player", {}, play, slider, output),
    el("div.heads", { style: `grid-template-columns:repeat(${columns},1fr)`, "aria-hidden": "true" }, sheetColumns.slice(0, columns).map((name) => el("span", {}, name))),
    picture, strip,
    numbers("samples", ["iteration", "L1", "orthogonality"], () => list.map((sheet) => [sheet.iteration, near(sheet.iteration, "l1"), near(sheet.iteration, "orth")]),
      "The numbers: error at each picture"));
  check("samples", strip.querySelectorAll("img").length, list.length);
  return [el("p.muted", {}, "If face and pose are told apart, a decode with the mirror image’s pose looks the other way and keeps the person."), figure];
}
