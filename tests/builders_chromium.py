"""A real browser at a real address: Debian's Chromium, driven by Playwright, at the app served on loopback."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from conftest import need
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60_000
"""Milliseconds until a page is given up: on a busy machine it comes late, and that is no fault of the page."""
expect.set_options(timeout=PATIENCE)


def is_inside(url: str) -> bool:
    """Does an address lie behind the sign-in? A press of the button answers before its page has come."""
    return "/sign-in" not in url


def to_have_address(page: Page, path: str) -> str:
    """Wait until a page's path is that of a pattern, whatever its query; give the pattern's first group, or all of the address."""
    pattern = re.compile(rf"[^?#]*{path}(?:[?&#].*)?")
    expect(page).to_have_url(re.compile(f"^{pattern.pattern}$"))
    found = pattern.fullmatch(page.url)
    assert found
    return str(found[1] if pattern.groups else found[0])


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the machine's Chromium; skip where there is none."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    need(program, "there is no Chromium on this machine (Debian: apt-get install chromium fonts-noto-cjk)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an app on a free port of loopback and give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))  # looks often whether it is to end
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Visit:
    """One person's window, with or without scripts; everything the browser complains of is kept."""

    def __init__(self, browser: Browser, address: str, *, lang: str = "zh-CN", scheme: Any = "light", scripts: bool = True) -> None:
        self.context = browser.new_context(
            base_url=address, locale=lang, color_scheme=scheme, java_script_enabled=scripts, viewport={"width": 1280, "height": 900}
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, login: str, password: str) -> Page:
        self.page.goto("/sign-in")
        self.page.fill("#login", login)
        self.page.fill("#password", password)
        self.page.click("main button.primary")
        self.page.wait_for_url(is_inside)
        return self.page
