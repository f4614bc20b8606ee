"""Rows of exact values and how their columns are written, as the styled frame that tables and grids are drawn from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from billing_core.console.formatting import MISSING, markdown_text
from billing_core.domain.money import Money

Cell = str | int | Decimal | Money | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: numbers with the formatter that writes them (`formatting.money`), or text without one.

    Numbers line up at the right. `status` turns words of `components.status` into badges. `width` is in pixels and
    only heeded by grids.
    """

    label: str
    write: Callable[[Any], str] | None = None
    status: bool = False
    width: int | None = None


def styled_frame(
    rows: Sequence[Sequence[Cell]],
    columns: Sequence[Column],
    *,
    total: Sequence[Cell] | None = None,
    text: Callable[[str], str] = markdown_text,
    status: Callable[[str], str | list[str]] = str,
) -> Styler:
    """A frame of the numbers themselves (nanos of amounts), shown through each column's formatter; total row bold.

    Raises ValueError where rows and columns do not fit or a column mixes currencies, which have no common order.
    """
    lines = [*rows, *([] if total is None else [total])]
    for line in lines:
        if len(line) != len(columns):
            raise ValueError(f"A row of {len(line)} cells does not fit {len(columns)} columns: {line!r}.")
    frame = pd.DataFrame(index=range(len(lines)))
    writers: dict[Any, Callable[[Any], str] | str | None] = {}
    for place, column in enumerate(columns):
        cells = [line[place] for line in lines]
        if column.write is None:
            frame[column.label] = pd.Series([_written(cell, status if column.status else text) for cell in cells])
        else:
            numbers = _numbers(cells, column.label)
            frame[column.label] = numbers
            texts = {
                number: column.write(cell) for number, cell in zip(numbers, cells, strict=True) if cell is not None
            }
            writers[column.label] = texts.__getitem__
    styler = frame.style.format(writers, na_rep=MISSING)
    if total is None:
        return styler
    return styler.set_properties(subset=pd.IndexSlice[[len(lines) - 1], :], **{"font-weight": "600"})


def _written(cell: Cell, convert: Callable[[str], str | list[str]]) -> str | list[str]:
    return "" if cell is None else convert(str(cell))


def _numbers(cells: Sequence[Cell], label: str) -> "pd.Series[Any]":
    currencies = {cell.currency for cell in cells if isinstance(cell, Money)}
    if len(currencies) > 1:
        raise ValueError(f"Column {label!r} mixes {', '.join(sorted(currencies))}; give each currency its own.")
    numbers = [cell.nanos if isinstance(cell, Money) else cell for cell in cells]
    if any(isinstance(number, Decimal) for number in numbers):
        return pd.Series([None if number is None else float(number) for number in numbers], dtype="Float64")
    return pd.Series(numbers, dtype="Int64")
