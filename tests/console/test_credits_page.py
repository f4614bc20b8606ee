"""The page on credits, run through the frame as each role."""

from collections.abc import Iterator

import pytest
import streamlit as st
from sqlalchemy import select

from billing_core.adapters.database.schema.credits import credit_grant, credit_purchase
from billing_core.bootstrap import Application
from billing_core.console import session
from billing_core.console.commands.credits import buy_package
from billing_core.console.credits.grants import grant_figures
from billing_core.console.queries.credits import credits_of
from billing_core.domain.errors import NotAllowed
from billing_core.domain.money import CREDITS, Money, to_decimal
from billing_core.services.purchases.fulfil_purchase import fulfil_purchase
from billing_core.services.purchases.ports import Purchase
from tests.console.usage_house import Tab, UsageHouse, a_usage_house
from tests.product import NOON
from tests.services.purchases.shop import FakeGateway

NORTH = "Northwind AI"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UsageHouse]:
    with a_usage_house(tmp_path_factory.mktemp("credits")) as house:
        house.product.grant(house.organizations[NORTH], "1000")
        yield house


@pytest.fixture
def stripe(house: UsageHouse, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    """A payment provider that opens pages and remembers them."""
    stripe = FakeGateway()
    monkeypatch.setattr(Application, "payments", property(lambda _: stripe))
    st.cache_data.clear()
    return stripe


def button(tab: Tab, label: str):
    return next(item for item in tab.test.button if item.label == label)


def labels(tab: Tab) -> list[str]:
    return [item.label for item in tab.test.button]


def purchases(house: UsageHouse) -> list[str]:
    with house.product.database.read() as connection:
        return list(connection.scalars(select(credit_purchase.c.id)))


@pytest.mark.parametrize("role", ["admin", "analyst"])
def test_staff_see_every_organization_until_they_choose_one(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch, role: str
):
    tab = Tab(house, role, monkeypatch).open("credits.py")
    assert "All organizations" in tab.text
    assert tab.test.dataframe[0].value["Organization"].tolist() == sorted(
        house.organizations, key=lambda name: (name == NORTH, name)
    )


def test_balance_grants_and_export_agree_to_the_last_digit(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "owner", monkeypatch).open("credits.py")
    answers = credits_of(house.organizations[NORTH])
    assert Money(int(tab.total("Remaining")), CREDITS) == answers.spendable
    exported = grant_figures(answers)
    assert sum(exported["remaining"]) == to_decimal(answers.spendable.nanos)
    assert answers.history.balances[-1][1] == answers.forecast.balances[0][1] == answers.spendable.nanos


@pytest.mark.parametrize(("role", "may_buy", "may_grant"), [("owner", True, False), ("member", False, False)])
def test_only_who_may_buy_is_offered_packages(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch, role: str, may_buy: bool, may_grant: bool
):
    tab = Tab(house, role, monkeypatch).open("credits.py")
    assert ("Buy for $39.90" in labels(tab)) is may_buy
    assert ("Grant credits" in labels(tab)) is may_grant
    assert ("Owner or Billing" in tab.text) is not may_buy


def test_the_dialog_itemises_the_price_before_anything_begins(
    house: UsageHouse, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
):
    before = purchases(house)
    tab = Tab(house, "owner", monkeypatch).open("credits.py")
    button(tab, "Buy for $39.90").click().run()
    assert "Medium package" in tab.html
    assert "Pay $39.90" in labels(tab)
    assert purchases(house) == before


def bought(house: UsageHouse, role: str, monkeypatch: pytest.MonkeyPatch, purchase_id: str) -> Purchase:
    """What the button in the dialog does."""
    monkeypatch.setattr(session, "token_source", lambda: house.tokens[role])
    with house.product.read() as uow:
        organization = uow.organizations.organization(house.organizations[NORTH])
    return buy_package(organization, "small", purchase_id)


def test_pressing_pay_twice_begins_one_purchase(
    house: UsageHouse, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
):
    first, second = (bought(house, "owner", monkeypatch, "pur_twice") for _ in range(2))
    assert first.checkout_url == second.checkout_url == "https://pay.example/cs_pur_twice"
    assert purchases(house).count("pur_twice") == 1


def test_a_member_cannot_begin_a_purchase_whatever_the_screen_offers(
    house: UsageHouse, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(NotAllowed, match="Owner or Billing"):
        bought(house, "member", monkeypatch, "pur_member")
    assert "pur_member" not in purchases(house)


def test_credits_are_promised_while_the_confirmation_is_on_its_way_and_then_told(
    house: UsageHouse, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
):
    purchase = bought(house, "owner", monkeypatch, "pur_0")
    address = {"purchase": purchase.id, "session_id": purchase.checkout_session_id or ""}
    waiting = Tab(house, "owner", monkeypatch).open("credits.py", **address)
    assert "Payment received" in waiting.test.info[0].value
    with house.product.write() as uow:
        assert fulfil_purchase(uow, stripe.pay(purchase), NOON)
    st.cache_data.clear()
    done = Tab(house, "owner", monkeypatch).open("credits.py", **address)
    assert done.test.success[0].value == "100 credits added."


def test_coming_back_without_paying_says_that_nothing_was_charged(
    house: UsageHouse, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
):
    purchase = bought(house, "owner", monkeypatch, "pur_1")
    tab = Tab(house, "owner", monkeypatch).open("credits.py", purchase=purchase.id)
    assert tab.test.warning[0].value == "Payment was not completed. Nothing was charged."


def test_the_purchase_of_another_organization_is_not_told(
    house: UsageHouse, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
):
    purchase = bought(house, "owner", monkeypatch, "pur_2")
    tab = Tab(house, "quiet", monkeypatch).open("credits.py", purchase=purchase.id)
    assert not tab.test.warning


def test_an_administrator_grants_credits_once_with_a_reason(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "admin", monkeypatch).open("credits.py", org="Harbor Retail")
    button(tab, "Grant credits").click().run()
    tab.test.text_input(key="grant_reason").set_value("Goodwill")
    for text in ("ten", "1,250"):
        # Without a browser a dialog lasts one run, so it is opened anew and acted in at once.
        button(tab, "Grant credits").click()
        tab.test.text_input(key="grant_credits").set_value(text)
        tab.test.button(key="grant_confirm").click().run()
        assert not tab.test.exception
        if text == "ten":
            assert "'ten' is not a decimal number" in tab.test.error[0].value
    with house.product.database.read() as connection:
        found = connection.scalars(select(credit_grant.c.granted_nanos).where(credit_grant.c.name == "Goodwill")).all()
    assert found == [Money.parse("1250", CREDITS).nanos]


def test_an_organization_that_never_had_credits_is_told_so_without_empty_tables(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch
):
    never = next(name for name, id in house.organizations.items() if not credits_of(id).grants)
    tab = Tab(house, "admin", monkeypatch).open("credits.py", org=never)
    assert "No credits were granted yet." in tab.text
    assert "No credits are left to expire." in tab.text
    assert not tab.test.table
