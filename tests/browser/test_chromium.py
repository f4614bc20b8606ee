"""The browser itself: it draws, and it reaches nothing but this machine."""

import pytest
from playwright.sync_api import Error, Page, expect

pytestmark = pytest.mark.browser


def test_a_page_is_drawn_and_its_parts_are_found_by_role(page: Page) -> None:
    page.set_content("<main><h1>Overview</h1><button>Buy credits</button></main>")
    expect(page.get_by_role("button", name="Buy credits")).to_be_visible()


def test_an_address_on_the_internet_cannot_be_opened(page: Page) -> None:
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("https://example.com/")
