"""A new price in a real browser: drafted, seen as a difference, published, and held by whom it concerns."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.served import PASSWORD, Served
from tests.browser.signing_in import screen_is_drawn, sign_in

pytestmark = pytest.mark.browser


def price_of(served: Served, organization_id: str) -> tuple[int, str]:
    """The version of the plan an organization is on, and what it pays for it each month."""
    with served.product.read() as uow:
        running = uow.subscriptions.history([organization_id])[organization_id][-1]
    price = running.plan_version.terms.price_month
    assert price is not None
    return running.plan_version.number, price.decimal_text


def test_a_new_price_is_for_new_subscriptions_only(page: Page, served: Served) -> None:
    old = served.customer("Faithful", "professional")
    assert price_of(served, old) == (1, "99.00")
    sign_in(page, "admin@tollbooth.test", PASSWORD)
    page.goto("/plans?plan=professional")
    price = page.get_by_label("Base price per month")
    price.fill("119")
    price.press("Enter")
    changes = page.locator(".st-key-plan_changes")
    expect(changes).to_contain_text("1 change from version 1")
    expect(changes).to_contain_text("$99")
    expect(changes).to_contain_text("$119")
    assert price_of(served, served.customer("Early", "professional")) == (1, "99.00")

    page.get_by_role("button", name="Review and publish").click()
    dialog = page.get_by_role("dialog", name="Publish version 2 of Professional")
    expect(dialog).to_contain_text("$119")
    publish = dialog.get_by_role("button", name="Publish version 2")
    expect(publish).to_be_disabled()
    dialog.get_by_label("Type Professional to confirm").fill("Professional")
    publish.click()
    expect(page.get_by_text("Version 2 is live since")).to_be_visible()

    assert price_of(served, old) == (1, "99.00")
    assert price_of(served, served.customer("Newcomer", "professional")) == (2, "119.00")


def test_a_price_that_is_none_is_named_and_not_saved(page: Page, served: Served) -> None:
    sign_in(page, "admin@tollbooth.test", PASSWORD)
    page.goto("/plans?plan=starter")
    price = page.get_by_label("Base price per month")
    price.fill("<b>free</b>")
    price.press("Enter")
    expect(page.get_by_text("The draft was not saved")).to_contain_text("Base price per month")
    with served.product.read() as uow:
        assert uow.catalog.draft("starter") is None


def test_who_does_not_edit_plans_reads_them(page: Page) -> None:
    sign_in(page, "analyst@tollbooth.test", PASSWORD)
    page.goto("/plans?plan=professional")
    screen_is_drawn(page)
    expect(page.get_by_text("$99", exact=False).first).to_be_visible()
    expect(page.get_by_role("button", name="Review and publish")).to_have_count(0)
    expect(page.get_by_label("Base price per month")).to_have_count(0)
