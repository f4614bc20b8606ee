"""What providers charged for many uses at once, column by column: exactly what PriceBook says one by one.

All is done in 64-bit integers. Where these might not suffice (prices finer than a nano, enormous counts), the price
book itself is asked.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from billing_core.adapters.provider_prices.band_tables import BandTables, Flags, Ints
from billing_core.domain.prices import TOKENS_PER_MTOK
from billing_core.domain.provider_prices import STANDARD, PriceBook
from billing_core.domain.usage_columns import UsageColumns

Pair = tuple[str, str]
_Group = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class PricedColumns:
    """Nanos per row, in the currency of the row's price book; 0 where `is_priced` is false."""

    nanos: Ints
    is_priced: Flags

    def to_list(self) -> list[int | None]:
        """The nanos of each row, None for an unpriced one."""
        costs: list[int | None] = self.nanos.tolist()
        for row in np.flatnonzero(~self.is_priced).tolist():
            costs[row] = None
        return costs


def price_many(books: Mapping[Pair, PriceBook | None], columns: UsageColumns) -> PricedColumns:
    """The provider cost of every row by the prices in force at its time.

    `books` has the price book of each reported (provider, model); rows of any other are unpriced. InvalidInput for a
    cost beyond what can be counted.
    """
    groups, group = _grouped(columns)
    priced = [(_book_of(books, named), named[2] or STANDARD) for named in groups]
    tables = BandTables(priced)
    input_, output, llm = _ints(columns.input_tokens), _ints(columns.output_tokens), _ints(columns.llm_tokens)
    parts = (columns.cache_read_tokens, columns.cache_write_tokens, columns.reasoning_tokens)
    band = tables.bands(group, _ints(columns.at_micros), input_)
    total = np.zeros(len(columns), np.int64)
    for counts, rates in zip((input_, output, llm, *map(_ints, parts)), tables.rates, strict=True):
        if counts.any():
            total += counts * rates.take(band)
    nanos = _rounded(total)
    is_priced = tables.prices(band, input_ + llm, output)
    nanos[~is_priced] = 0
    too_large = tables.are_too_large(band, np.maximum(np.maximum(input_, output), llm)) & is_priced
    for row in np.flatnonzero(too_large).tolist():
        book, tier = priced[int(group[row])]
        if book is not None:
            nanos[row] = book.cost_nanos(columns.quantities(row), int(columns.at_micros[row]), tier) or 0
    return PricedColumns(nanos, is_priced)


def _grouped(columns: UsageColumns) -> tuple[Sequence[_Group], Ints]:
    """The distinct providers, models and tiers, and the position of each row's among them."""
    positions: defaultdict[_Group, int] = defaultdict()
    positions.default_factory = positions.__len__
    named = zip(columns.provider, columns.model, columns.service_tier, strict=True)
    group = np.fromiter(map(positions.__getitem__, named), np.int64, len(columns))
    return list(positions), group


def _book_of(books: Mapping[Pair, PriceBook | None], named: _Group) -> PriceBook | None:
    provider, model, _ = named
    return None if provider is None or model is None else books.get((provider, model))


def _ints(values: Sequence[int]) -> Ints:
    # Mostly whole columns are zero, such as LLM tokens: looking takes a fifth of converting.
    return np.fromiter(values, np.int64, len(values)) if any(values) else np.zeros(len(values), np.int64)


def _rounded(total: Ints) -> Ints:
    """Millionths of nanos as nanos, half to even."""
    nanos, rest = np.divmod(total, TOKENS_PER_MTOK)
    twice = rest * 2
    nanos += (twice > TOKENS_PER_MTOK) | ((twice == TOKENS_PER_MTOK) & (nanos % 2 == 1))
    return nanos
