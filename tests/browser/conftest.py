"""A real Chromium for the suite: one browser for all tests, a fresh profile for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import LAUNCH_ARGS, find_chromium
from tests.browser.served import Served, serve

FOLDER = Path(__file__).parent
WAIT_MS_MAX = 30_000  # a busy machine may be slow; no test passes or fails by how slow


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep every browser test on one worker, so that one browser and one server do for all."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; without one the suite fails and says how to get it."""
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
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """A page in a profile of its own, 1440 by 900 in UTC; the test fails when a script on it does."""
    context = browser.new_context(
        base_url=served.url, viewport={"width": 1440, "height": 900}, locale="en-US", timezone_id="UTC"
    )
    context.set_default_timeout(WAIT_MS_MAX)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []
