"""The API's own pages: every operation is there to read and to try, with nothing fetched from elsewhere."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser


def opened(open_page: OpenPage, path: str) -> tuple[Page, list[str]]:
    """The page, and what it asked for from elsewhere or was refused."""
    page = open_page()
    wrong: list[str] = []
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(path)
    return page, wrong


def test_swagger_shows_operations_with_their_examples(open_page: OpenPage) -> None:
    page, wrong = opened(open_page, "/api/docs")
    page.get_by_role("button", name="post /v1/events", exact=False).first.click()
    expect(page.get_by_text("Record usage that has happened").first).to_be_visible()
    expect(page.get_by_text('"req_8f2c"').first).to_be_visible()
    expect(page.get_by_role("button", name="Authorize")).to_be_visible()
    assert wrong == []


def test_redoc_shows_operations_with_their_examples(open_page: OpenPage) -> None:
    page, wrong = opened(open_page, "/api/redoc")
    expect(page.get_by_role("heading", name="Record usage events")).to_be_visible()
    expect(page.get_by_text('"req_8f2c"').first).to_be_visible()
    assert wrong == []
