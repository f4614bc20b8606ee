"""What providers charge at this moment for the models that were used."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from billing_core.bootstrap import application
from billing_core.domain.provider_prices import ProviderPrice

_TTL_SECONDS = 60


@dataclass(frozen=True, slots=True)
class PricedModel:
    """The prices in force of a model as it is reported, by band of input; none when it has no price."""

    provider: str
    model: str
    rows: Sequence[ProviderPrice]


@st.cache_data(ttl=_TTL_SECONDS, max_entries=50, show_spinner=False)
def prices_in_force(pairs: frozenset[tuple[str, str]]) -> list[PricedModel]:
    """The standard tier's prices of each (provider, model), in that order; the same for everyone who may see costs."""
    house = application()
    now = house.clock.now()
    with house.read() as uow:
        books = uow.catalog.price_books(pairs)
    return [
        PricedModel(provider, model, () if (book := books[provider, model]) is None else book.in_force(now))
        for provider, model in sorted(pairs)
    ]
