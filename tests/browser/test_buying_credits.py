"""Buying credits in a real browser: declined, paid, delivered again and again, and not for everyone."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from billing_core.adapters.database.schema.credits import credit_grant
from billing_core.adapters.database.schema.ledger import ledger_entry
from billing_core.domain.identity import MemberRole
from billing_core.domain.money import CREDITS
from tests.browser.served import PASSWORD, Served
from tests.browser.signing_in import screen_is_drawn, sign_in

pytestmark = pytest.mark.browser

RELOADS_MAX = 2_000  # far more than a slow machine needs
PACKAGE, PRICE = "500 credits", "$39.90"


def books(served: Served, organization_id: str) -> tuple[str, int, int]:
    """Credits in the wallet, the number of grants, and that of ledger entries."""
    with served.product.read() as uow:
        credits = uow.credits.wallet(organization_id, CREDITS).posted.decimal_text
    with served.product.database.read() as connection:
        grants, entries = (
            connection.scalar(select(func.count()).select_from(table).where(table.c.organization_id == organization_id))
            for table in (credit_grant, ledger_entry)
        )
    return credits, grants or 0, entries or 0


def resend(page: Page, event_type: str, *, arrived: int) -> None:
    """Have the newest event of a type delivered again, and look until as many deliveries were taken."""
    row = page.get_by_role("region", name="Events").get_by_role("row").filter(has_text=event_type).first
    with page.expect_response(re.compile("/resend$")):
        row.get_by_role("button", name="Resend").click()
    taken = row.get_by_text("Delivered, 1 attempt (HTTP 200)")
    for _ in range(RELOADS_MAX):
        page.goto("/sandbox/stripe/")
        if taken.count() == arrived:
            return
    pytest.fail(f"{event_type} was delivered {taken.count()} times, not {arrived}.")


def test_credits_arrive_once_after_a_decline_a_payment_and_three_deliveries(page: Page, served: Served) -> None:
    buyer = served.customer("Buyer", "free", olive=MemberRole.OWNER)
    sign_in(page, "olive@buyer.test", PASSWORD)
    page.goto("/credits")
    page.get_by_role("button", name=f"Buy for {PRICE}").click()
    dialog = page.get_by_role("dialog", name=f"Buy {PACKAGE}")
    dialog.get_by_role("button", name=f"Pay {PRICE}").click()
    dialog.get_by_role("link", name="Go to the payment page").click()

    page.get_by_role("button", name="Decline card").click()
    expect(page.get_by_role("alert")).to_contain_text("declined")
    assert books(served, buyer) == ("0.00", 0, 0)

    page.get_by_role("button", name=f"Pay {PRICE}").click()
    expect(page.get_by_text(f"{PACKAGE} added.")).to_be_visible()
    hero = page.locator(".st-key-credits_hero")
    expect(hero).to_contain_text("500.00")
    assert books(served, buyer) == ("500.00", 1, 1)

    page.goto("/sandbox/stripe/")
    for arrived in (2, 3):
        resend(page, "checkout.session.completed", arrived=arrived)
    assert books(served, buyer) == ("500.00", 1, 1)
    page.goto("/credits")
    expect(hero).to_contain_text("500.00")


def test_leaving_the_payment_page_charges_nothing_and_leads_back_to_it(page: Page, served: Served) -> None:
    buyer = served.customer("Leaver", "free", olive=MemberRole.OWNER)
    sign_in(page, "olive@leaver.test", PASSWORD)
    page.goto("/credits")
    page.get_by_role("button", name=f"Buy for {PRICE}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=f"Pay {PRICE}").click()
    dialog.get_by_role("link", name="Go to the payment page").click()
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_text("Payment was not completed. Nothing was charged.")).to_be_visible()
    assert books(served, buyer) == ("0.00", 0, 0)
    page.get_by_role("link", name=f"Pay {PRICE}").click()
    expect(page.get_by_role("button", name="Decline card")).to_be_visible()


def test_a_member_sees_the_credits_but_cannot_buy_any(page: Page, served: Served) -> None:
    served.customer("Bystander", "free", mem=MemberRole.MEMBER)
    sign_in(page, "mem@bystander.test", PASSWORD)
    page.goto("/credits")
    expect(page.get_by_text("This needs the role Owner or Billing")).to_be_visible()
    screen_is_drawn(page)
    expect(page.get_by_role("button", name=re.compile("Buy|Pay|Grant"))).to_have_count(0)
