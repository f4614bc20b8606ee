"""Figures show the numbers they were given, in the console's colours, and say them exactly on hover."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from billing_core.console import charts
from billing_core.console.charts.figure import Figure
from billing_core.console.charts.measure import ticks
from billing_core.console.theme import TOKENS, ThemeType, provider_colours
from billing_core.domain.money import NANOS_PER_UNIT

USD = charts.money_measure("USD")
DAYS = [date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)]
THEMES: list[ThemeType] = ["light", "dark"]


def dollars(*amounts: int) -> list[int]:
    return [amount * NANOS_PER_UNIT for amount in amounts]


def bars(theme: ThemeType = "light", **more: Any) -> dict[str, Any]:
    parts = {"Anthropic": dollars(200, 210, 90), "OpenAI": dollars(100, 110, 40)}
    figure = charts.daily_bars(DAYS, parts, colours=provider_colours(parts, theme), measure=USD, theme=theme, **more)
    return spec(figure)


def spec(figure: Figure) -> dict[str, Any]:
    """What is sent to the browser."""
    return cast(dict[str, Any], figure.to_plotly_json())


def trace(figure: dict[str, Any], name: str, kind: str = "bar") -> dict[str, Any]:
    return next(item for item in figure["data"] if item["name"] == name and item["type"] == kind)


def test_bars_are_as_high_as_the_amounts_and_hover_says_them_to_the_cent() -> None:
    anthropic = trace(bars(), "Anthropic")
    assert list(anthropic["y"]) == [200, 210, 90]
    assert list(anthropic["customdata"]) == ["$200.00", "$210.00", "$90.00"]
    assert list(anthropic["x"]) == ["2026-11-18", "2026-11-19", "2026-11-20"]


def test_the_total_of_a_day_is_said_first_and_adds_up() -> None:
    figure = bars()
    assert figure["data"][0]["name"] == "Total"
    assert list(figure["data"][0]["customdata"]) == ["$300.00", "$320.00", "$130.00"]


def test_a_single_part_is_not_said_twice() -> None:
    data = spec(
        charts.daily_bars(DAYS, {"Calls": [1, 2, 3]}, colours={"Calls": "#3A60DC"}, measure=charts.CALLS, theme="light")
    )["data"]
    assert [(item["name"], "hovertemplate" in item) for item in data] == [("Calls", True), ("Calls", False)]
    assert data[1]["hoverinfo"] == "skip"


def test_only_the_day_that_is_still_being_counted_is_lighter() -> None:
    colours = list(trace(bars(partial_day=DAYS[2]), "OpenAI")["marker"]["color"])
    assert colours == ["#468E7D", "#468E7D", "rgba(70,142,125,0.45)"]


def test_the_prior_period_is_a_dotted_line_that_lets_clicks_through() -> None:
    figure = bars(prior=dollars(250, 260))
    line = trace(figure, "Prior period", "scatter")
    assert list(line["y"]) == [250, 260, None]
    assert line["hoverinfo"] == "skip"
    assert line["line"]["dash"] != "solid"
    assert list(trace(figure, "Prior period")["customdata"]) == ["$250.00", "$260.00", ""]


def test_the_axis_holds_the_prior_period_too() -> None:
    assert bars(prior=dollars(900, 0, 0))["layout"]["yaxis"]["range"][1] > 900


@pytest.mark.parametrize("theme", THEMES)
def test_no_trace_is_left_to_the_colours_of_the_library(theme: ThemeType) -> None:
    tokens = TOKENS[theme]
    figure = bars(theme, prior=dollars(1, 2, 3))
    drawn = {str(colour) for item in figure["data"] for colour in _colours(item)}
    assert drawn == {tokens.ink, tokens.series[0], tokens.series[1], tokens.other}


def _colours(item: dict[str, Any]) -> list[Any]:
    colour = item["line"]["color"] if item["type"] == "scatter" else item["marker"]["color"]
    return [colour] if isinstance(colour, str) else list(colour)


def test_a_gap_stays_a_gap() -> None:
    figure = spec(
        charts.lines(
            DAYS, {"p95": [1_000, None, 3_000]}, colours={"p95": "#3A60DC"}, measure=charts.MILLISECONDS, theme="light"
        )
    )
    assert list(figure["data"][0]["y"]) == [1.0, None, 3.0]
    assert figure["data"][0]["connectgaps"] is False
    assert list(figure["data"][0]["customdata"]) == ["1.0 s", "", "3.0 s"]


def test_a_margin_may_leave_zero_and_shows_its_floor() -> None:
    margin = [Decimal("0.27"), Decimal("0.29"), Decimal("0.28")]
    layout = spec(
        charts.lines(
            DAYS,
            {"Margin": margin},
            colours={"Margin": "#468E7D"},
            measure=charts.PERCENT,
            theme="light",
            rule=charts.Rule(Decimal("0.25"), "Floor 25%"),
            from_zero=False,
        )
    )["layout"]
    low, high = layout["yaxis"]["range"]
    assert 20 < low < 25
    assert 29 < high < 35
    assert layout["shapes"][0]["y0"] == 25
    assert layout["annotations"][0]["text"] == "Floor 25%"


def test_hours_are_drawn_at_the_wall_time_they_carry() -> None:
    hours = [datetime(2026, 11, 20, 22, tzinfo=UTC) + timedelta(hours=step) for step in range(3)]
    figure = spec(
        charts.daily_bars(
            hours, {"Calls": [1, 2, 3]}, colours={"Calls": "#3A60DC"}, measure=charts.CALLS, theme="light"
        )
    )
    assert list(figure["data"][1]["x"]) == ["2026-11-20T22:00:00", "2026-11-20T23:00:00", "2026-11-21T00:00:00"]
    assert figure["layout"]["xaxis"]["hoverformat"] == "%a %-d %b, %H:%M"


def test_the_balance_names_today_and_what_expires_at_its_place() -> None:
    today = date(2026, 11, 20)
    history = [charts.BalancePoint(today - timedelta(days=1), 900 * NANOS_PER_UNIT)]
    forecast = [charts.BalancePoint(today + timedelta(days=n), (800 - n) * NANOS_PER_UNIT) for n in range(5)]
    expiries = [charts.Expiry(today + timedelta(days=3), 250 * NANOS_PER_UNIT)]
    figure = spec(charts.credit_balance(history, forecast, today=today, theme="dark", expiries=expiries))
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["Today", "250 expire"]
    assert figure["layout"]["annotations"][1]["y"] == 798
    assert figure["layout"]["shapes"][0]["x0"] == "2026-11-20"
    assert trace(figure, "Balance", "scatter")["line"]["shape"] == "hv"
    assert trace(figure, "Forecast", "scatter")["line"]["dash"] != "solid"


def test_a_week_has_seven_days_of_twenty_four_hours() -> None:
    with pytest.raises(ValueError, match="7 days of 24 hours"):
        charts.week_heatmap([[0] * 24] * 6, measure=charts.CALLS, theme="light")
    week: list[list[int | None]] = [[None] + [12] * 23 for _ in range(7)]
    cells = spec(charts.week_heatmap(week, measure=charts.CALLS, theme="light"))["data"][0]
    assert cells["customdata"][0][0] == "Mon 00:00 – 01:00 · no data"
    assert cells["customdata"][6][23] == "Sun 23:00 – 00:00 · 12"


def test_pairs_show_an_unpriced_cost_as_missing_not_as_zero() -> None:
    figure = spec(
        charts.paired_bars(
            ["Anthropic", "Mistral"],
            {"Paid": dollars(10, 5), "Cost": [7 * NANOS_PER_UNIT, None]},
            colours={"Paid": "#3A60DC", "Cost": "#A77208"},
            measure=USD,
            theme="light",
        )
    )
    assert list(trace(figure, "Cost")["x"]) == [7, None]
    assert list(trace(figure, "Cost")["customdata"]) == ["$7.00", "—"]


@pytest.mark.parametrize(
    ("high", "measure", "texts"),
    [
        (480, USD, ["$0", "$200", "$400"]),
        (11_500, charts.CREDIT_AMOUNT, ["0", "5k", "10k"]),
        (0.0013, charts.rate_measure("USD"), ["$0", "$0.0005", "$0.001"]),
        (230_000_000, charts.TOKENS, ["0", "100M", "200M"]),
        (4_100, charts.CALLS, ["0", "2,000", "4,000"]),
    ],
)
def test_gridlines_are_few_and_round(high: float, measure: charts.Measure, texts: list[str]) -> None:
    assert ticks(0, high, measure)[1] == texts


def test_an_axis_below_zero_is_marked_with_the_true_minus() -> None:
    assert ticks(-120, 110, USD)[1] == ["−$100", "$0", "$100"]


def test_a_chart_without_any_value_still_has_an_axis() -> None:
    figure = spec(
        charts.daily_bars(
            DAYS, {"Anthropic": [None, None, None]}, colours={"Anthropic": "#3A60DC"}, measure=USD, theme="light"
        )
    )
    assert figure["layout"]["yaxis"]["range"] == [0, 1.06]
