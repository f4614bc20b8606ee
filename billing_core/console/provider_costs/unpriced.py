"""The warning about usage whose provider price is not known: how much, since when, and what to do."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import streamlit as st

from billing_core.console.components import Column, card, money_table, status_badge
from billing_core.console.formatting import count, day, markdown_text, plural, tokens
from billing_core.console.usage.names import provider_label
from billing_core.services.reporting.answers import UnpricedModel

PRICE_FILE = "data/catalog/provider_prices.yml"
ROWS_MAX = 20
_COLUMNS = [
    Column("Model"),
    Column("Calls", count),
    Column("Tokens", tokens),
    Column("Customers", count),
    Column("Provider"),
    Column("First used"),
    Column("Last used"),
]


def unpriced_card(models: Sequence[UnpricedModel], zone: ZoneInfo) -> None:
    """The card; nothing where every model has a price. `models` are those with the most tokens first."""
    if not models:
        return
    calls = sum(model.calls for model in models)
    used = sum(model.tokens for model in models)
    box = card(
        f"{plural(len(models), 'model')} without a provider price",
        f"{plural(calls, 'call')} with {tokens(used)} tokens are in no cost, so the margin looks better than it is.",
        key="costs_unpriced",
    )
    with box.controls:
        status_badge("Unpriced")
    with box.body:
        money_table(
            [_row(model, zone) for model in models[:ROWS_MAX]],
            _COLUMNS,
            key="costs_unpriced_table",
            alt="Usage without a provider price, by model.",
        )
        st.caption(
            markdown_text(
                f"Add a price in {PRICE_FILE}, with the date it holds from, and run python -m billing_core init. Usage "
                "is priced with it from then on; what was recorded without a price stays as it is."
            )
        )


def _row(model: UnpricedModel, zone: ZoneInfo) -> list[str | int]:
    return [
        model.model,
        model.calls,
        model.tokens,
        model.organizations,
        provider_label(model.provider),
        day(model.first_seen_at.astimezone(zone).date()),
        day(model.last_seen_at.astimezone(zone).date()),
    ]
