"""Take a picture of every page in a real Chromium: `python tests/make_pictures.py` writes those that the documentation keeps.

`--look FOLDER` writes every page in both languages, both themes, on a desk's and on a telephone's screen, for somebody to look at.
`--check` names the pictures whose page has another look by now.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from builders_chromium import PROGRAMS, is_inside, served
from builders_picture_province import Hands, settle
from builders_pictures import FOLDER, KEPT, MANIFEST, PAGES, Pictured, file_of, made_from, pictures, read_manifest, stale
from PIL import Image

from service.app import create_app
from service.cli.demo import demo_people
from service.cli.options import last_month_end, today
from service.cli.province import prepare_province
from service.config import settings_from
from service.serving import prepare

logging.getLogger("werkzeug").setLevel(logging.ERROR)
FIRMS = 12_000
TALLEST = 1400
SCREENS = {"desk": (1280, 800), "narrow": (390, 844)}
MOST_PIXELS = 8_000
COLOURS = 64


@contextmanager
def province(firms: int) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Serve a province that people have worked in: its address, passwords by login, and the things that paths name."""
    settings = settings_from()
    settings = replace(settings, home=settings.home / "pictures", database_url="", seal_milliseconds=100, log_level="ERROR")
    prepared = prepare_province(settings, firms=firms, seed=1, until=last_month_end(today()), fresh=False)
    prepare(settings)
    passwords = demo_people(settings)
    clock = Hands()
    app = create_app(settings, clock=clock)
    named = settle(app, clock, passwords, prepared.applicant.firm_id)
    app.extensions["jifen"].sealer.seal_now()  # a record looks otherwise while it waits for its checkpoint
    with served(app) as address:
        yield address, passwords, named
    app.extensions["jifen"].store.close()


class Camera:
    """A browser at the province; one window for each person, language, theme and screen."""

    def __init__(self, browser: Any, address: str, passwords: Mapping[str, str], named: Mapping[str, str]) -> None:
        self.browser, self.address, self.passwords, self.named = browser, address, passwords, named
        self.windows: dict[tuple[str, ...], Any] = {}

    def window(self, who: str, lang: str, theme: str, screen: str) -> Any:
        key = (who, lang, theme, screen)
        if key not in self.windows:
            width, height = SCREENS[screen]
            locale = "zh-CN" if lang == "zh" else "en-GB"
            context = self.browser.new_context(
                base_url=self.address, locale=locale, color_scheme=theme, viewport={"width": width, "height": height}
            )
            page = context.new_page()
            page.goto(f"/sign-in?lang={lang}")
            if who:
                page.fill("#login", f"demo-{who}")
                page.fill("#password", self.passwords[f"demo-{who}"])
                page.click("main button.primary")
                page.wait_for_url(is_inside)
            self.windows[key] = page
        return self.windows[key]

    def take(self, page: Pictured, lang: str, theme: str = "light", screen: str = "desk", media: str = "screen") -> bytes:
        """Open a page, press its button if it has one, and give the picture as PNG."""
        window = self.window(page.who, lang, theme, screen)
        window.emulate_media(media="screen")
        path = page.path.format(**self.named)
        window.goto(path if page.template == "docs.html" else f"{path}{'&' if '?' in path else '?'}lang={lang}")
        if page.press:
            with window.expect_navigation():
                window.locator(page.press).first.click()
            window.wait_for_load_state()
        window.emulate_media(media=media)
        if screen == "narrow":
            wide = window.evaluate("document.documentElement.scrollWidth")
            if wide > SCREENS["narrow"][0]:
                print(f"{page.name} {lang}: {wide} px wide on a narrow screen")
        height = min(MOST_PIXELS, window.evaluate("document.documentElement.scrollHeight"))
        return bytes(window.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": SCREENS[screen][0], "height": height}))


def small(png: bytes, tallest: int = TALLEST) -> bytes:
    """Cut a picture off at a height and reduce it to a palette: text stays sharp, the file becomes small."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, tallest)))
    sink = io.BytesIO()
    picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(sink, "PNG", optimize=True)
    return sink.getvalue()


def keep(camera: Camera) -> None:
    """Write the pictures of the documentation, and what each was made from."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = {}
    for file, page, lang, theme in pictures():
        (FOLDER / file).write_bytes(small(camera.take(page, lang, theme)))
        made[file] = made_from(page)
        print(f"{file}  {(FOLDER / file).stat().st_size // 1000} kB")
    MANIFEST.write_text(json.dumps(made, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def look(camera: Camera, folder: Path, only: str) -> None:
    """Write every page every way."""
    for page in (page for page in PAGES if only in {"", page.name} or page.name in only.split(",")):
        for lang, theme, screen in (("zh", "light", "desk"), ("en", "light", "desk"), ("zh", "dark", "desk"), ("en", "light", "narrow")):
            name = file_of(page, lang, theme).replace(".png", f".{screen}.png")
            (folder / name).write_bytes(camera.take(page, lang, theme, screen))
        (folder / f"{page.name}.print.png").write_bytes(camera.take(page, "zh", "light", "desk", "print"))


def main() -> int:
    """Do what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--look", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--firms", type=int, default=FIRMS)
    given = parser.parse_args()
    if given.check:
        old = stale(read_manifest())
        print("\n".join(old) or f"all {len(list(pictures()))} pictures of {len(KEPT)} pages show the pages as they are")
        return 1 if old else 0
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 not for --check

    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        print("there is no Chromium on this machine (Debian: apt-get install chromium fonts-noto-cjk)", file=sys.stderr)
        return 2
    with province(given.firms) as (address, passwords, named), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        camera = Camera(browser, address, passwords, named)
        if given.look:
            given.look.mkdir(parents=True, exist_ok=True)
            look(camera, given.look, given.only)
        else:
            keep(camera)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
