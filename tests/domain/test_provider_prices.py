"""Price books: which of many dated rows prices an event."""

from datetime import UTC, datetime
from typing import Any

import pytest

from billing_core.domain.money import Money
from billing_core.domain.provider_prices import PriceBook, ProviderPrice
from billing_core.domain.usage import Quantities

DOLLAR_PER_MTOK = 1_000_000_000
JANUARY, JUNE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)


def a_price(**changes: Any) -> ProviderPrice:
    values: dict[str, Any] = {
        "provider": "openai",
        "model": "gpt-4",
        "token_kind": "input",
        "nanos_per_mtok": 30 * DOLLAR_PER_MTOK,
        "currency": "USD",
        "effective_from": JANUARY,
        "source": "catalogue",
        "source_version": "1",
    }
    return ProviderPrice(**(values | changes))


def an_input(tokens: int) -> Quantities:
    return Quantities(input_tokens=tokens)


def test_a_price_holds_from_its_day_until_the_next_one() -> None:
    book = PriceBook([a_price(), a_price(effective_from=JUNE, nanos_per_mtok=10 * DOLLAR_PER_MTOK)])
    assert book.cost(an_input(1_000_000), datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC)) == Money.parse("30", "USD")
    assert book.cost(an_input(1_000_000), JUNE) == Money.parse("10", "USD")


def test_before_the_first_price_the_cost_is_unknown_and_not_zero() -> None:
    assert PriceBook([a_price()]).cost(an_input(1), datetime(2025, 12, 31, tzinfo=UTC)) is None


def test_tokens_of_a_kind_without_a_price_make_the_cost_unknown() -> None:
    assert PriceBook([a_price()]).cost(Quantities(input_tokens=1, output_tokens=1), JUNE) is None


def test_a_long_input_is_priced_by_its_band_from_the_first_token_beyond() -> None:
    band = a_price(input_tokens_over=200_000, nanos_per_mtok=60 * DOLLAR_PER_MTOK)
    book = PriceBook([a_price(), band])
    assert book.cost(an_input(200_000), JUNE) == Money.parse("6", "USD")
    assert book.cost(an_input(200_001), JUNE) == Money.parse("12.00006", "USD")


def test_our_own_price_wins_over_an_imported_one_from_its_day_on() -> None:
    imported = a_price(source="genai-prices", nanos_per_mtok=20 * DOLLAR_PER_MTOK)
    own = a_price(precedence=1, effective_from=JUNE)
    book = PriceBook([own, imported])
    assert book.cost(an_input(1_000_000), JANUARY) == Money.parse("20", "USD")
    assert book.cost(an_input(1_000_000), JUNE) == Money.parse("30", "USD")


def test_our_own_standard_price_leaves_imported_tiers_in_force() -> None:
    book = PriceBook([a_price(precedence=1), a_price(service_tier="batch", nanos_per_mtok=15 * DOLLAR_PER_MTOK)])
    assert book.cost(an_input(1_000_000), JUNE, "batch") == Money.parse("15", "USD")


@pytest.mark.parametrize("tier", ["default", "auto", "Standard", ""])
def test_the_ordinary_tier_goes_by_many_names(tier: str) -> None:
    assert PriceBook([a_price()]).cost(an_input(1_000_000), JUNE, tier) == Money.parse("30", "USD")


def test_an_unknown_tier_is_unpriced_and_not_standard() -> None:
    assert PriceBook([a_price()]).cost(an_input(1), JUNE, "flexx") is None


def test_a_correction_recorded_later_holds_for_the_same_date() -> None:
    book = PriceBook([a_price(), a_price(source_version="2", nanos_per_mtok=29 * DOLLAR_PER_MTOK)])
    assert book.cost(an_input(1_000_000), JUNE) == Money.parse("29", "USD")


def test_a_model_without_prices_is_unpriced() -> None:
    assert PriceBook([]).cost(an_input(1), JUNE) is None
