"""What strangers and jokers send: stolen sessions, forged webhooks, and SQL and markup in names."""

from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import Dialog, Page, expect
from sqlalchemy import func, select

from billing_core.adapters.database.schema.credits import credit_grant
from billing_core.adapters.database.schema.organizations import organization
from billing_core.adapters.database.schema.stripe import stripe_event
from billing_core.domain.identity import MemberRole
from billing_core.services.identity.ports import SESSION_COOKIE
from tests.adapters.stripe.deliveries import event_body, signature
from tests.browser.conftest import OpenPage
from tests.browser.served import PASSWORD, Served, add_member
from tests.browser.signing_in import screen_is_drawn, sign_in
from tests.builders import an_event

pytestmark = pytest.mark.browser

HOSTILE = "<script>alert(1)</script>'; DROP TABLE organization;-- **b** [x](javascript:alert(2))"
WEBHOOK = "/api/billing/stripe/webhook"


def rows(served: Served, table: object) -> int:
    with served.product.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


def popups_of(page: Page) -> list[str]:
    """The messages of the boxes that scripts open, which would otherwise hold the page up."""
    messages: list[str] = []

    def close(dialog: Dialog) -> None:
        messages.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", close)
    return messages


@pytest.fixture
def hostile(served: Served) -> str:
    """A customer, its owner, department, model and grant, all of that name."""
    with served.product.read() as uow:
        known = uow.organizations.organization_by_name(HOSTILE)
    if known is not None:
        return known.id
    served.product.clock.set(datetime.now(UTC))
    organization_id = served.product.organization(HOSTILE, "free", credits="50")
    add_member(served.product, organization_id, "joker@hostile.test", HOSTILE, MemberRole.OWNER)
    event = an_event(organization_id, provider="openai", model=HOSTILE, input_tokens=10, output_tokens=5)
    served.product.charge(event, admit=False)
    return organization_id


def test_a_name_full_of_markup_and_sql_is_shown_as_it_was_written(page: Page, served: Served, hostile: str) -> None:
    organizations = rows(served, organization)
    popups = popups_of(page)
    sign_in(page, "joker@hostile.test", PASSWORD)
    expect(page.get_by_role("combobox", name="Organization")).to_have_value(HOSTILE)
    page.get_by_role("button", name=HOSTILE).click()
    expect(page.get_by_test_id("stPopoverBody")).to_contain_text(HOSTILE)
    for address in ("/", "/usage", "/alerts", "/plans", "/credits"):
        page.goto(address)
        screen_is_drawn(page)
        expect(page.locator("script", has_text="alert(1)")).to_have_count(0)
        expect(page.locator('a[href^="javascript:"]')).to_have_count(0)
    expect(page.get_by_text(HOSTILE).first).to_be_visible()
    assert popups == []
    assert rows(served, organization) == organizations


def test_staff_see_it_as_text_too(page: Page, hostile: str) -> None:
    popups = popups_of(page)
    sign_in(page, "admin@tollbooth.test", PASSWORD)
    for address in ("/", "/usage", "/provider-costs", "/alerts", "/credits"):
        page.goto(address)
        screen_is_drawn(page)
        expect(page.locator("script", has_text="alert(1)")).to_have_count(0)
        expect(page.locator('a[href^="javascript:"]')).to_have_count(0)
    assert popups == []


def test_markup_given_as_the_reason_of_a_grant_stays_text(page: Page, served: Served) -> None:
    served.customer("Thanked", "free")
    sign_in(page, "admin@tollbooth.test", PASSWORD)
    page.goto("/credits?org=Thanked")
    page.get_by_role("button", name="Grant credits").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Credits").fill("25")
    dialog.get_by_label("Reason").fill(HOSTILE)
    dialog.get_by_role("button", name="Grant credits").click()
    expect(page.locator(".st-key-credits_grants")).to_contain_text(HOSTILE)
    expect(page.locator("script", has_text="alert(1)")).to_have_count(0)


def test_a_session_that_was_never_given_out_opens_nothing(page: Page, served: Served) -> None:
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": "a" * 43, "url": served.url}])
    page.goto("/credits")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_count(0)


def test_a_page_left_open_after_signing_out_elsewhere_shows_nothing_more(page: Page) -> None:
    sign_in(page, "member@northwind.test", PASSWORD)
    other = page.context.new_page()
    other.goto("/logout")
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Credits", exact=True).click()
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_count(0)


def test_the_session_of_another_customer_shows_that_customer_alone(open_page: OpenPage, served: Served) -> None:
    served.customer("Foreign", "free", olive=MemberRole.OWNER)
    theirs, mine = open_page(), open_page()
    sign_in(theirs, "olive@foreign.test", PASSWORD)
    sign_in(mine, "owner@northwind.test", PASSWORD)
    mine.context.clear_cookies()
    mine.context.add_cookies(theirs.context.cookies())  # type: ignore[arg-type] - what was read can be set
    mine.goto("/credits?org=Northwind+AI")
    expect(mine.get_by_text("There is no such organization for you")).to_be_visible()
    mine.goto("/credits")
    screen_is_drawn(mine)
    expect(mine.get_by_role("combobox", name="Organization")).to_have_value("Foreign")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("of another secret", "signature_wrong"),
        ("of an hour ago", "signature_old"),
        ("t=now,v1=", "signature_wrong"),
        (None, "signature_missing"),
    ],
)
def test_a_webhook_that_is_not_proven_is_answered_400_and_changes_nothing(
    served: Served, header: str | None, reason: str
) -> None:
    secret = served.product.stripe_account.webhook_secret
    now = datetime.now(UTC)
    body = event_body("checkout.session.completed", {"id": "cs_test_1", "object": "checkout.session"})
    headers = {
        "of another secret": signature(body, now, secret="whsec_of_another"),
        "of an hour ago": signature(body, now, secret=secret, ahead_seconds=-3600),
    }
    sent = {} if header is None else {"Stripe-Signature": headers.get(header, header)}
    before = rows(served, stripe_event), rows(served, credit_grant)
    answer = httpx.post(f"{served.url}{WEBHOOK}", content=body, headers=sent)
    assert (answer.status_code, answer.json()["reason"]) == (400, reason)
    assert answer.json()["field"] == "Stripe-Signature"
    assert (rows(served, stripe_event), rows(served, credit_grant)) == before


def test_a_webhook_that_is_proven_is_taken_once(served: Served) -> None:
    body = event_body("customer.updated", {"id": "cus_1", "object": "customer"}, event_id="evt_proven")
    header = signature(body, datetime.now(UTC), secret=served.product.stripe_account.webhook_secret)
    before = rows(served, stripe_event)
    answers = [
        httpx.post(f"{served.url}{WEBHOOK}", content=body, headers={"Stripe-Signature": header}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert rows(served, stripe_event) == before + 1
