"""Usage in JSON lines: an object a line."""

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal, NoReturn, cast

from billing_core.adapters.usage_files.text_lines import TextLines
from billing_core.domain.errors import InvalidInput
from billing_core.services.ingestion.ports import BrokenRow, UsageRow

ROWS_LOOKED_AT_MIN = 100


class JsonLinesFile:
    """A file of JSON objects; the values of an object inside another are columns such as `usage.input_tokens`."""

    position_kind: Literal["line", "row"] = "line"

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._lines = TextLines(path)

    @property
    def fraction_read(self) -> float:
        return self._lines.fraction_read

    def columns(self, wanted: Collection[str]) -> Sequence[str]:
        """The names in the first hundred objects, and in as many more as it takes to see all `wanted`."""
        names: dict[str, None] = {}
        for count, row in enumerate(self.rows(), start=1):
            if isinstance(row, UsageRow):
                names.update(dict.fromkeys(row.names))
            if count >= ROWS_LOOKED_AT_MIN and names.keys() >= set(wanted):
                break
        if not names:
            raise InvalidInput(f"{self.name} has no line with a JSON object.", field="file")
        return list(names)

    def rows(self) -> Iterator[UsageRow | BrokenRow]:
        """All rows in order; a line that is not a JSON object is broken."""
        for number, line in self._lines:
            if isinstance(line, BrokenRow):
                yield line
                continue
            try:
                value: object = json.loads(line, parse_constant=_refuse_constant)
            except (ValueError, RecursionError) as error:
                yield BrokenRow(number, InvalidInput(f"The line is not JSON: {error}."), line)
                continue
            if isinstance(value, dict):
                flat = _flat(cast("dict[str, object]", value))
                yield UsageRow(number, tuple(flat), tuple(flat.values()))
            else:
                yield BrokenRow(number, InvalidInput("The line is not a JSON object such as {...}."), line)


def _flat(value: dict[str, object]) -> dict[str, object]:
    if not any(isinstance(item, dict) for item in value.values()):
        return value
    flat: dict[str, object] = {}
    for name, item in value.items():
        if isinstance(item, dict):
            inner = _flat(cast("dict[str, object]", item))
            flat |= {f"{name}.{inner_name}": inner_item for inner_name, inner_item in inner.items()}
        else:
            flat[name] = item
    return flat


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")
