"""Steps that every browser test begins with."""

from playwright.sync_api import Page, expect


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in on the plain page and wait for the console."""
    page.goto("/login")
    page.get_by_label("Work email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    screen_is_drawn(page)


def screen_is_drawn(page: Page) -> None:
    """Wait until the script has run to its end: the title is there and nothing is being drawn any more."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_have_count(1)
    expect(page.locator('[data-testid="stSkeleton"]')).to_have_count(0)
