"""Take over a published list of provider prices: what is new is added, what was recorded never changes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from billing_core.domain.price_dates import check_dates
from billing_core.domain.provider_prices import PriceKey, ProviderPrice
from billing_core.services.catalog.ports import ProviderPriceStore
from billing_core.services.catalog.price_source import PriceSource


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import added, and what it could not take over as it is; see PriceList for the last two."""

    source: str
    source_version: str
    prices_added: int = 0
    is_known: bool = False
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])
    rounded: Sequence[str] = ()


def import_provider_prices(store: ProviderPriceStore, source: PriceSource, now: datetime) -> ImportReport:
    """Import a version of a source once; a version imported before is recognised without reading the source.

    The first import takes over the whole history. A later version adds dated prices that are new, and a price that
    changed without a new date holds from now on, so that what was priced before stays as it was. OverlappingPrices for
    a list that has two prices for the same time.
    """
    if store.has_source_version(source.name, source.version):
        return ImportReport(source=source.name, source_version=source.version, is_known=True)
    published = source.read()
    check_dates(published.prices)
    added = _new_prices(published.prices, store.provider_prices(source.name), now)
    store.add_provider_prices(added, now)
    store.save_model_aliases(published.aliases, source.name, source.version)
    return ImportReport(
        source=source.name,
        source_version=source.version,
        prices_added=len(added),
        left_out=published.left_out,
        rounded=published.rounded,
    )


def _new_prices(
    published: Sequence[ProviderPrice], stored: Sequence[ProviderPrice], now: datetime
) -> list[ProviderPrice]:
    known = _by_key(stored)
    added: list[ProviderPrice] = []
    for key, prices in _by_key(published).items():
        newest = known[key][-1] if key in known else None
        later = [price for price in prices if newest is None or price.effective_from > newest.effective_from]
        added += later
        if newest is not None and not later and _rate(prices[-1]) != _rate(newest):
            added.append(replace(prices[-1], effective_from=max(now, newest.effective_from)))
    return added


def _rate(price: ProviderPrice) -> tuple[int, int]:
    return price.nanos_per_mtok, price.attos_per_mtok


def _by_key(prices: Sequence[ProviderPrice]) -> dict[PriceKey, list[ProviderPrice]]:
    """Prices of one kind of token of one model, tier, band and part of the day, by date."""
    found: defaultdict[PriceKey, list[ProviderPrice]] = defaultdict(list)
    for price in sorted(prices, key=lambda price: price.effective_from):
        found[price.key].append(price)
    return found
