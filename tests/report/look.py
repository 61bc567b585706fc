#!/usr/bin/env python3
"""Takes pictures of a report as a phone and a desktop show it, light and dark. usage: look.py REPORT.html FOLDER"""
import os
import sys

import browser


def main():
    report, folder = sys.argv[1:3]
    os.makedirs(folder, exist_ok=True)
    with browser.Browser(browser.find() or sys.exit("look.py: there is no chromium")) as page:
        for name, width, height, dark, touch in (("desktop-light", 1280, 900, False, False), ("desktop-dark", 1280, 900, True, False),
                                                 ("phone-light", 360, 780, False, True), ("phone-dark", 360, 780, True, True)):
            page.device(width, height, dark, touch)
            page.open(report)
            page.settle(0.5)
            page.screenshot(os.path.join(folder, name + ".png"))
            print(name, page.run("document.documentElement.scrollWidth"), page.run("document.documentElement.scrollHeight"))
            for section in page.run("[...document.querySelectorAll('section')].map((s) => s.id)"):
                page.screenshot(os.path.join(folder, f"{name}-{section}.png"), "#" + section)
        for complaint in page.complaints:
            print("complaint:", complaint)


main()
