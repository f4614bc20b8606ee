"""Takes the pictures in docs/screens from a console with demo data: `make screens`."""

import argparse
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from billing_core.console.navigation import MENU
from billing_core.services.demo.accounts import ACCOUNTS, PASSWORD
from tests.browser.chromium import LAUNCH_ARGS, find_chromium
from tests.browser.served import running
from tests.browser.signing_in import screen_is_drawn, sign_in

Scheme = Literal["light", "dark"]
FOLDER = Path(__file__).parents[2] / "docs" / "screens"
WIDE, PHONE = (1440, 900), (390, 844)
SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")


def take_screens(base_url: str, folder: Path) -> None:
    """Every screen as the first demo account sees it, light and dark, wide and on a phone."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH_ARGS)
        for scheme in SCHEMES:
            with _page(browser, base_url, WIDE, scheme) as page:
                page.goto("/login")
                page.screenshot(path=folder / f"sign-in-{scheme}.png")
                sign_in(page, ACCOUNTS[0].email, PASSWORD)
                for name, address in _screens():
                    _take(page, address, folder / f"{name}-{scheme}.png")
        with _page(browser, base_url, PHONE, "light") as page:
            sign_in(page, ACCOUNTS[0].email, PASSWORD)
            for name, address in _screens():
                _take(page, address, folder / f"{name}-phone.png")
        browser.close()


def _screens() -> Iterator[tuple[str, str]]:
    for screens in MENU.values():
        for screen in screens:
            yield screen.path, "/" if screen.is_home else f"/{screen.path}"
    yield "plan-editor", "/plans?plan=team"
    yield "credits-organization", "/credits?org=Northwind+AI"


def _take(page: Page, address: str, file: Path) -> None:
    page.goto(address)
    screen_is_drawn(page)
    size = page.viewport_size or {"width": WIDE[0], "height": WIDE[1]}
    # The console scrolls inside the page: only a window as high as its content shows all of it.
    height = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    screen_is_drawn(page)
    page.screenshot(path=file)
    page.set_viewport_size(size)


@contextmanager
def _page(browser: Browser, base_url: str, size: tuple[int, int], scheme: Scheme) -> Generator[Page]:
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        locale="en-US",
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a console with demo data that is served already; else one is started")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go")
    arguments = parser.parse_args()
    if arguments.url:
        take_screens(arguments.url, arguments.folder)
    else:
        with TemporaryDirectory() as data, running(Path(data)) as url:
            take_screens(url, arguments.folder)
