#!/usr/bin/env python3
"""The report in a real browser: complete, silent, right on a phone and a desktop, zoomable, and patient with bad input.

usage: report_test.py PATH-OF-vkpcl       ends with 77 where chromium, numpy or a Vulkan device is missing
The page counts what it has drawn (assets/report: check()); here those counts meet the data once more.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import browser

try:
    import numpy as np
except ImportError:
    np = None

HERE = os.path.dirname(os.path.abspath(__file__))
SECTIONS = ["summary", "curves", "weights", "samples", "embedding", "evaluation", "kernels", "settings"]
VIEWS = [("desktop", 1280, 900, False, False), ("desktop, dark", 1280, 900, True, False),
         ("phone", 360, 780, False, True), ("phone, dark", 360, 780, True, True)]
failures, tried = [], 0


def expect(good, *words):
    global tried
    tried += 1
    if not good:
        failures.append(" ".join(str(word) for word in words))
        print("FAILED:", *words)


def call(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def columns_of(path):
    with open(path) as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    return {name: [float(line[i]) for line in lines[1:]] for i, name in enumerate(lines[0])}


# ---- a run -------------------------------------------------------------------------------------------------------

def train(program, folder):
    """A short real run that is watched: returns its folder and the page as it was while training."""
    faces, run, during = (os.path.join(folder, name) for name in ("faces", "run", "during.html"))
    code, words = call(program, "synth", faces, "--identities", "6", "--images", "24", "--size", "64")
    expect(code == 0, "synth:", words)
    settings = ("--preset tiny --width 0.0625 --batch 4 --set data.pose_batch=2 --set data.pose_negatives=2 --iterations 12 "
                "--set log.every=1 --set sample.every=3 --set checkpoint.every=6").split()
    process = subprocess.Popen([program, "pretrain", faces, *settings, "--live", "--profile", "--out", run],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    page = os.path.join(run, "report.html")
    while process.poll() is None and not os.path.exists(during):
        if os.path.exists(page):
            shutil.copy(page, during)
        time.sleep(0.02)
    words = process.communicate()[0]
    expect(process.returncode == 0, "pretrain:", words)
    expect("report: " + page in words, "pretrain --live does not name the report")
    expect(os.path.exists(during) and '"live":10' in open(during).read(), "no live page while training")
    expect('"live"' not in open(page).read(), "the finished page still follows")
    expect(not os.path.exists(page + ".tmp"), "a half page is left")
    check_facts(run, [(1, 12)])
    code, words = call(program, "pretrain", faces, *settings, "--iterations", "14", "--resume", "--out", run)
    expect(code == 0, "resume:", words)
    check_facts(run, [(1, 12), (13, 14)])
    expect(call(program, "report", run)[0] == 0, "report of a resumed run")
    return run, during


def embed_labelled(program, run, folder):
    """--data: features of labelled images by the run's weights, and the labels beside them."""
    faces, labels, out = os.path.join(folder, "faces"), os.path.join(folder, "labels.csv"), os.path.join(folder, "labelled.html")
    paths = sorted(os.path.relpath(os.path.join(where, name), folder) for where, _, names in os.walk(faces) for name in names
                   if name.endswith(".png"))
    with open(labels, "w") as file:
        file.write("path,identity,expression,yaw,pitch,roll\n")
        for i, path in enumerate(paths):
            file.write(f"{path},person {i % 4},{('calm', 'glad', '')[i % 3]},{i - 10},{'' if i == 2 else i / 2},0\n")
    code, words = call(program, "report", run, "--data", labels, "--out", out)
    expect(code == 0, "report --data:", words)
    with np.load(os.path.join(run, "embedding.npz")) as npz:
        expect(sorted(npz.files) == ["angles", "expression", "face", "identity", "pose", "trunk"], npz.files)
        expect(all(npz[name].shape[0] == len(paths) == 24 and np.isfinite(npz[name]).all() and npz[name].std() > 0
                   for name in ("trunk", "face", "pose")), "the features are not features")
        expect(npz["identity"].tolist() == [i % 4 for i in range(24)], "identities:", npz["identity"])
        expect(npz["expression"].tolist() == [(0, 1, -1)[i % 3] for i in range(24)], "expressions:", npz["expression"])
        expect(npz["angles"][:, 1].tolist() == [i - 10 for i in range(24)] and np.isnan(npz["angles"][2, 0]), "angles:", npz["angles"])
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', open(out).read(), re.S).group(1))
    expect([one["feature"] for one in data["embedding"]["maps"]] == ["trunk", "face", "pose"] and data["embedding"]["count"] == 24, "the maps")
    code, words = call(program, "report", run, "--data", labels, "--embedding", "x.npz")
    expect(code == 2 and "give one of them" in words, "two embeddings:", words)
    code, words = call(program, "report", run, "--data", os.path.join(folder, "no.csv"))
    expect(code == 1 and "no.csv" in words, "no labels:", words)
    os.remove(os.path.join(run, "embedding.npz"))
    expect(call(program, "report", run)[0] == 0, "report without an embedding")


def check_facts(run, spans):
    """run.json tells the sessions, profile.tsv the kernels."""
    facts = json.load(open(os.path.join(run, "run.json")))
    sessions = facts["sessions"]
    expect([(s["first_iteration"], s["last_iteration"]) for s in sessions] == spans, "sessions:", sessions)
    for session in sessions:
        expect(session["outcome"] == "finished" and session["device"] and session["driver"] and session["images"] == 24, session)
        expect(session["started"] <= session["ended"] and session["started"].endswith("Z"), "times:", session)
    expect(facts["iterations"] == spans[-1][1] and facts["parameters"] > 1000, facts)
    with open(os.path.join(run, "profile.tsv")) as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    expect(rows[0] == ["kernel", "calls", "ms", "flops", "bytes"] and rows[-1][0] == "idle", "profile.tsv:", rows[0], rows[-1])
    times = [float(row[2]) for row in rows[1:-1]]
    expect(len(times) > 50 and times == sorted(times, reverse=True) and times[-1] >= 0, len(times), "kernels")
    expect(any(row[0].startswith("conv2d fwd") and float(row[3]) > 0 for row in rows), "no convolution has operations")


# ---- what every page must be -----------------------------------------------------------------------------------

def check_page(page, path, what, sections=SECTIONS):
    backgrounds = set()
    for view, width, height, dark, touch in VIEWS:
        page.device(width, height, dark, touch)
        page.open(path)
        name = f"{what} ({view}):"
        for section in sections:
            text = page.run(f"document.querySelector('main > section#{section}')?.innerText.length || 0")
            expect(text > 30, name, "section", section, "is missing or empty")
        counts = json.loads(page.run("document.getElementById('selfcheck')?.textContent || '[]'"))
        expect(len(counts) >= 2, name, "the page did not count what it drew")
        for count in counts:
            expect(count["drawn"] == count["wanted"], name, count)
        expect(page.run("document.documentElement.scrollWidth") <= width, name, "is wider than the screen")
        expect(page.run("[...document.images].every((i) => i.complete && i.naturalWidth == i.width || i.naturalWidth == i.getAttribute('width') || i.classList.contains('sheet') && i.naturalWidth > 0)"),
               name, "a picture is broken")
        for rule, script in {
                "two elements share an id": "(() => { const ids = [...document.querySelectorAll('[id]')].map((e) => e.id); return ids.length - new Set(ids).size; })()",
                "a picture has no description": "[...document.images].filter((i) => !i.alt).length",
                "a drawing has no label": "document.querySelectorAll('svg:not([aria-label])').length",
                "a button has no name": "[...document.querySelectorAll('button')].filter((b) => !b.textContent.trim()).length",
                "a chart cannot be reached by keyboard": "document.querySelectorAll('.plot:not([tabindex=\"0\"])').length",
                "a chart has no table of its numbers": "[...document.querySelectorAll('figure')].filter((f) => f.querySelector('.plot') && !f.querySelector('details')).length",
                "a field has no label": "[...document.querySelectorAll('input')].filter((i) => !i.labels.length && !i.ariaLabel).length",
                "something is loaded from elsewhere": "[...document.querySelectorAll('[src],link[href]')].filter((e) => !(e.src || e.href).startsWith('data:')).length"}.items():
            expect(page.run(script) == 0, name, rule)
        backgrounds.add((dark, page.run("getComputedStyle(document.body).backgroundColor")))
    expect(len({colour for _, colour in backgrounds}) == 2 and len(backgrounds) == 2, what, "light and dark look the same", backgrounds)


# ---- hands on the curves --------------------------------------------------------------------------------------

def plot_box(page, figure):
    page.run(f"document.querySelector('#{figure} .plot').scrollIntoView({{block: 'center', behavior: 'instant'}})")
    return page.run(f"(() => {{ const b = document.querySelector('#{figure} .plot').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; }})()")


def points_drawn(page, figure):
    return page.run(f"(document.querySelector('#{figure} .curve').getAttribute('d').match(/[ML]/g) || []).length")


def legend(page, figure):
    return page.run(f"[...document.querySelectorAll('#{figure} .legend b')].map((b) => b.textContent)")


def check_hands(page, path, log):
    lines = len(log["iteration"])
    zoomed = "JSON.stringify(JSON.parse(sessionStorage.getItem('vkpcl report ' + data.name)).zoom?.iterations ?? null)"
    page.device(1280, 900)
    page.open(path)
    page.run("sessionStorage.clear(); history.replaceState(null, '')")
    page.open(path)
    left, top, width, height = plot_box(page, "chart-contrast")
    expect(points_drawn(page, "chart-contrast") == lines, "not every line of the log is a point of the curve")
    expect(float(legend(page, "chart-contrast")[0]) == float(f"{log['face'][-1]:.4g}"), "the legend shows", legend(page, "chart-contrast"))

    page.mouse("Moved", left + width / 2, top + height / 2) # the crosshair tells the number under it
    place = page.run("document.querySelector('#chart-contrast .at').textContent")
    found = re.match(r"iteration (\d+)", place)
    expect(found, "the crosshair does not say where it is:", place)
    if found:
        row = log["iteration"].index(float(found.group(1)))
        expect(lines * 0.3 < row < lines * 0.7, "the crosshair is at row", row)
        expect([float(text) for text in legend(page, "chart-contrast")] == [float(f"{log[c][row]:.4g}") for c in ("face", "pose")],
               "the crosshair's numbers are not the log's")

    page.drag((left + width * 0.4, top + 60), (left + width * 0.6, top + 90)) # zoom: all curves together
    shown = points_drawn(page, "chart-contrast")
    expect(lines * 0.1 < shown < lines * 0.35, "a drag over a fifth leaves", shown, "of", lines, "points")
    expect(points_drawn(page, "chart-l1") == shown, "the curves do not zoom together")
    state = page.run(zoomed)
    page.open(path)
    expect(page.run(zoomed) == state and points_drawn(page, "chart-contrast") == shown, "a reload forgets the zoom")
    left, top, width, height = plot_box(page, "chart-contrast")
    page.double_click(left + width / 2, top + height / 2)
    expect(page.run(zoomed) == "null" and points_drawn(page, "chart-contrast") == lines, "a double click does not reset")

    page.run("document.querySelector('#chart-contrast .plot').focus()")
    page.key("+")
    expect(points_drawn(page, "chart-contrast") < lines * 0.7, "the key + does not zoom")
    page.key("ArrowLeft")
    expect("iteration" in page.run("document.querySelector('#chart-contrast [aria-live]').textContent"), "the arrow key says nothing")
    page.key("0")
    expect(page.run(zoomed) == "null", "the key 0 does not reset")

    page.run("document.querySelector('#chart-contrast details').open = true")
    page.settle(0.3)
    expect(page.run("document.querySelectorAll('#chart-contrast tbody tr').length") == lines, "the table lacks lines")
    page.run("document.querySelector('#chart-contrast .legend button').click()")
    expect(page.run("document.querySelectorAll('#chart-contrast .curve').length") == 1, "a curve cannot be hidden")
    page.run("document.querySelector('#chart-contrast .legend button').click()")

    page.device(360, 780, touch=True)
    page.open(path)
    left, top, width, height = plot_box(page, "chart-contrast")
    page.touch(*[(left + width * share, top + height / 2) for share in (0.35, 0.45, 0.55, 0.65)])
    expect(points_drawn(page, "chart-contrast") < lines * 0.6, "a finger does not zoom")
    for _ in range(2):
        page.touch((left + width / 2, top + height / 2))
    expect(page.run(zoomed) == "null", "a double tap does not reset")


def check_results(page):
    """What `vkpcl eval disentangle` writes, a row for every factor, becomes a matrix."""
    rows = page.run("[...document.querySelectorAll('[id^=matrix-disentangle]')].map((f) => [...f.querySelectorAll('tr')].map((r) => [...r.children].map((c) => c.innerText)))")
    expect([["feature", "identity accuracy", "yaw R2", "pitch R2", "roll R2"], ["trunk", "0.1", "0.9", "0.8", "0.85"],
            ["face", "0.7", "0.3", "0.2", "0.25"], ["pose", "0.2", "0.8", "0.7", "0.75"]] in rows, "the matrix of factors:", rows)
    words = page.run("document.getElementById('evaluation').innerText")
    for word in ("mean |cosine|", "500 images", "0.68 to 0.74", "± 0.012", "Error by yaw", "ROC", "AU12"):
        expect(word in words, word, "is not in the evaluations")
    expect(page.run("document.querySelectorAll('#chart-monitor .curve').length") == 1, "the monitor has no curve")
    curve = "[...document.querySelectorAll('[id^=chart-roc-au] .curve')].map((c) => c.getAttribute('d'))"
    before = page.run(curve)
    expect(len(before) == 3, "two units and chance have", len(before), "curves")
    page.run("[...document.querySelectorAll('.choice button')].find((b) => b.textContent == 'pixels' && b.closest('article')?.id.includes('au')).click()")
    after = page.run(curve)
    expect(len(after) == 3 and all(after) and after[:2] != before[:2] and after[2] == before[2], "other features have the same ROC")
    legends = page.run("[...document.querySelectorAll('[id^=chart-roc-verify] .legend button')].map((b) => b.textContent)")
    expect(legends == ["face", "trunk", "random weights", "pixels", "chance"], "ROC of verification:", legends)


def check_maps(page, path, images):
    page.device(1280, 900)
    page.open(path)
    for kind in (0, 1):
        page.run(f"document.querySelectorAll('#embedding .choice')[0].children[{kind}].click()")
        for label in ("identity", "yaw", "expression"):
            page.run(f"[...document.querySelectorAll('#embedding .choice')[1].children].find((b) => b.textContent == '{label}').click()")
            for feature in ("trunk", "face", "pose"):
                expect(page.run(f"document.querySelectorAll('#map-{feature} .point').length") == images, feature, label, "lacks points")
            colours = page.run("new Set([...document.querySelectorAll('#map-face .point')].map((p) => getComputedStyle(p).fill)).size")
            expect(colours >= {"identity": 20, "yaw": 40, "expression": 7}[label], label, "has", colours, "colours")
    words = page.run("document.getElementById('map-pose').innerText + document.getElementById('map-face').innerText")
    expect("image" not in page.run("document.querySelector('#map-face .legend').innerText"), "no point is under the pointer yet")
    spot = page.run("(() => { const p = document.querySelector('#map-face .point'); p.scrollIntoView({block: 'center', behavior: 'instant'}); const b = p.getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; })()")
    page.mouse("Moved", *spot)
    expect("image" in page.run("document.querySelector('#map-face .legend').innerText"), "a point does not say what it is")
    left, top, width, height = plot_box(page, "map-face")
    page.drag((left + 20, top + 20), (left + width / 2, top + height / 2))
    expect(page.run("!document.querySelector('#map-face .tools button').hidden"), "the map does not zoom")
    page.double_click(left + width / 2, top + height / 2)
    expect(page.run("document.querySelector('#map-face .tools button').hidden"), "the map does not reset")
    return words


def check_live(page, path):
    """An open page loads itself anew, and what was set stays."""
    page.device(1280, 900)
    page.open(path)
    page.run("(state.zoom ??= {}).iterations = [2, 3]; remember(); scrollTo({top: 600, behavior: 'instant'})")
    born = page.run("performance.timeOrigin")
    page.events.clear()
    page.wait("Page.loadEventFired")
    expect(page.run("performance.timeOrigin") > born, "the page does not follow")
    expect(page.run("JSON.stringify(state.zoom.iterations)") == "[2,3]", "following forgets the zoom")
    page.run("document.getElementById('follow').click()")
    page.events.clear()
    page.settle(12)
    expect("Page.loadEventFired" not in page.events, "a paused page follows all the same")


# ---- bad input -------------------------------------------------------------------------------------------------

def check_bad_input(program, page, folder, good):
    def refused(code, words, *arguments):
        got, said = call(program, "report", *arguments)
        expect(got == code and words in said and len(said.strip().splitlines()) == 1, arguments, "exit", got, "says:", said)

    at = lambda *parts: os.path.join(folder, *parts)
    os.makedirs(at("empty"))
    refused(1, "there is no folder", at("nowhere"))
    refused(2, "neither log.tsv nor config.yaml", at("empty"))
    refused(2, "--points wants", good, "--points", "5000")
    refused(1, "cannot open", good, "--eval", at("none.json"), "--out", at("x.html"))
    open(at("wrong.json"), "w").write('{"task": 3}')
    refused(1, "is no evaluation", good, "--eval", at("wrong.json"), "--out", at("x.html"))
    refused(1, "none.npz", good, "--embedding", at("none.npz"), "--out", at("x.html"))
    np.savez(at("labels.npz"), identity=np.arange(5))
    refused(1, "holds no features", good, "--embedding", at("labels.npz"), "--out", at("x.html"))
    refused(1, "cannot write", good, "--out", at("no", "such", "folder.html"))
    expect(not os.path.exists(at("x.html")), "a refused report left a page")

    # Damaged files in the folder: named on the page, the rest is drawn.
    hurt = at("hurt <img src=x onerror=alert(1)> & co")
    shutil.copytree(good, hurt)
    inside = lambda name: os.path.join(hurt, name)
    lines = open(inside("log.tsv")).read().splitlines()
    open(inside("log.tsv"), "w").write("\n".join(lines[:20] + ["7\t8"] + lines[20:]) + "\n12345\t0.1")
    pictures = sorted(name for name in os.listdir(inside("samples")) if name.endswith(".png"))
    open(inside("samples/" + pictures[0]), "wb").write(b"\x89PNG no more")
    open(inside("eval/expression.json"), "w").write('{"task": "expression", ')
    open(inside("eval/new.json"), "w").write(json.dumps({"task": "</script><script>alert(1)</script>", "metrics": {"<b>": 1, "bad": None, "worse": "x"},
                                                         "unknown": [1], "roc": [], "confusion": None}))
    open(inside("run.json"), "w").write("[]")
    open(inside("profile.tsv"), "a").write("conv2d\t3\n")
    open(inside("embedding.npz"), "wb").write(b"PK not quite")
    code, words = call(program, "report", hurt, "--out", at("hurt.html"))
    expect(code == 0, "a run with damaged files:", words)
    page.open(at("hurt.html"))
    notes = page.run("[...document.querySelectorAll('.note')].map((n) => n.textContent).join('|')")
    for word in ("2 lines were cut", pictures[0], "expression.json", "run.json", "profile.tsv", "embedding.npz"):
        expect(word in notes, "no note about", word, "in", notes)
    expect(page.run("data.log.lines") == len(lines) - 1, "damaged lines are counted in")
    expect(page.run("document.querySelectorAll('.strip img').length") == len(pictures) - 1, "the broken picture is shown")
    expect(page.run("document.querySelector('h1').textContent") == os.path.basename(hurt), "the name is not the folder's")
    check_page(page, at("hurt.html"), "a damaged run")

    # A session that was killed has no end: the time comes from the log.
    facts = json.load(open(os.path.join(good, "run.json")))
    del facts["sessions"][0]["ended"]
    json.dump(facts, open(inside("run.json"), "w"))
    expect(call(program, "report", hurt, "--out", at("killed.html"))[0] == 0, "a run that was killed")
    page.open(at("killed.html"))
    log = columns_of(os.path.join(good, "log.tsv"))
    steps = np.diff([0] + log["iteration"])
    minutes = int((steps * log["seconds"]).sum() // 60)
    expect(f"about {minutes} min" in page.run("document.getElementById('summary').innerText"), "trained for not about", minutes, "min")

    # Nothing but settings: every other section names the command that fills it.
    os.makedirs(at("bare"))
    shutil.copy(os.path.join(good, "config.yaml"), at("bare"))
    expect(call(program, "report", at("bare"))[0] == 0, "a run that has not begun")
    page.open(at("bare", "report.html"))
    for section in ("curves", "weights", "samples", "embedding", "evaluation", "kernels"):
        text = page.run(f"document.querySelector('#{section} .empty')?.innerText || ''")
        expect("vkpcl" in text, section, "does not say what makes it:", text)
    with open(at("bare", "log.tsv"), "w") as file:
        file.write("iteration\tl1")  # killed in its first line
    expect(call(program, "report", at("bare"))[0] == 0, "a log of half a line")


def check_thinning(program, page, folder):
    """A long log: points are means of lines, and none is lost."""
    run = os.path.join(folder, "long")
    os.makedirs(run)
    lines = 4321
    with open(os.path.join(run, "log.tsv"), "w") as file:
        file.write("iteration\tl1\tknn_accuracy\n")
        for i in range(lines):
            file.write(f"{i + 1}\t{i % 3 + (float('nan') if i == 100 else 0)}\t{i / lines:.6f}\n")
    expect(call(program, "report", run)[0] == 0, "a long log")
    page.open(os.path.join(run, "report.html"))
    expect(page.run("data.log.lines_per_point") == 3 and page.run("log.iteration.length") == -(-lines // 3), "thinned otherwise")
    expect(page.run("log.iteration.at(-1)") == lines, "the last line is lost")
    expect(page.run("log.l1.slice(0, 30).every((v) => v === 1)"), "a point is not the mean of its lines")
    expect(page.run("!!document.getElementById('chart-other-knn_accuracy')"), "a column nobody knows has no chart")


def main():
    program, chromium = os.path.abspath(sys.argv[1]), browser.find()
    if not chromium or np is None:
        print("skipped: this test needs", "python3-numpy" if chromium else "chromium")
        return 77
    if call(program, "devices")[0] != 0:
        print("skipped: there is no Vulkan device")
        return 77
    folder = tempfile.mkdtemp(prefix="vkpcl-report-")
    try:
        real, during = train(program, folder)
        embed_labelled(program, real, folder)
        full = os.path.join(folder, "full")
        shutil.copytree(real, full)
        images, lines = 210, 97
        subprocess.run([sys.executable, "-B", os.path.join(HERE, "make_run.py"), full, "--lines", str(lines), "--images", str(images)], check=True)
        code, words = call(program, "report", full)
        expect(code == 0 and words.strip() == os.path.join(full, "report.html"), "report:", words)
        first = open(os.path.join(full, "report.html")).read()
        call(program, "report", full)
        again = open(os.path.join(full, "report.html")).read()
        strip = lambda text: re.sub(r'"written":"[^"]*"', "", text)
        expect(strip(first) == strip(again), "two reports of one run differ")
        with browser.Browser(chromium) as page:
            check_page(page, os.path.join(real, "report.html"), "a real run")
            device = page.run("document.getElementById('summary').innerText")
            expect("Device" in device and "Driver" in device, "the device is not named")
            pictures = len(os.listdir(os.path.join(real, "samples")))
            expect(page.run("document.querySelectorAll('.strip img').length") == pictures == 5, "not every picture is shown")
            check_page(page, os.path.join(full, "report.html"), "a full run")
            check_results(page)
            log = columns_of(os.path.join(full, "log.tsv"))
            check_hands(page, os.path.join(full, "report.html"), log)
            check_maps(page, os.path.join(full, "report.html"), images)
            check_live(page, during)
            check_bad_input(program, page, folder, full)
            check_thinning(program, page, folder)
            for complaint in page.complaints:
                expect(False, "the browser complains:", complaint)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{tried - len(failures)} of {tried} as expected")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
