"""The usage page, run through the frame as each role, and its figures against each other."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pandas as pd
import pyarrow.parquet as pq
import pytest

from billing_core.console.date_range import RangeChoice, resolve_range
from billing_core.console.queries.usage import freshness
from billing_core.console.usage.lines import lines_of
from billing_core.console.usage.parts import stacked_parts
from billing_core.console.usage.question import Question, question_of
from billing_core.console.usage_trends.chart import FIGURES
from billing_core.console.usage_trends.drawing import draw
from billing_core.console.usage_trends.export import event_file
from billing_core.console.usage_trends.filters import splits
from billing_core.console.usage_trends.view import moments_of, trends_of
from billing_core.domain.money import format_nanos
from billing_core.services.reporting.combined import combined
from billing_core.services.reporting.usage_filter import Dimension
from tests.console.usage_house import Tab, UsageHouse, a_usage_house

TODAY = date(2026, 11, 20)
SPLITS: tuple[Dimension, ...] = ("organization", "feature", "model", "department", "member")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UsageHouse]:
    with a_usage_house(tmp_path_factory.mktemp("usage")) as house:
        yield house


def question(
    house: UsageHouse, role: str = "admin", choice: RangeChoice = "28 days", organization: str | None = None
) -> Question:
    viewer = house.viewer(role)
    chosen = house.organizations[organization] if organization else None
    return question_of(viewer, chosen, resolve_range(choice, TODAY, viewer.time_zone, custom=[TODAY - timedelta(3)]))


@pytest.mark.parametrize(
    ("role", "by"),
    [("admin", "Organization"), ("analyst", "Organization"), ("owner", "Feature"), ("member", "Feature")],
)
def test_every_role_sees_calls_tokens_errors_and_latency(
    house: UsageHouse, monkeypatch: pytest.MonkeyPatch, role: str, by: str
):
    tab = Tab(house, role, monkeypatch).open("usage.py")
    assert list(tab.metrics) == ["Calls", "Tokens", "Error rate", "Latency p95"]
    assert f"Calls by {by.lower()}" in tab.text
    assert tab.total("Calls") == int(tab.metrics["Calls"])
    assert [word for word in ("provider cost", "margin") if word in tab.text.lower()] == []


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("choice", ["7 days", "Month to date"])
def test_numbers_chart_week_and_table_agree_to_the_last_digit(house: UsageHouse, split: Dimension, choice: RangeChoice):
    view = trends_of(question(house, choice=choice), split, freshness())
    shown = combined([view.movement.current])
    assert shown.calls
    assert combined(line.current for line in lines_of(view.table, split)) == shown
    assert combined(hour.measures for hour in view.answers.hours) == shown
    days = view.question.days
    for bucket in ("day", "hour") if choice == "7 days" else ("day",):
        points = view.points(days.current, bucket)
        assert combined(point.measures for point in points) == shown
        for figure in FIGURES.values():
            if figure.adds_up:
                parts = stacked_parts(points, moments_of(days.current, bucket), figure, split)
                assert sum(part.total for part in parts) == figure.read(shown)
    assert combined(view.movement.daily) == combined([view.movement.complete])
    lines = lines_of(view.table, split)
    assert combined(line.complete for line in lines) == combined([view.movement.complete])
    assert combined(line.prior for line in lines) == combined([view.movement.prior])


@pytest.mark.parametrize("label", FIGURES)
@pytest.mark.parametrize("bucket", ["day", "hour"])
def test_every_measure_is_drawn_by_day_and_by_hour(house: UsageHouse, label: str, bucket: str):
    view = trends_of(question(house, choice="7 days"), "model", freshness())
    drawing = draw(view, FIGURES[label], "hour" if bucket == "hour" else "day", "light")
    if label == "Errors":
        assert drawing is None or "claude" not in drawing.text
    else:
        assert drawing is not None
        assert "gpt-4" in drawing.text


def test_the_prior_line_has_the_days_before(house: UsageHouse):
    view = trends_of(question(house), "feature", freshness())
    drawing = draw(view, FIGURES["Tokens"], "day", "dark")
    assert drawing is not None
    before = house.product.reports.totals(view.question.during(view.question.days.prior))
    assert drawing.legend[-1].name == "Prior period"
    assert drawing.legend[-1].total == FIGURES["Tokens"].total(before.tokens)


def test_departments_and_members_are_asked_for_one_organization_only(house: UsageHouse):
    assert list(splits(question(house))) == ["Organization", "Feature", "Model", "Member"]
    one = question(house, organization="Northwind AI")
    assert list(splits(one)) == ["Feature", "Model", "Department", "Member"]


def test_filters_in_the_address_narrow_everything(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "member", monkeypatch).open(
        "usage.py", feature=["Chat", "Content agent"], member="Owner", measure="Tokens", split="Member"
    )
    assert tab.metrics["Calls"] == "56"
    assert "Tokens by member" in tab.text
    assert list(tab.test.table[0].value["Member"]) == ["Owner", "Total"]


def test_filters_that_leave_nothing_can_be_cleared(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "admin", monkeypatch).open("usage.py", feature="Translation")
    assert "No events match" in tab.html
    assert not tab.metrics
    tab.test.button(key="usage_no_match_button").click().run()
    assert not tab.test.exception
    assert tab.metrics["Calls"] == "280"


def test_hours_are_offered_for_a_week_and_not_for_a_month(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "member", monkeypatch).open("usage.py")
    assert "Hour" not in [option for group in tab.test.button_group for option in group.options]
    tab.test.button_group(key="range").set_value("7 days").run()
    tab.test.button_group(key="per").set_value("Hour").run()
    assert not tab.test.exception
    assert "Calls by feature" in tab.text


def test_an_organization_that_used_nothing_is_told_how_to_begin(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    staff = Tab(house, "analyst", monkeypatch).open("usage.py", org="Quiet Corner")
    assert "No usage yet" in staff.html
    assert f"--organization {house.organizations['Quiet Corner']}" in staff.text
    assert "No usage yet" in Tab(house, "quiet", monkeypatch).open("usage.py").html


@pytest.mark.parametrize("role", ["analyst", "member"])
@pytest.mark.parametrize("file_format", ["CSV", "Parquet"])
def test_an_export_has_every_event_and_costs_only_for_those_who_may_see_them(
    house: UsageHouse, role: str, file_format: str
):
    asked = question(house, role, organization="Northwind AI")
    totals = house.product.reports.totals(asked.chosen)
    rows = rows_of(event_file(asked, file_format), file_format)
    assert len(rows) == totals.calls
    assert set(rows["organization_name"]) == {"Northwind AI"}
    paid = sum(amount(row[name]) for _, row in rows.iterrows() for name in ("balance", "overage", "credits_cost"))
    assert paid == amount(format_nanos(totals.revenue("USD").nanos))
    assert ("provider_cost" in rows) is (role == "analyst")
    if role == "analyst":
        cost = sum(amount(text) for text in rows["provider_cost"].dropna())
        assert cost == amount(format_nanos(totals.provider_cost("USD").nanos))
        assert rows["provider_cost"].isna().sum() == totals.unpriced_calls + 28


def test_small_amounts_are_written_with_all_their_digits(house: UsageHouse):
    lines = event_file(question(house, choice="7 days"), "CSV").decode().splitlines()
    assert not [line for line in lines[1:] if "E-" in line]
    assert "0.000000000" in lines[1]


def rows_of(content: bytes, file_format: str) -> pd.DataFrame:
    if file_format == "CSV":
        return pd.read_csv(BytesIO(content), dtype=str)
    return pq.read_table(BytesIO(content)).to_pandas()


def amount(text: object) -> Decimal:
    return Decimal(str(text))
