"""Amounts, counts, dates and other people's words are written exactly and safely."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_core.console import formatting as f
from billing_core.domain.money import NANOS_MAX, Money


def usd(text: str) -> Money:
    return Money.parse(text, "USD")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1234.56", "$1,234.56"),
        ("0", "$0.00"),
        ("-12", "−$12.00"),
        ("0.125", "$0.12"),
        ("0.004", "<$0.01"),
        ("-0.004", ">−$0.01"),
        ("1234567.891", "$1,234,567.89"),
    ],
)
def test_an_amount_in_a_table_has_cents_and_the_true_minus(amount: str, text: str) -> None:
    assert f.money(usd(amount)) == text


def test_credits_have_no_symbol_and_yen_no_decimals() -> None:
    assert f.money(Money.parse("7681.29", "CREDITS")) == "7,681.29"
    assert f.money(Money.parse("1234", "JPY")) == "¥1,234"


@given(st.integers(-NANOS_MAX, NANOS_MAX))
def test_an_amount_reads_back_as_its_rounded_value(nanos: int) -> None:
    amount = Money(nanos, "USD")
    text = f.money(amount)
    if text[0] in "<>":
        assert nanos != 0
        assert amount.minor_units == 0
    else:
        read = Decimal(text.replace("$", "").replace(",", "").replace("−", "-"))
        assert read == Decimal(amount.minor_units) / 100


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("13020.98", "$13,021"),
        ("999999", "$999,999"),
        ("1234567", "$1.2M"),
        ("4300000000", "$4.3B"),
        ("9.90", "$9.90"),
        ("20", "$20"),
        ("0", "$0"),
        ("-9444.53", "−$9,445"),
    ],
)
def test_a_kpi_shows_whole_units_and_keeps_cents_only_where_they_matter(amount: str, text: str) -> None:
    assert f.whole_money(usd(amount)) == text


def test_a_price_in_a_sentence_drops_empty_cents_only() -> None:
    assert [f.price(usd(text)) for text in ("1000", "39.90", "0", "0.001")] == ["$1,000", "$39.90", "$0", "<$0.01"]
    assert f.price(Money.parse("500", "CREDITS")) == "500"


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0.000125", "$0.000125"), ("16.5", "$16.50"), ("0.000000001", "$0.000000001"), ("1234.5678", "$1,234.5678")],
)
def test_a_unit_rate_keeps_every_digit(amount: str, text: str) -> None:
    assert f.rate(usd(amount)) == text


def test_a_rate_that_does_not_end_is_rounded_to_its_significant_digits() -> None:
    assert f.rate(usd("39.90").share(1, 523), significant=3) == "$0.0763"
    assert f.rate(usd("0.07"), significant=3) == "$0.07"


def test_a_token_price_is_written_for_a_million() -> None:
    assert f.rate_per_million(usd("0.0000036")) == "$3.60 / 1M"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1.0K"),
        (46_700_000, "46.7M"),
        (99_960_000, "100M"),
        (935_123_000, "935M"),
        (999_499_999, "999M"),
        (999_500_000, "1.0B"),
        (4_292_000_000, "4.3B"),
        (-2_000_000, "−2.0M"),
    ],
)
def test_tokens_have_at_most_three_digits_and_carry_into_the_next_unit(number: int, text: str) -> None:
    assert f.tokens(number) == text


def test_counts_have_a_separator_for_thousands() -> None:
    assert f.count(19_366) == "19,366"
    assert f.count(-1_000) == "−1,000"


def test_percent_and_points_have_one_decimal_and_a_sign_only_on_request() -> None:
    assert f.percent(Decimal("0.275")) == "27.5%"
    assert f.percent(Decimal("0.1031"), signed=True) == "+10.3%"
    assert f.percent(Decimal("-0.0212"), signed=True) == "−2.1%"
    assert f.percent(Decimal("-0.0001"), signed=True) == "0.0%"
    assert f.points(Decimal("0.012")) == "1.2 pts"


def test_a_metric_delta_is_what_streamlit_colours_correctly() -> None:
    assert f.metric_delta(Decimal("0.083")) == "8.3%"
    assert f.metric_delta(Decimal("-0.021")) == "-2.1%"
    assert f.metric_delta(Decimal("0.0001")) == 0
    assert f.metric_delta(Decimal("-0.012"), in_points=True) == "-1.2 pts"
    assert f.metric_delta(None) is None


def test_a_change_from_nothing_is_unknown_rather_than_infinite() -> None:
    assert f.change(5, 0) is None
    assert f.change(110, 100) == Decimal("0.1")
    assert f.change(-50, -100) == Decimal("0.5")


def test_days_and_ranges_name_each_part_once() -> None:
    assert f.day(date(2026, 11, 20)) == "20 Nov 2026"
    assert f.day(date(2026, 10, 28), year=False, weekday=True) == "Wed 28 Oct"
    assert f.day_range(date(2026, 10, 24), date(2026, 11, 20)) == "24 Oct – 20 Nov 2026"
    assert f.day_range(date(2026, 10, 1), date(2026, 10, 31)) == "1 – 31 Oct 2026"
    assert f.day_range(date(2025, 12, 28), date(2026, 1, 3)) == "28 Dec 2025 – 3 Jan 2026"
    assert f.day_range(date(2026, 1, 3), date(2026, 1, 3)) == "3 Jan 2026"


def test_times_are_converted_and_name_their_zone() -> None:
    instant = datetime(2026, 11, 20, 23, 2, tzinfo=UTC)
    assert f.time_of_day(instant, ZoneInfo("UTC")) == "23:02 UTC"
    assert f.moment(instant, ZoneInfo("Europe/Berlin")) == "21 Nov 2026, 00:02 CET"
    assert f.time_of_day(instant, ZoneInfo("America/Sao_Paulo")) == "20:02 UTC-03"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(840, "840 ms"), (1_240, "1.2 s"), (59_949, "59.9 s"), (59_950, "1 min 0 s"), (125_000, "2 min 5 s")],
)
def test_durations_choose_their_unit(milliseconds: int, text: str) -> None:
    assert f.duration(milliseconds) == text


def test_what_is_missing_is_a_dash_everywhere() -> None:
    writers = (f.money, f.whole_money, f.price, f.rate, f.rate_per_million, f.count, f.tokens, f.percent, f.points)
    assert {write(None) for write in writers} == {"—"}
    assert {f.day(None), f.duration(None), f.moment(None, ZoneInfo("UTC"))} == {"—"}


def test_words_and_plurals_read_like_a_sentence() -> None:
    assert f.words(["CSV", "Parquet", "Excel"]) == "CSV, Parquet and Excel"
    assert f.words(["CSV"]) == "CSV"
    assert f.words([]) == ""
    assert [f.plural(1, "reply", "replies"), f.plural(2, "reply", "replies"), f.plural(1_200, "row")] == [
        "1 reply",
        "2 replies",
        "1,200 rows",
    ]


def test_html_text_leaves_nothing_to_interpret() -> None:
    assert f.html_text("<b a=\"x\" b='y'>&") == "&lt;b a=&quot;x&quot; b=&#x27;y&#x27;&gt;&amp;"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("$1 and $2", r"\$1 and \$2"),
        ("*a* `b` [c](d)", r"\*a\* \`b\` \[c\](d)"),
        ("claude_haiku _x_", r"claude_haiku \_x\_"),
        (":red[x]", r"\:red\[x\]"),
        ("# title", r"\# title"),
        ("1. first", r"1\. first"),
        ("- item", r"\- item"),
        ("gpt-4.1-mini", "gpt-4.1-mini"),
        ("two\nlines", "two lines"),
        ("https://x.y", "https\\://\u2060x.y"),
        (":smile:", "\\:\u2060smile:"),
        ("ada@example.com", "ada\u2060@example.com"),
        ("5 @ $2", r"5 @ \$2"),
    ],
)
def test_markdown_text_is_shown_as_written(text: str, written: str) -> None:
    assert f.markdown_text(text) == written
