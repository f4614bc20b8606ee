"""The card that lists what providers charge now for the models on screen, and where each price is from."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from billing_core.console import formatting
from billing_core.console.components import Cell, Column, card, money_table
from billing_core.console.formatting import day, tokens
from billing_core.console.provider_costs.view import CostView
from billing_core.console.queries.provider_prices import PricedModel, prices_in_force
from billing_core.console.usage.names import provider_label
from billing_core.domain.clock import from_micros
from billing_core.domain.money import Money
from billing_core.domain.provider_prices import ProviderPrice, TokenKind

_COLUMNS = [
    Column("Model"),
    Column("Input", formatting.rate),
    Column("Output", formatting.rate),
    Column("Cached input", formatting.rate),
    Column("Provider"),
    Column("In force since"),
    Column("Source"),
    Column("Source version"),
]
# Where a source gives no date for its first price, it holds from here on.
_BEGINNING = from_micros(0)


def price_list_card(view: CostView) -> None:
    """Prices per million tokens of the standard tier; a model whose price depends on the input has a row per band."""
    box = card("Provider prices in force", "Per 1M tokens, for the models used in these days", key="costs_prices")
    pairs = frozenset(
        (item.provider, item.model)
        for item in view.models
        if item.provider is not None and item.model is not None and item.line.current.calls
    )
    zone = view.question.chosen.zone
    rows = [row for model in prices_in_force(pairs) for row in price_rows(model, zone)]
    with box.body:
        money_table(rows, _COLUMNS, key="costs_prices_table", alt="Provider prices in force, per million tokens.")
        st.caption("A dash is no price of its own: cached input is then charged like other input.")


def price_rows(model: PricedModel, zone: ZoneInfo) -> Iterator[Sequence[Cell]]:
    """A row per band of input; a band charges what the one below does where it has no price of its own."""
    if not model.rows:
        yield [model.model, None, None, None, provider_label(model.provider), "No price", "", ""]
    for over in sorted({price.input_tokens_over for price in model.rows}):
        prices: dict[TokenKind, ProviderPrice] = {
            price.token_kind: price for price in model.rows if price.input_tokens_over <= over
        }
        newest = max(prices.values(), key=lambda price: price.effective_from)
        yield [
            f"{model.model}, over {tokens(over)} input" if over else model.model,
            _rate(prices, "input"),
            _rate(prices, "output"),
            _rate(prices, "cache_read"),
            provider_label(model.provider),
            _since(newest.effective_from, zone),
            newest.source,
            newest.source_version,
        ]


def _rate(prices: dict[TokenKind, ProviderPrice], kind: TokenKind) -> Money | None:
    price = prices.get(kind)
    return None if price is None else Money(price.nanos_per_mtok, price.currency)


def _since(effective_from: datetime, zone: ZoneInfo) -> str:
    return "Always" if effective_from <= _BEGINNING else day(effective_from.astimezone(zone).date())
