"""What the page on provider costs shows, from one state of the warehouse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from billing_core.console.date_range import DateRange
from billing_core.console.queries import usage as queries
from billing_core.console.usage.lines import Line, compared_of, lines_of, total_line
from billing_core.console.usage.movement import Movement, movement_of
from billing_core.console.usage.names import provider_label
from billing_core.console.usage.question import Question
from billing_core.console.usage.sums import Currencies, main_currencies, other_currencies_note
from billing_core.services.reporting.answers import Freshness, Point, UnpricedModel
from billing_core.services.reporting.measures import Measures
from billing_core.services.reporting.steady_answer import version_of

Models = Mapping[str | None, Sequence[Point]]


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A model of a provider with its figures; the keys are None for usage that names none."""

    provider: str | None
    model: str | None
    line: Line


@dataclass(frozen=True, slots=True)
class CostView:
    """Providers and models that were used, those that cost most first; `latency` is by the name of the provider."""

    question: Question
    currencies: Currencies
    movement: Movement
    providers: Sequence[Line]
    models: Sequence[ModelLine]
    latency: Mapping[str, Measures]
    unpriced: Sequence[UnpricedModel]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was used on the days shown."""
        return not self.movement.current.calls

    @property
    def total(self) -> Line:
        """Everything together."""
        return Line("Total", self.movement.current, self.movement.complete, self.movement.prior)

    @property
    def currency_note(self) -> str | None:
        """What is not shown because it is in another currency."""
        return other_currencies_note(self.movement.current, self.currencies, with_cost=True)


def costs_of(question: Question, fresh: Freshness) -> CostView:
    """The page's view of a question."""
    answers = queries.provider_costs(question.chosen, question.stretch, version_of(fresh))
    days = question.days
    movement = movement_of([point for points in answers.models.values() for point in points], days)
    currencies = main_currencies(movement.current)
    return CostView(
        question=question,
        currencies=currencies,
        movement=movement,
        providers=sorted(_provider_lines(answers.models, days), key=lambda line: _size(line, currencies)),
        models=sorted(_model_lines(answers.models, days), key=lambda item: _size(item.line, currencies)),
        latency={provider_label(row.key): row.measures for row in answers.providers},
        unpriced=answers.unpriced,
    )


def _provider_lines(models: Models, days: DateRange) -> list[Line]:
    lines: list[Line] = []
    for provider, points in models.items():
        whole = total_line(compared_of(points, days))
        if whole.current.calls:
            lines.append(Line(provider_label(provider), whole.current, whole.complete, whole.prior))
    return lines


def _model_lines(models: Models, days: DateRange) -> list[ModelLine]:
    return [
        ModelLine(provider, row.key, line)
        for provider, points in models.items()
        for compared in [compared_of(points, days)]
        for row, line in zip(compared.current, lines_of(compared, "model"), strict=True)
    ]


def _size(line: Line, currencies: Currencies) -> tuple[int, int, int, str]:
    now = line.current
    cost, revenue = now.provider_cost(currencies.cost).nanos, now.revenue(currencies.revenue).nanos
    return -cost, -revenue, -now.calls, line.name
