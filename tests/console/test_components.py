"""What components show: the words of limits, tables, packages and exports."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pandas as pd
import pytest

from billing_core.console import formatting as f
from billing_core.console.components import (
    Column,
    PackageOffer,
    limit_meter,
    status_markdown,
)
from billing_core.console.components.columns import styled_frame
from billing_core.console.components.export_menu import file_content
from billing_core.console.components.meters import meter_html
from billing_core.domain.money import Money


def usd(text: str) -> Money:
    return Money.parse(text, "USD")


def test_a_limit_warns_when_the_forecast_passes_it_and_says_when() -> None:
    meter = limit_meter("Anthropic", usd("18421"), usd("20000"), forecast=usd("22000"), runs_out_on=date(2026, 11, 23))
    assert (meter.value + meter.of, meter.left, meter.right, meter.tone) == (
        "$18,421 of $20,000",
        "92% used",
        "Runs out 23 Nov",
        "warn",
    )


@pytest.mark.parametrize(
    ("used", "forecast", "tone", "words"),
    [
        (79, None, "info", "Under the limit"),
        (79, 95, "info", "Stays under the limit"),
        (80, 95, "warn", "Close to the limit"),
        (10, 101, "warn", "Runs out before the period ends"),
        (100, None, "bad", "Limit reached"),
        (130, 150, "bad", "Limit reached"),
    ],
)
def test_a_limit_says_how_it_stands_in_words(used: int, forecast: int | None, tone: str, words: str) -> None:
    meter = limit_meter("Calls", used, 100, forecast=forecast)
    assert (meter.tone, meter.right) == (tone, words)


def test_a_limit_that_is_nearly_reached_does_not_say_100_percent() -> None:
    assert limit_meter("Calls", 9_999, 10_000).left == "99% used"


def test_a_limit_of_nothing_is_reached() -> None:
    assert limit_meter("Calls", 0, 0).tone == "bad"


def test_a_bar_never_leaves_its_track_and_speaks_its_value() -> None:
    html = meter_html(limit_meter("Calls", 130, 100, forecast=150))
    assert html.count('width:100.0%"') == 2
    assert 'role="meter"' in html
    assert 'aria-valuetext="130 of 100; 130% used; Limit reached"' in html


def test_a_table_holds_the_numbers_themselves_and_shows_them_formatted() -> None:
    styled = styled_frame(
        [("claude", 935_000_000, usd("5120.92"), Decimal("0.406")), ("gpt", None, None, None)],
        [Column("Model"), Column("Tokens", f.tokens), Column("Revenue", f.money), Column("Share", f.percent)],
        total=("Total", 935_000_000, usd("5120.92"), Decimal(1)),
    )
    assert list(vars(styled)["data"]["Revenue"]) == [5_120_920_000_000, pd.NA, 5_120_920_000_000]
    shown = styled.to_html()
    for text in ("935M", "$5,120.92", "40.6%", "100.0%", "—"):
        assert text in shown
    assert "font-weight: 600" in shown


def test_equal_digits_of_different_columns_keep_their_own_format() -> None:
    shown = styled_frame(
        [(1_000_000_000, Money(1_000_000_000, "USD"))], [Column("Tokens", f.tokens), Column("Cost", f.money)]
    ).to_html()
    assert "1.0B" in shown
    assert "$1.00" in shown


def test_a_column_of_two_currencies_is_refused() -> None:
    with pytest.raises(ValueError, match="'Cost' mixes EUR, USD"):
        styled_frame([(usd("1"),), (Money.parse("1", "EUR"),)], [Column("Cost", f.money)])


def test_a_row_that_does_not_fit_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="A row of 1 cells does not fit 2 columns"):
        styled_frame([("a",)], [Column("A"), Column("B")])


def test_an_unknown_status_word_is_an_error_rather_than_a_grey_badge() -> None:
    assert status_markdown("Paid") == ":green-badge[Paid]"
    with pytest.raises(KeyError):
        status_markdown("Payed")


def test_a_package_names_its_bonus_and_the_price_of_one_credit() -> None:
    offer = PackageOffer("Growth", Money.parse("5000", "CREDITS"), usd("4850"), bonus=Money.parse("150", "CREDITS"))
    assert offer.note == "Plus 150 bonus · $0.942 each"
    assert PackageOffer("Starter", Money.parse("100", "CREDITS"), usd("9.90")).note == "$0.099 each"


def test_an_export_keeps_every_digit() -> None:
    frame = pd.DataFrame({"cost": [Decimal("0.000000001"), Decimal("12.500000000")]})
    assert file_content(frame, "CSV").decode().split() == ["cost", "0.000000001", "12.500000000"]
    assert list(pd.read_parquet(BytesIO(file_content(frame, "Parquet")))["cost"]) == list(frame["cost"])
