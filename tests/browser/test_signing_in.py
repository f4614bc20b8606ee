"""Signing in as every role, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.served import PASSWORD, Served
from tests.browser.signing_in import screen_is_drawn, sign_in

pytestmark = pytest.mark.browser

EVERYONE = {"Overview", "Usage", "Alerts", "Plans", "Credits"}


@pytest.mark.parametrize(
    ("email", "screens"),
    [
        ("admin@tollbooth.test", EVERYONE | {"Provider costs"}),
        ("analyst@tollbooth.test", EVERYONE | {"Provider costs"}),
        ("owner@northwind.test", EVERYONE),
        ("member@northwind.test", EVERYONE),
    ],
)
def test_each_role_sees_its_screens_and_every_one_of_them_draws(page: Page, email: str, screens: set[str]) -> None:
    sign_in(page, email, PASSWORD)
    menu = page.get_by_test_id("stSidebarNav").get_by_role("link")
    # A link's text is its icon, which is a word to the machine, and its name on the last line.
    assert {text.splitlines()[-1] for text in menu.all_inner_texts()} == screens
    for name in sorted(screens):
        menu.filter(has_text=name).first.click()
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
        screen_is_drawn(page)
        expect(page.get_by_text("This page couldn’t load")).to_have_count(0)


def test_a_deep_link_leads_through_signing_in_and_shows_no_page_before(page: Page) -> None:
    page.goto("/alerts")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_role("heading", name="Alerts")).to_have_count(0)
    page.get_by_label("Work email").fill("admin@tollbooth.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="Alerts")).to_be_visible()


def test_a_wrong_password_is_refused_in_words(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("Work email").fill("owner@northwind.test")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not match")
    assert page.context.cookies() == []


def test_after_signing_out_the_session_opens_nothing(page: Page) -> None:
    sign_in(page, "member@northwind.test", PASSWORD)
    stolen = page.context.cookies()
    page.get_by_role("button", name="Mem Ber").click()
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.context.add_cookies(stolen)  # pyright: ignore[reportArgumentType] - what was read is what can be set
    page.goto("/credits")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_member_cannot_reach_another_organization_or_a_staff_screen(page: Page, served: Served) -> None:
    sign_in(page, "member@northwind.test", PASSWORD)
    for guess in ("Acme", "No such organization", served.acme):
        page.goto(f"/usage?org={guess}")
        expect(page.get_by_text("There is no such organization for you")).to_be_visible()
    page.goto("/provider-costs")
    expect(page.get_by_role("heading", level=1, name="Provider costs")).to_have_count(0)
