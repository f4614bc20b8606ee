"""The lines of a table of usage: a name with its figures and what they are compared with, and a total."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing_core.console import formatting
from billing_core.console.date_range import DateRange
from billing_core.console.queries.usage import Compared
from billing_core.console.theme import OTHER
from billing_core.console.usage.names import distinct_labels, value_label
from billing_core.console.usage.parts import during
from billing_core.services.reporting.answers import BreakdownRow, Point
from billing_core.services.reporting.combined import combined
from billing_core.services.reporting.measures import Measures
from billing_core.services.reporting.usage_filter import Dimension

NOTHING = Measures()


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


def lines_of(compared: Compared, by: Dimension) -> list[Line]:
    """A line per value in the order of the answer; its last row may stand for all others.

    What was used before but not on the days shown has no line of its own; it counts in the total's comparison, and
    in that of the others.
    """
    named = [row for row in compared.current if not row.is_other]
    labels = distinct_labels((row.key, value_label(by, row.key, row.label)) for row in named)
    complete, prior = _by_key(compared.complete), _by_key(compared.prior)
    lines = [
        Line(labels[row.key], row.measures, complete.get(row.key, NOTHING), prior.get(row.key, NOTHING))
        for row in named
    ]
    for rest in compared.current[len(named) :]:
        lines.append(
            Line(
                f"{OTHER} ({rest.combined})",
                rest.measures,
                combined(measures for key, measures in complete.items() if key not in labels),
                combined(measures for key, measures in prior.items() if key not in labels),
            )
        )
    return lines


def largest(lines: Sequence[Line], order: Callable[[Measures], tuple[int, ...]], rows_max: int) -> list[Line]:
    """The largest first; those beyond `rows_max` in one last line."""
    ranked = sorted(lines, key=lambda line: (*(-size for size in order(line.current)), line.name))
    if len(ranked) <= rows_max + 1:
        return ranked
    rest = ranked[rows_max:]
    return [*ranked[:rows_max], _together(f"{OTHER} ({len(rest)})", rest)]


def total_line(compared: Compared) -> Line:
    """Everything together: the same figures as the sum of the lines."""
    spans = (compared.current, compared.complete, compared.prior)
    return Line("Total", *(combined(row.measures for row in rows) for rows in spans))


def compared_of(points: Sequence[Point], days: DateRange) -> Compared:
    """The breakdown that split points add up to."""
    return Compared(*(_rows(during(points, span)) for span in (days.current, days.complete, days.prior_complete)))


def _rows(points: Sequence[Point]) -> list[BreakdownRow]:
    found: dict[str | None, list[Point]] = {}
    for point in points:
        found.setdefault(point.key, []).append(point)
    return [
        BreakdownRow(key=key, label=parts[0].label, measures=combined(part.measures for part in parts))
        for key, parts in found.items()
    ]


def _together(name: str, lines: Sequence[Line]) -> Line:
    return Line(
        name,
        combined(line.current for line in lines),
        combined(line.complete for line in lines),
        combined(line.prior for line in lines),
    )


def _by_key(rows: Sequence[BreakdownRow]) -> dict[str | None, Measures]:
    return {row.key: row.measures for row in rows}
