"""A headless Chromium over its debugging pipe: opens a page, emulates a device, clicks, and hears every complaint.

Needs nothing but the standard library. The protocol: https://chromedevtools.github.io/devtools-protocol/
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


def find():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    return None


class Browser:
    def __init__(self, program, deadline=120):
        self.profile = tempfile.mkdtemp(prefix="vkpcl-browser-")
        self.deadline = deadline
        child_reads, self.to = os.pipe()
        self.back, child_writes = os.pipe()
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
                     "--user-data-dir=" + self.profile, "--remote-debugging-pipe", "about:blank"]
        self.process = subprocess.Popen(
            ["sh", "-c", 'exec "$@" 3<&%d 4>&%d' % (child_reads, child_writes), "sh", program] + arguments,
            pass_fds=(child_reads, child_writes), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(child_reads)
        os.close(child_writes)
        self.buffer, self.number, self.session, self.events, self.complaints = b"", 0, None, [], []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        os.close(self.to)
        os.close(self.back)
        shutil.rmtree(self.profile, ignore_errors=True)

    def _receive(self, seconds):
        until = time.monotonic() + seconds
        while b"\0" not in self.buffer:
            if not select.select([self.back], [], [], max(0, until - time.monotonic()))[0]:
                return None
            piece = os.read(self.back, 1 << 20)
            if not piece:
                raise RuntimeError("the browser has gone")
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        self._notice(message)
        return message

    def _notice(self, message):
        method, what = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = what["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning", "assert"):
            self.complaints.append("console: " + json.dumps(what["args"]))
        elif method == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
            self.complaints.append("log: " + what["entry"]["text"])
        elif method == "Network.requestWillBeSent" and not what["request"]["url"].startswith(("file:", "data:", "about:")):
            self.complaints.append("network: " + what["request"]["url"])
        if method:
            self.events.append(method)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + self.deadline
        while True:
            answer = self._receive(until - time.monotonic())
            if answer is None:
                raise RuntimeError("the browser does not answer " + method)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(method + ": " + answer["error"]["message"])
                return answer["result"]

    def wait(self, event):
        until = time.monotonic() + self.deadline
        while event not in self.events:
            if self._receive(until - time.monotonic()) is None:
                raise RuntimeError("no " + event)

    def settle(self, seconds):
        """Lets the page go on for a while."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._receive(max(0.01, until - time.monotonic()))

    def device(self, width, height, dark=False, touch=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        self.call("Emulation.setTouchEmulationEnabled", enabled=touch)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, path):
        self.events.clear()
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        self.wait("Page.loadEventFired")
        self.settle(0.2)  # a page opened again scrolls to where it was

    def run(self, script):
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", "script failed") + "\n" + script)
        return answer["result"].get("value")

    def screenshot(self, path, selector=None):
        clip = None
        if selector:
            box = self.run("(() => { const b = document.querySelector(%s).getBoundingClientRect();"
                           " return [b.left, b.top + scrollY, b.width, b.height]; })()" % json.dumps(selector))
            clip = dict(x=box[0], y=box[1], width=box[2], height=box[3], scale=1)
        else:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            clip = dict(x=0, y=0, width=size["width"], height=size["height"], scale=1)
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def mouse(self, kind, x, y, clicks=1):
        self.call("Input.dispatchMouseEvent", type="mouse" + kind, x=x, y=y, button="none" if kind == "Moved" else "left",
                  buttons=0 if kind == "Released" else 1, clickCount=clicks)

    def drag(self, a, b):
        self.mouse("Pressed", *a)
        for step in (0.3, 0.7, 1):
            self.mouse("Moved", a[0] + step * (b[0] - a[0]), a[1] + step * (b[1] - a[1]))
        self.mouse("Released", *b)

    def double_click(self, x, y):
        for clicks in (1, 2):
            self.mouse("Pressed", x, y, clicks)
            self.mouse("Released", x, y, clicks)

    def touch(self, *points):
        """A finger along the points."""
        for i, point in enumerate(points):
            self.call("Input.dispatchTouchEvent", type="touchMove" if i else "touchStart", touchPoints=[dict(x=point[0], y=point[1])])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def key(self, key):
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=key if len(key) == 1 else "")
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)
