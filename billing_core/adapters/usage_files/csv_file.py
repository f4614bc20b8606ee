"""Usage in CSV: a line of column names, then a row a line."""

import csv
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal

from billing_core.adapters.usage_files.text_lines import TextLines
from billing_core.domain.errors import InvalidInput
from billing_core.services.ingestion.ports import BrokenRow, UsageRow


class CsvFile:
    """A CSV file. Every line is a row of its own, so that a stray quote spoils one row and not all that follow."""

    position_kind: Literal["line", "row"] = "line"

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._lines = TextLines(path)
        self._names = self._header()

    @property
    def fraction_read(self) -> float:
        return self._lines.fraction_read

    def columns(self, wanted: Collection[str]) -> Sequence[str]:
        """The names in the first line."""
        return self._names

    def rows(self) -> Iterator[UsageRow | BrokenRow]:
        """All rows in order; one with too few or too many cells is broken."""
        names = self._names
        lines = iter(self._lines)
        next(lines)
        for number, line in lines:
            if isinstance(line, BrokenRow):
                yield line
                continue
            try:
                cells = _cells(line)
            except csv.Error as error:
                yield BrokenRow(number, InvalidInput(f"The line is not CSV: {error}."), line)
                continue
            if len(cells) == len(names):
                yield UsageRow(number, names, cells)
            else:
                message = f"The line has {len(cells)} cells; the first line names {len(names)} columns."
                yield BrokenRow(number, InvalidInput(message), line)

    def _header(self) -> tuple[str, ...]:
        line = next((line for _, line in self._lines), None)
        if line is None:
            raise InvalidInput(f"{self.name} is empty; a CSV file begins with a line of column names.", field="file")
        if isinstance(line, BrokenRow):
            raise InvalidInput(f"The first line of {self.name} cannot be read. {line.error.message}", field="file")
        try:
            names = tuple(name.strip() for name in _cells(line))
        except csv.Error as error:
            raise InvalidInput(f"The first line of {self.name} is not CSV: {error}.", field="file") from error
        if twice := {name for name in names if name and names.count(name) > 1}:
            raise InvalidInput(f"{self.name} has more than one column {min(twice)!r}.", field="file")
        return names


def _cells(line: str) -> list[str]:
    return next(csv.reader((line,), strict=True)) if '"' in line else line.split(",")
