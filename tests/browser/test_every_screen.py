"""What holds for every screen: it fits a phone, it is dark where that is wanted, and it keeps the view chosen."""

import re

import pytest
from playwright.sync_api import Page, expect

from billing_core.console.navigation import MENU
from tests.browser.conftest import OpenPage
from tests.browser.served import PASSWORD
from tests.browser.signing_in import screen_is_drawn, sign_in

pytestmark = pytest.mark.browser

SCREENS = ["/" if screen.is_home else f"/{screen.path}" for screens in MENU.values() for screen in screens]
DEEPER = ["/plans?plan=team", "/credits?org=Northwind+AI", "/usage?org=Northwind+AI&range=7+days"]

# How far the document, or the part of it that Streamlit scrolls, reaches beyond the window.
SIDEWAYS = """() => Math.max(...[document.documentElement, document.querySelector('[data-testid="stMain"]')]
    .filter(Boolean).map((part) => part.scrollWidth - part.clientWidth))"""
LIGHTNESS = """() => {
    const paint = document.createElement("canvas").getContext("2d")
    paint.fillStyle = getComputedStyle(document.querySelector('[data-testid="stApp"]') || document.body).backgroundColor
    paint.fillRect(0, 0, 1, 1)
    return Math.max(...paint.getImageData(0, 0, 1, 1).data.slice(0, 3))
}"""


def test_no_screen_scrolls_sideways_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844)
    page.goto("/login")
    too_wide = {"/login": page.evaluate(SIDEWAYS)}
    sign_in(page, "admin@tollbooth.test", PASSWORD)
    for address in [*SCREENS, *DEEPER]:
        page.goto(address)
        screen_is_drawn(page)
        too_wide[address] = page.evaluate(SIDEWAYS)
    assert {address: pixels for address, pixels in too_wide.items() if pixels > 0} == {}


def test_every_screen_is_dark_for_who_prefers_that(open_page: OpenPage) -> None:
    page = open_page(scheme="dark")
    page.goto("/login")
    lightness = {"/login": page.evaluate(LIGHTNESS)}
    sign_in(page, "admin@tollbooth.test", PASSWORD)
    for address in SCREENS:
        page.goto(address)
        screen_is_drawn(page)
        lightness[address] = page.evaluate(LIGHTNESS)
    assert {address: value for address, value in lightness.items() if value > 40} == {}


def test_organization_and_days_stay_in_the_address_from_screen_to_screen(page: Page) -> None:
    sign_in(page, "admin@tollbooth.test", PASSWORD)
    page.goto("/?org=Northwind+AI")
    screen_is_drawn(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Usage", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Usage")).to_be_visible()
    page.get_by_role("radio", name="7 days").click()
    expect(page).to_have_url(re.compile(r"/usage\?(?=.*org=Northwind)(?=.*range=7)"))
    page.reload()
    screen_is_drawn(page)
    expect(page.get_by_role("combobox", name="Organization")).to_have_value("Northwind AI")
    expect(page.get_by_role("radio", name="7 days")).to_be_checked()
    for name in ("Provider costs", "Alerts", "Overview"):
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
        expect(page).to_have_url(re.compile(r"\?(?=.*org=Northwind)(?=.*range=7)"))
    expect(page.get_by_role("radio", name="7 days")).to_be_checked()
    page.get_by_role("radio", name="28 days").click()
    expect(page).not_to_have_url(re.compile("range="))
    screen_is_drawn(page)  # a click on the menu before the choice has reached the server takes its place
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Usage", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Usage")).to_be_visible()
    expect(page.get_by_role("radio", name="28 days")).to_be_checked()
