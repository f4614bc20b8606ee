"""Price books as tables of numbers, so that the band that prices a use is found for a whole column at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from billing_core.domain.prices import TOKENS_PER_MTOK
from billing_core.domain.provider_prices import PriceBook
from billing_core.domain.rate_bands import Band, band_for

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
# Six products of a count and a rate are added up: none may be more than a sixth of this.
_SUM_MAX = 2**62
_PRODUCTS = 6
_MICROS_PER_SECOND = 1_000_000
_SECONDS_PER_DAY = 86_400
_UNPRICED = Band(0, 0, 0, 0, 0, 0, 0, per=TOKENS_PER_MTOK, is_complete=False, kinds=frozenset())


class BandTables:
    """The bands of some price books and tiers. A column of bands holds positions in the tables made here."""

    def __init__(self, priced: Sequence[tuple[PriceBook | None, str]]) -> None:
        self._books = [book for book, _ in priced]
        tiers = [[()] if book is None else book.bands(tier) for book, tier in priced]
        bands = [_UNPRICED, *{id(band): band for of_book in tiers for cell in of_book for band in cell}.values()]
        self._overs = np.array(sorted({band.input_tokens_over for band in bands}), np.int64)
        self._dates = np.array(sorted({start for book in self._books if book for start in book.starts}), np.int64)
        self._parts = np.array([1 if book is None else len(book.day_seconds) for book in self._books], np.int64)
        self._first_cell = np.cumsum([0, *map(len, tiers)])
        positions = [self._positions(book) for book in self._books]
        self._position = np.array(positions, np.int64).reshape(len(self._books), len(self._dates) + 1)
        self._band = self._bands_by_cell(tiers, bands)
        self.rates = np.array([band[1:7] if band.per == TOKENS_PER_MTOK else [0] * 6 for band in bands], np.int64).T
        self._prices_input = np.array(["input" in band.kinds for band in bands])
        self._prices_output = np.array(["output" in band.kinds for band in bands])
        self._count_max = np.array([_count_max(band) for band in bands], np.int64)

    def bands(self, group: Ints, at_micros: Ints, input_tokens: Ints) -> Ints:
        """The band of each row, by the price book and tier it belongs to, its time and the size of its input."""
        date = np.searchsorted(self._dates, at_micros, side="right")
        cell = self._first_cell[group] + self._position[group, date] * self._parts[group]
        for number in np.flatnonzero(self._parts > 1):
            book, rows = self._books[number], np.flatnonzero(group == number)
            if book is not None:
                seconds = at_micros[rows] // _MICROS_PER_SECOND % _SECONDS_PER_DAY
                cell[rows] += np.searchsorted(book.day_seconds, seconds, side="right") - 1
        return self._band[cell, np.searchsorted(self._overs, input_tokens)]

    def prices(self, band: Ints, input_and_llm_tokens: Ints, output_tokens: Ints) -> Flags:
        """Which rows have a price for every token they used."""
        has_input = self._prices_input[band] | (input_and_llm_tokens == 0)
        return has_input & (self._prices_output[band] | (output_tokens == 0)) & (band > 0)

    def are_too_large(self, band: Ints, largest_count: Ints) -> Flags:
        """Which rows 64 bits might not suffice for."""
        return largest_count > self._count_max[band]

    def _positions(self, book: PriceBook | None) -> Ints:
        """For the number of dates among all that lie behind an instant, the number of those of a book."""
        if book is None:
            return np.zeros(len(self._dates) + 1, np.int64)
        return np.append(0, np.searchsorted(book.starts, self._dates, side="right"))

    def _bands_by_cell(self, tiers: Sequence[Sequence[Sequence[Band]]], bands: Sequence[Band]) -> Ints:
        """By cell (a book's dates and parts of the day) and number of bands below the input, the band."""
        number = {id(band): position for position, band in enumerate(bands)}
        table = np.zeros((sum(map(len, tiers)), len(self._overs) + 1), np.int64)
        sizes = [0, *(self._overs + 1).tolist()]
        for row, cell in enumerate(cell for of_book in tiers for cell in of_book):
            if len(cell) == 1:
                table[row] = number[id(cell[0])]
            elif cell:
                table[row] = [number[id(band_for(cell, size))] for size in sizes]
        return table


def _count_max(band: Band) -> int:
    """The largest count whose price is worked out in 64 bits; none for rates finer than a nano."""
    if band.per != TOKENS_PER_MTOK:
        return -1
    return _SUM_MAX // _PRODUCTS // max(1, *map(abs, band[1:7]))
