"""The lines of a table of usage: a name with its figures and what they are compared with, and a total."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing_core.console import formatting
from billing_core.console.queries.usage import Compared
from billing_core.console.usage.names import distinct_labels, value_label
from billing_core.console.usage.sums import combined
from billing_core.services.reporting.answers import BreakdownRow
from billing_core.services.reporting.measures import Measures
from billing_core.services.reporting.usage_filter import Dimension


@dataclass(frozen=True, slots=True)
class Line:
    """A name with its figures on screen, over the complete days and over the days these are compared with."""

    name: str
    current: Measures
    complete: Measures
    prior: Measures

    def change(self, read: Callable[[Measures], int]) -> Decimal | None:
        """How much a figure of the complete days differs, as a part of the days before."""
        return formatting.change(read(self.complete), read(self.prior))


def lines_of(
    compared: Compared, by: Dimension, order: Callable[[Measures], tuple[int, ...]], rows_max: int
) -> list[Line]:
    """A line per value, the largest by `order` first; beyond `rows_max` a last one for all others.

    What was used before but not on the days shown has no line of its own; it is in the total's comparison.
    """
    labels = distinct_labels((row.key, value_label(by, row.key, row.label)) for row in compared.current)
    complete, prior = _by_key(compared.complete), _by_key(compared.prior)
    lines = [
        Line(labels[row.key], row.measures, complete.get(row.key, Measures()), prior.get(row.key, Measures()))
        for row in sorted(compared.current, key=lambda row: order(row.measures), reverse=True)
    ]
    return lines if len(lines) <= rows_max + 1 else [*lines[:rows_max], _other(lines[rows_max:])]


def total_line(compared: Compared) -> Line:
    """Everything together: the same figures as the sum of the lines."""
    return Line(
        "Total",
        *(combined(row.measures for row in rows) for rows in (compared.current, compared.complete, compared.prior)),
    )


def _other(lines: Sequence[Line]) -> Line:
    return Line(
        f"Other ({len(lines)})",
        combined(line.current for line in lines),
        combined(line.complete for line in lines),
        combined(line.prior for line in lines),
    )


def _by_key(rows: Sequence[BreakdownRow]) -> dict[str | None, Measures]:
    return {row.key: row.measures for row in rows}
