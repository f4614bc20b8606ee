"""The overview, run through the frame as each role, and its figures against each other."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing_core.console.date_range import RANGE_CHOICES, RangeChoice, resolve_range
from billing_core.console.overview.export import daily_figures
from billing_core.console.overview.view import OverviewView, overview_of
from billing_core.console.usage.lines import lines_of, total_line
from billing_core.console.usage.parts import stacked_parts
from billing_core.domain.money import nanos_from_decimal
from billing_core.services.reporting.combined import combined
from billing_core.services.reporting.measures import Measures
from tests.console.usage_house import Tab, UsageHouse, a_usage_house, usage_on
from tests.product import NOON

TODAY = date(2026, 11, 20)
COST_WORDS = ("provider cost", "margin", "cost by", "provider_cost")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UsageHouse]:
    with a_usage_house(tmp_path_factory.mktemp("overview")) as house:
        yield house


def view_of(
    house: UsageHouse, role: str, choice: RangeChoice = "28 days", organization: str | None = None
) -> OverviewView:
    viewer = house.viewer(role)
    chosen = house.organizations[organization] if organization else None
    zone = viewer.time_zone
    return overview_of(viewer, chosen, resolve_range(choice, TODAY, zone, custom=[TODAY - timedelta(days=9)]))


def without_latency(measures: Measures) -> Measures:
    return combined([measures])


@pytest.mark.parametrize("role", ["admin", "analyst"])
def test_staff_see_revenue_cost_margin_and_tokens(house: UsageHouse, monkeypatch: pytest.MonkeyPatch, role: str):
    tab = Tab(house, role, monkeypatch).open()
    assert list(tab.metrics) == ["Revenue", "Provider cost", "Gross margin", "Tokens"]
    assert "Cost by provider" in tab.text
    assert tab.total("Model") == "Total"


@pytest.mark.parametrize("role", ["owner", "member"])
def test_members_see_what_they_paid_and_never_what_it_cost_us(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch, role: str
):
    tab = Tab(house, role, monkeypatch).open()
    assert list(tab.metrics) == ["Charges", "Credits used", "Calls", "Tokens"]
    text = tab.text.lower()
    assert [word for word in COST_WORDS if word in text] == []
    assert "24 Oct – 20 Nov 2026" in tab.text
    exported = daily_figures(view_of(house, role, organization="Northwind AI"))
    assert [name for name in exported if "cost" in str(name) or "revenue" in str(name)] == []


@pytest.mark.parametrize("choice", RANGE_CHOICES)
@pytest.mark.parametrize(
    ("role", "organization"), [("admin", None), ("analyst", "Harbor Retail"), ("member", "Northwind AI")]
)
def test_numbers_legend_tables_export_and_report_agree_to_the_last_digit(
    house: UsageHouse, role: str, organization: str | None, choice: RangeChoice
):
    view = view_of(house, role, choice, organization)
    shown = view.movement.current
    assert shown.calls
    assert shown == without_latency(house.product.reports.totals(view.question.chosen))
    for by in view.tables.values():
        assert total_line(view.table(by)).current == shown
        assert combined(line.current for line in lines_of(view.table(by), by)) == shown
    for figure in view.figures:
        parts = stacked_parts(view.points, view.question.days.current.dates, figure, view.split)
        assert sum(part.total for part in parts) == figure.read(shown)
        assert all(part.total == sum(part.values) for part in parts)
    exported = daily_figures(view)
    name = "revenue_USD" if view.question.sees_cost else "charges_USD"
    assert nanos_from_decimal(sum(exported[name], Decimal(0))) == shown.revenue("USD").nanos
    assert sum(exported["tokens"]) == shown.tokens


@pytest.mark.parametrize("choice", RANGE_CHOICES)
def test_changes_compare_complete_days_with_the_days_before(house: UsageHouse, choice: RangeChoice):
    view = view_of(house, "admin", choice)
    for by in view.tables.values():
        total = total_line(view.table(by))
        assert (
            total.complete
            == view.movement.complete
            == without_latency(house.product.reports.totals(view.question.during(view.question.days.complete)))
        )
        assert (
            total.prior
            == view.movement.prior
            == without_latency(house.product.reports.totals(view.question.during(view.question.days.prior_complete)))
        )
    assert len(view.movement.daily) == len(view.question.days.complete.dates)
    assert combined(view.movement.daily) == view.movement.complete


def test_the_address_chooses_range_measure_and_breakdown(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "admin", monkeypatch).open(
        range="7 days", show="Tokens", by="Customer", org="Northwind AI", range_compare="false"
    )
    assert "Tokens by provider" in tab.text
    assert "14 – 20 Nov 2026" in tab.text
    assert "compare" not in tab.test.caption[0].value
    assert "Prior period" not in tab.html
    assert next(iter(tab.test.table[0].value)) == "Model"


def test_all_organizations_can_be_broken_down_by_customer(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "analyst", monkeypatch).open(by="Customer")
    assert set(tab.test.table[0].value["Customer"]) == {"Northwind AI", "Harbor Retail", "Total"}


def test_limits_of_one_organization_are_those_of_its_plan(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "owner", monkeypatch).open()
    assert "AI calls" in tab.html
    assert "of 100,000" in tab.html
    assert "Northwind AI ·" not in tab.html


def test_usage_without_a_price_is_said_to_be_in_no_cost(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "admin", monkeypatch).open()
    assert "56 calls with" in tab.text
    assert "have no provider price" in tab.text


def test_an_organization_that_used_nothing_is_told_how_to_begin(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "quiet", monkeypatch).open()
    assert "No usage yet" in tab.html
    assert "/api/v1/events" in tab.text
    assert "ingest" not in tab.text
    assert not tab.metrics


def test_days_without_usage_lead_to_those_that_have_some(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "admin", monkeypatch).open(
        range="Custom", range_days=["2026-01-05", "2026-01-07"], org="Northwind AI"
    )
    assert "The last usage was on 20 Nov 2026" in tab.html
    assert 'href="/?org=Northwind+AI&amp;range=Custom&amp;range_days=2026-11-18&amp;range_days=2026-11-20"' in tab.html


def test_figures_that_are_behind_say_since_when(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
):
    with a_usage_house(tmp_path_factory.mktemp("behind")) as late:
        late.product.clock.set(NOON - timedelta(minutes=3))
        late.record(usage_on(late.organizations["Harbor Retail"], NOON - timedelta(minutes=4), 0, 1))
        captions = [caption.value for caption in Tab(late, "admin", monkeypatch).open().test.caption]
        assert captions[0].endswith(" · Updated 11\\:57 UTC, 1 event is on the way")
