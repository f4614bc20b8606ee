"""A real Chromium for the suite: one browser for the tests of a file, a fresh profile for each."""

from collections.abc import Iterator
from typing import Literal, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.chromium import LAUNCH_ARGS, find_chromium
from tests.browser.served import Served, serve

WAIT_MS_MAX = 30_000  # a busy machine may be slow; no test passes or fails by how slow


class OpenPage(Protocol):
    """Opens a page; see the fixture."""

    def __call__(self, *, width: int = ..., height: int = ..., scheme: Literal["light", "dark"] = ...) -> Page: ...


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium; without one the suite fails and says how to get it.

    Playwright keeps an event loop running for as long as it lives, so it ends with the tests of a file: others need
    loops of their own.
    """
    path = find_chromium()
    if path is None:
        pytest.fail("There is no Chromium on this machine: `make browser` gets one.", pytrace=False)
    expect.set_options(timeout=WAIT_MS_MAX)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=LAUNCH_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One served console for all browser tests."""
    with serve(tmp_path_factory.mktemp("served")) as console:
        yield console


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator[OpenPage]:
    """Opens pages in profiles of their own; the test fails when a script on one of them does."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_one(*, width: int = 1440, height: int = 900, scheme: Literal["light", "dark"] = "light") -> Page:
        context = browser.new_context(
            base_url=served.url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale="en-US",
            timezone_id="UTC",
            reduced_motion="reduce",
        )
        context.set_default_timeout(WAIT_MS_MAX)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page of 1440 by 900, in UTC."""
    return open_page()
