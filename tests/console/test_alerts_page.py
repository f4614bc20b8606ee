"""The page on alerts, run through the frame as each role."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select

from billing_core.adapters.database.schema.alerts import alert, alert_rule
from billing_core.console import session
from billing_core.console.alerts.rules import checked_rule
from billing_core.console.commands.alerts import save_rule
from billing_core.domain.alerts import AlertKind, Reading
from billing_core.domain.errors import InvalidInput, NotAllowed
from billing_core.domain.periods import add_months
from billing_core.services.alerts.raise_alerts import raise_alerts
from tests.console.usage_house import Tab, UsageHouse, a_usage_house
from tests.product import NOON

NORTH, HARBOR = "Northwind AI", "Harbor Retail"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UsageHouse]:
    with a_usage_house(tmp_path_factory.mktemp("alerts")) as house:
        with house.product.database.write() as connection:
            connection.execute(delete(alert))
        with house.product.write() as uow:
            raise_alerts(uow.alerts, readings(house), NOON)
        yield house


def readings(house: UsageHouse) -> list[Reading]:
    north, harbor = house.organizations[NORTH], house.organizations[HARBOR]
    long_ago = add_months(NOON, -3)
    return [
        Reading(
            kind=AlertKind.ALLOWANCE_USED,
            organization_id=north,
            subject="calls",
            period_start=long_ago,
            before=0,
            after=90,
            capacity=100,
        ),
        Reading(
            kind=AlertKind.CREDITS_LOW,
            organization_id=north,
            subject="credits",
            period_start=NOON,
            before=10**12,
            after=0,
            currency="CREDITS",
        ),
        Reading(
            kind=AlertKind.COST_ABOVE,
            organization_id=harbor,
            subject="cost",
            period_start=NOON,
            before=0,
            after=2 * 10**12,
            currency="USD",
        ),
    ]


def labels(tab: Tab) -> list[str]:
    return [item.label for item in tab.test.button]


def press(tab: Tab, label: str, place: int = 0) -> None:
    [item for item in tab.test.button if item.label == label][place].click()


@pytest.mark.parametrize("role", ["admin", "analyst"])
def test_staff_see_what_is_critical_first_and_what_is_over_last(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch, role: str
):
    html = Tab(house, role, monkeypatch).open("alerts.py").html
    places = [html.index(fact) for fact in ("No credits left", "Provider cost of $2,000", "90% of")]
    assert places == sorted(places)
    assert "That billing period has ended" in html


@pytest.mark.parametrize(("role", "may"), [("owner", True), ("member", False)])
def test_members_see_their_own_alerts_and_no_provider_cost(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch, role: str, may: bool
):
    tab = Tab(house, role, monkeypatch).open("alerts.py")
    assert "No credits left" in tab.html
    assert "rovider cost" not in tab.html
    assert ("Acknowledge" in labels(tab)) is may
    assert ("Add rule" in labels(tab)) is may
    assert "Edit" not in labels(tab)


def test_an_analyst_changes_nothing(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    offered = labels(Tab(house, "analyst", monkeypatch).open("alerts.py"))
    assert [label for label in offered if label in ("Acknowledge", "Add rule", "Edit")] == []


def test_an_organization_without_alerts_is_told_what_will_appear(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    assert "No open alerts" in Tab(house, "quiet", monkeypatch).open("alerts.py").html


def test_an_owner_adds_a_rule_for_their_organization_and_a_wrong_one_is_named(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch
):
    tab = Tab(house, "owner", monkeypatch)
    monkeypatch.setattr("billing_core.console.alerts.rules.new_rule_id", lambda _: "rul_owner")
    tab.open("alerts.py")
    press(tab, "Add rule")
    tab.test.run()
    for text in ("0", "55"):
        # Without a browser a dialog lasts one run, so it is opened anew and acted in at once.
        press(tab, "Add rule")
        tab.test.text_input(key=f"rule_form_rul_owner_threshold_{AlertKind.ALLOWANCE_USED}").set_value(text)
        tab.test.button(key="rule_form_rul_owner_confirm").click().run()
        assert not tab.test.exception
        if text == "0":
            assert "Percent of an allowance: " in tab.test.error[0].value
    with house.product.database.read() as connection:
        (saved,) = connection.execute(select(alert_rule).where(alert_rule.c.id == "rul_owner")).all()
    assert (saved.organization_id, saved.threshold) == (house.organizations[NORTH], 55)


def test_acknowledging_moves_an_alert_and_says_by_whom(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "owner", monkeypatch).open("alerts.py")
    press(tab, "Acknowledge")
    tab.test.run()
    assert "1 open, 1 acknowledged" in tab.text
    assert "No credits left" not in tab.html
    tab.test.session_state["alerts"] = "Acknowledged"
    tab.test.run()
    assert "Acknowledged by Owner" in tab.html


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (AlertKind.ALLOWANCE_USED, "eighty"),
        (AlertKind.ALLOWANCE_USED, "0"),
        (AlertKind.ALLOWANCE_USED, "1001"),
        (AlertKind.CREDITS_LOW, "-5"),
        (AlertKind.CREDITS_LOW, ""),
        (AlertKind.COST_ABOVE, "1e3"),
        (AlertKind.COST_ABOVE, "99999999999999999999"),
    ],
)
def test_a_threshold_that_cannot_be_names_the_field(kind: AlertKind, text: str):
    with pytest.raises(InvalidInput) as caught:
        checked_rule("rul_1", kind, None, text, is_enabled=True)
    assert caught.value.field == "threshold"


@pytest.mark.parametrize(
    ("kind", "text", "threshold"),
    [
        (AlertKind.ALLOWANCE_USED, " 80 % ", 80),
        (AlertKind.CREDITS_LOW, "1,000", 10**12),
        (AlertKind.COST_ABOVE, "0.50", 5 * 10**8),
    ],
)
def test_a_threshold_is_read_as_people_write_it(kind: AlertKind, text: str, threshold: int):
    assert checked_rule("rul_1", kind, None, text, is_enabled=True).threshold == threshold


def test_a_rule_about_provider_cost_is_refused_to_who_may_not_see_it(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(session, "token_source", lambda: house.tokens["owner"])
    rule = checked_rule("rul_cost", AlertKind.COST_ABOVE, house.organizations[NORTH], "5", is_enabled=True)
    with pytest.raises(NotAllowed, match="Administrator or Analyst"):
        save_rule(rule)
    with house.product.database.read() as connection:
        assert "rul_cost" not in connection.scalars(select(alert_rule.c.id)).all()
