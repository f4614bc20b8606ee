"""What providers charge at this moment, model by model: the public list, or our own prices as well."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.provider_prices import OVERRIDE, PriceBook, ProviderPrice

Pair = tuple[str, str]


class Prices(Protocol):
    """Provider prices as they were recorded."""

    def models_listed(
        self, *, provider: str | None, model: str | None, after: Pair | None, but_source: str | None, count_max: int
    ) -> Sequence[Pair]:
        """The (provider, model) behind `after` that have a price from another source than `but_source`, in order."""
        ...

    def price_books(self, pairs: Iterable[Pair]) -> Mapping[Pair, PriceBook | None]:
        """The price book of each pair as a call reports it, by the model's other names too."""
        ...

    def recorded_prices(self, pairs: Iterable[Pair]) -> Mapping[Pair, Sequence[ProviderPrice]]:
        """All rows that stand under these names, in the order they were recorded."""
        ...


class PriceUnit(Protocol):
    """The part of a unit of work that knows provider prices."""

    @property
    def catalog(self) -> Prices: ...


@dataclass(frozen=True, slots=True)
class PricedModel:
    """A model and its prices in force, by service tier, band of input and kind of token; none while it has none."""

    provider: str
    model: str
    prices: Sequence[ProviderPrice]


def prices_in_force(
    uow: PriceUnit,
    now: datetime,
    *,
    provider: str | None,
    model: str | None,
    after: Pair | None,
    count_max: int,
    with_overrides: bool,
) -> list[PricedModel]:
    """The models behind `after`, by provider and name. Overrides are what we have agreed on, and nobody else's.

    One model that is not listed under its name is found by the names that calls report it by.
    """
    hidden = None if with_overrides else OVERRIDE
    pairs = uow.catalog.models_listed(
        provider=provider, model=model, after=after, but_source=hidden, count_max=count_max
    )
    if provider is not None and model is not None and not pairs and after is None:
        book = uow.catalog.price_books([(provider, model)])[provider, model]
        known = () if book is None else [row for row in book.tiers_in_force(now) if row.source != hidden]
        return [PricedModel(known[0].provider, known[0].model, known)] if known else []
    recorded = uow.catalog.recorded_prices(pairs)
    return [
        PricedModel(*pair, PriceBook(row for row in recorded[pair] if row.source != hidden).tiers_in_force(now))
        for pair in pairs
    ]
