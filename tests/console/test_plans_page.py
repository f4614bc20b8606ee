"""The page on plans, run through the frame as each role."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from billing_core.domain.catalog import VersionRecord
from billing_core.domain.identity import MemberRole
from billing_core.domain.money import Money
from billing_core.domain.plan_document import terms_from_document, terms_to_document
from billing_core.services.organizations.create_member import create_member
from billing_core.services.plans.discard_draft import discard_draft
from billing_core.services.plans.edit_draft import edit_draft
from tests.console.usage_house import PEOPLE, Tab, UsageHouse, a_usage_house
from tests.identity_house import cheap_passwords
from tests.product import NOON, SYSTEM

PLAN = "professional"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UsageHouse]:
    with a_usage_house(tmp_path_factory.mktemp("plans")) as house:
        yield house


@pytest.fixture
def house(shared: UsageHouse) -> Iterator[UsageHouse]:
    """Without a draft, whatever the test before left."""
    yield shared
    with shared.product.write() as uow:
        draft = uow.catalog.draft(PLAN)
    if draft is not None:
        with shared.product.write() as uow:
            discard_draft(uow, PLAN, seen_changed_at=draft.changed_at, actor=SYSTEM, now=NOON)


def draft_of(house: UsageHouse) -> VersionRecord | None:
    with house.product.read() as uow:
        return uow.catalog.draft(PLAN)


def field(tab: Tab, label: str):
    return next(item for item in tab.test.text_input if item.label == label)


def editor(house: UsageHouse, monkeypatch: pytest.MonkeyPatch) -> Tab:
    return Tab(house, "admin", monkeypatch).open("plans.py", plan=PLAN)


@pytest.mark.parametrize("role", ["analyst", "owner", "member"])
def test_only_administrators_can_edit_a_plan(house: UsageHouse, monkeypatch: pytest.MonkeyPatch, role: str):
    tab = Tab(house, role, monkeypatch).open("plans.py", plan=PLAN)
    assert not tab.test.text_input
    assert "Professional plan" in tab.text


@pytest.mark.parametrize("role", ["owner", "member"])
def test_members_find_their_plan_and_never_what_providers_charge(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch, role: str
):
    listed = Tab(house, role, monkeypatch).open("plans.py")
    assert "Your plan" in listed.text
    assert "Subscribers" not in listed.text
    text = Tab(house, role, monkeypatch).open("plans.py", plan=PLAN).text
    assert [word for word in ("Cost", "Subscribers", "Published by") if word in text] == []


def test_opening_the_editor_makes_no_draft(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = editor(house, monkeypatch)
    assert "0 changes from version 1" in tab.text
    assert draft_of(house) is None


def test_every_change_is_saved_and_told_at_once(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = editor(house, monkeypatch)
    field(tab, "Base price per month").set_value("129.50").run()
    field(tab, "AI calls").set_value("unlimited").run()
    draft = draft_of(house)
    assert draft is not None
    assert draft.version.terms.price_month.decimal_text == "129.50"
    assert draft.version.terms.allowances["calls"].quantity is None
    assert "<del>$99.00 / month</del>" in tab.html
    assert "<ins>$129.50 / month</ins>" in tab.html
    assert "2 changes from version 1" in tab.text


def test_coming_back_to_the_editor_shows_the_draft_and_changes_nothing(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch
):
    tab = editor(house, monkeypatch)
    field(tab, "Base price per month").set_value("120").run()
    before = draft_of(house)
    tab.test.switch_page("credits.py").run()
    tab.open("plans.py", plan=PLAN)
    assert field(tab, "Base price per month").value == "120.00"
    assert draft_of(house) == before


@pytest.mark.parametrize(
    ("label", "text", "message"),
    [
        ("Base price per month", "a lot", "Base price per month: 'a lot' is not a decimal number"),
        ("Base price per month", "-1", "Base price per month: -1 is negative"),
        ("AI calls", "1.5", "AI calls: 1.5 is not a whole number"),
        ("Seats at most", "2", "fewer than"),
    ],
)
def test_a_value_that_cannot_be_is_named_and_not_saved(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch, label: str, text: str, message: str
):
    tab = editor(house, monkeypatch)
    field(tab, label).set_value(text).run()
    assert message in tab.test.error[0].value.replace("\\", "")
    assert draft_of(house) is None


def test_a_draft_that_was_changed_elsewhere_is_shown_and_not_overwritten(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch
):
    mine, theirs = editor(house, monkeypatch), editor(house, monkeypatch)
    field(theirs, "Base price per month").set_value("150").run()
    field(mine, "Base price per month").set_value("90").run()
    assert "changed elsewhere" in mine.test.warning[0].value
    assert field(mine, "Base price per month").value == "150.00"
    draft = draft_of(house)
    assert draft is not None
    assert draft.version.terms.price_month.decimal_text == "150.00"


def test_publishing_asks_for_the_name_and_leaves_subscribers_their_version(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch
):
    tab = editor(house, monkeypatch)
    field(tab, "Base price per month").set_value("109").run()
    tab.test.button(key="plan_publish_open").click().run()
    assert tab.test.button(key="plan_publish_confirm").disabled
    # Without a browser a dialog lasts one run, so it is opened anew for each step.
    tab.test.button(key="plan_publish_open").click()
    tab.test.text_input(key="plan_publish_typed").set_value("Professional").run()
    tab.test.button(key="plan_publish_open").click()
    tab.test.button(key="plan_publish_confirm").click().run()
    assert not tab.test.exception
    with house.product.read() as uow:
        live = uow.catalog.versions_in_force(house.product.clock.now())[PLAN]
        held = uow.subscriptions.history([house.organizations["Northwind AI"]])
    assert live.version.terms.price_month.decimal_text == "109.00"
    assert live.published_by == "Admin"
    (subscription,) = held[house.organizations["Northwind AI"]]
    assert subscription.plan_version.terms.price_month.decimal_text == "99.00"


IN_DETAIL = {
    "chat": {
        "beyond": "overage",
        "price": {
            "kind": "graduated",
            "tiers": [{"up_to": 1_000, "amount": "0.02"}, {"up_to": "unlimited", "amount": "0.01"}],
        },
        "maximum": "500",
    },
    "search": {
        "beyond": "overage",
        "price": {
            "kind": "matrix",
            "dimensions": ["region"],
            "cells": [{"when": {"region": "eu"}, "price": {"kind": "flat", "amount": "0.05"}}],
            "default": {"kind": "per_token", "rates": {"*": {"input": "7.77", "output": "18"}}},
        },
    },
}


def test_prices_too_rich_for_the_table_are_told_in_detail(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    with house.product.write() as uow:
        live = uow.catalog.versions_in_force(NOON)[PLAN].version.terms
        document = terms_to_document(live)
        document |= {"features": document["features"] | IN_DETAIL, "late_usage": "reject"}
        document |= {"discounts": {"edu": {"name": "Education", "percent": "30"}}}
        edit_draft(uow, PLAN, terms_from_document(document), seen_changed_at=None, now=NOON)
    tab = editor(house, monkeypatch)
    for text in (
        "<dt>Chat, up to 1,000</dt><dd>$0.02 / call</dd>",
        "<dt>Chat, at most in a period</dt><dd>$500.00</dd>",
        "<dt>Search, region eu</dt><dd>$0.05 / use</dd>",
        "<dt>Discount, Education</dt><dd>30% off all usage</dd>",
        "<dt>Usage reported late</dt><dd>refused after 3 days</dd>",
        "Per 1M tokens, for Search, anything else.",
    ):
        assert text in tab.html + tab.text
    field(tab, "Base price per month").set_value("130").run()
    draft = draft_of(house)
    assert draft is not None
    assert draft.version.terms == replace(terms_from_document(document), price_month=Money.parse("130", "USD"))


def test_an_unknown_plan_leads_back_to_the_list(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "owner", monkeypatch).open("plans.py", plan="<script>")
    assert "There is no such plan" in tab.html
    tab.test.button(key="plans_all").click().run()
    assert "Professional" in tab.text


def test_a_plan_that_is_not_sold_is_found_by_staff_and_those_who_hold_it_alone(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch
):
    with house.product.read() as uow:
        plans = [item for item in uow.catalog.plans() if item.code in (PLAN, "team")]
    with house.product.write() as uow:
        uow.catalog.save_plans([replace(item, is_active=False) for item in plans], NOON)
    try:
        for role, code, title in (
            ("owner", "team", "There is no such plan"),
            ("owner", PLAN, "Professional plan"),
            ("quiet", PLAN, "There is no such plan"),
            ("analyst", "team", "Team plan"),
        ):
            assert title in Tab(house, role, monkeypatch).open("plans.py", plan=code).text
    finally:
        with house.product.write() as uow:
            uow.catalog.save_plans(plans, NOON)


def test_of_several_organizations_the_chosen_one_decides_which_plan_is_marked(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch
):
    with house.product.write() as uow:
        create_member(
            uow,
            cheap_passwords(),
            organization_id=house.organizations["Quiet Corner"],
            email=PEOPLE["member"],
            name="Member",
            role=MemberRole.MEMBER,
            actor=SYSTEM,
            now=NOON,
        )
    tab = Tab(house, "member", monkeypatch)
    assert "your plan" not in tab.open("plans.py", org="Quiet Corner", plan=PLAN).text
    assert "your plan" in Tab(house, "member", monkeypatch).open("plans.py", org="Quiet Corner", plan="starter").text
