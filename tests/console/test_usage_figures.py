"""Sums, currencies, parts of charts and lines of tables, on figures made up for the purpose."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from billing_core.console.queries.usage import Compared
from billing_core.console.usage.figures import CALL_COUNT, TOKEN_COUNT, cost_figure
from billing_core.console.usage.lines import Line, largest, lines_of, total_line
from billing_core.console.usage.links import days_address
from billing_core.console.usage.names import distinct_labels, provider_label
from billing_core.console.usage.parts import PARTS_MAX, stacked_parts
from billing_core.console.usage.rates import cost_per_million
from billing_core.console.usage.sums import Currencies, main_currencies, other_currencies_note
from billing_core.domain.money import Money
from billing_core.services.reporting.answers import BreakdownRow, Point
from billing_core.services.reporting.combined import combined
from billing_core.services.reporting.measures import Amounts, Measures

UTC = ZoneInfo("UTC")
FIRST = date(2026, 11, 1)
DAYS = [FIRST + timedelta(days=day) for day in range(5)]

amounts = st.builds(Amounts, st.integers(0, 10**12), st.integers(0, 10**12))
figures = st.builds(
    Measures,
    calls=st.integers(0, 10**6),
    errors=st.integers(0, 10**6),
    input_tokens=st.integers(0, 10**9),
    credits_nanos=st.integers(0, 10**12),
    amounts=st.dictionaries(st.sampled_from(["USD", "EUR"]), amounts),
)


def point(key: str | None, day: int, measures: Measures, *, is_other: bool = False) -> Point:
    start = datetime.combine(DAYS[day], datetime.min.time(), tzinfo=UTC)
    return Point(start=start, key=key, label=key or "none", measures=measures, is_other=is_other)


points = st.lists(
    st.builds(point, st.none() | st.sampled_from("abcdefghij"), st.integers(0, len(DAYS) - 1), figures), max_size=40
)


@given(st.lists(figures, max_size=8), st.integers(0, 8))
def test_figures_add_up_however_they_are_grouped(parts: list[Measures], cut: int):
    assert combined([combined(parts[:cut]), combined(parts[cut:])]) == combined(parts)


@given(points)
def test_no_value_is_lost_or_drawn_twice(drawn: list[Point]):
    for figure in (CALL_COUNT, TOKEN_COUNT, cost_figure("EUR")):
        parts = stacked_parts(drawn, DAYS, figure, "feature")
        assert len(parts) <= PARTS_MAX + 1
        for index, day in enumerate(DAYS):
            of_day = combined(item.measures for item in drawn if item.start.date() == day)
            assert sum(part.values[index] for part in parts) == figure.read(of_day)


def test_the_smallest_parts_are_one_and_what_came_as_one_stays_in_it():
    drawn = [point(key, 0, Measures(calls=calls)) for key, calls in zip("abcdefg", range(70, 0, -10), strict=True)]
    drawn.append(point(None, 1, Measures(calls=5), is_other=True))
    parts = stacked_parts(drawn, DAYS, CALL_COUNT, "feature")
    assert [part.name for part in parts] == ["a", "b", "c", "d", "e", "Other"]
    assert parts[-1].values[:2] == [20 + 10, 5]


def test_usage_that_names_nothing_is_not_the_rest():
    drawn = [point(None, 0, Measures(calls=3)), point(None, 0, Measures(calls=4), is_other=True)]
    assert [(part.name, part.total) for part in stacked_parts(drawn, DAYS, CALL_COUNT, "member")] == [
        ("No member", 3),
        ("Other", 4),
    ]


def test_providers_stand_in_their_fixed_order_and_unknown_ones_are_one():
    names = ("self-hosted", "mistral", "openai", "groq", "anthropic", "cohere")
    drawn = [point(name, 0, Measures(calls=index + 1)) for index, name in enumerate(names)]
    parts = stacked_parts(drawn, DAYS, CALL_COUNT, "provider")
    assert [part.name for part in parts] == ["Anthropic", "OpenAI", "Mistral", "Self-hosted", "Other"]
    assert parts[-1].total == 4 + 6


def test_a_single_unknown_provider_keeps_its_name():
    parts = stacked_parts([point("groq", 0, Measures(calls=1))], DAYS, CALL_COUNT, "provider")
    assert [part.name for part in parts] == ["Groq"]
    assert provider_label("my-cluster") == "my-cluster"


def test_two_of_one_name_are_told_apart():
    assert distinct_labels([("mem_1aaaa", "Kim"), ("mem_2bbbb", "Kim"), ("mem_3cccc", "Lee")]) == {
        "mem_1aaaa": "Kim (aaaa)",
        "mem_2bbbb": "Kim (bbbb)",
        "mem_3cccc": "Lee",
    }


def test_the_smallest_lines_of_a_table_are_one():
    lines = [Line(str(calls), Measures(calls=calls), Measures(), Measures(calls=1)) for calls in range(1, 7)]
    shown = largest(lines, lambda measures: (measures.calls,), rows_max=3)
    assert [line.name for line in shown] == ["6", "5", "4", "Other (3)"]
    assert (shown[-1].current.calls, shown[-1].prior.calls) == (6, 3)
    assert len(largest(lines, lambda measures: (measures.calls,), rows_max=5)) == 6


def test_the_main_currency_is_the_one_with_the_largest_amount():
    mixed = Measures(amounts={"EUR": Amounts(900, 0), "GBP": Amounts(40, 0), "USD": Amounts(700, 500)})
    shown = main_currencies(mixed)
    assert shown == Currencies(revenue="EUR", cost="USD")
    assert mixed.margin(shown.revenue) is None


def test_where_nothing_was_paid_the_currency_of_cost_is_shown():
    assert main_currencies(Measures(amounts={"EUR": Amounts(0, 3)})) == Currencies("EUR", "EUR")
    assert main_currencies(Measures(), "CHF") == Currencies("CHF", "CHF")


def test_amounts_in_other_currencies_are_named_and_not_added():
    mixed = Measures(
        amounts={"EUR": Amounts(9 * 10**9, 0), "GBP": Amounts(2 * 10**9, 0), "USD": Amounts(7 * 10**9, 5 * 10**9)}
    )
    shown = Currencies("EUR", "USD")
    note = other_currencies_note(mixed, shown, with_cost=True)
    assert note is not None
    assert note.startswith("Not in these figures: £2.00 of revenue and $7.00 of revenue.")
    members = other_currencies_note(mixed, shown, with_cost=False)
    assert members is not None
    assert "of charges" in members
    assert (
        other_currencies_note(Measures(amounts={"USD": Amounts(1, 1)}), Currencies("USD", "USD"), with_cost=True)
        is None
    )


def test_cost_per_million_leaves_out_tokens_without_a_price():
    measures = Measures(input_tokens=3_000_000, unpriced_tokens=1_000_000, amounts={"USD": Amounts(0, 5 * 10**9)})
    assert cost_per_million(measures, "USD") == Money.parse("2.50", "USD")
    assert cost_per_million(Measures(input_tokens=5, unpriced_tokens=5), "USD") is None


def test_an_address_names_days_and_organization_whatever_they_contain():
    assert days_address("/usage", FIRST, FIRST, "R&D <b> 100%") == (
        "/usage?org=R%26D+%3Cb%3E+100%25&range=Custom&range_days=2026-11-01&range_days=2026-11-01"
    )
    assert days_address("/usage", FIRST, FIRST).startswith("/usage?range=Custom&")


def test_the_line_for_the_rest_is_compared_with_the_rest():
    def row(key: str | None, calls: int, **details: Any) -> BreakdownRow:
        return BreakdownRow(key=key, label=key or "Other", measures=Measures(calls=calls), **details)

    compared = Compared(
        current=[row("a", 9), row(None, 4), row(None, 3, is_other=True, combined=2)],
        complete=[row("a", 8), row(None, 3), row("b", 1), row("c", 1)],
        prior=[row("a", 7), row("b", 2), row("d", 5)],
    )
    lines = lines_of(compared, "member")
    assert [line.name for line in lines] == ["a", "No member", "Other (2)"]
    assert [line.complete.calls for line in lines] == [8, 3, 2]
    assert [line.prior.calls for line in lines] == [7, 0, 7]
    assert total_line(compared).prior.calls == 14
