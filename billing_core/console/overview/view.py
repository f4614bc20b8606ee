"""What the overview shows, from one state of the warehouse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from billing_core.console.date_range import DateRange
from billing_core.console.queries import usage as queries
from billing_core.console.queries.usage import Compared, OverviewAnswers
from billing_core.console.usage.figures import CALL_COUNT, TOKEN_COUNT, Figure, cost_figure, revenue_figure
from billing_core.console.usage.freshness import with_freshness
from billing_core.console.usage.lines import compared_of
from billing_core.console.usage.movement import Movement, movement_of
from billing_core.console.usage.parts import during
from billing_core.console.usage.question import WIDE, Question, question_of
from billing_core.console.usage.sums import Currencies, main_currencies, other_currencies_note
from billing_core.domain.identity import Viewer
from billing_core.services.reporting.answers import Freshness, Point
from billing_core.services.reporting.steady_answer import version_of
from billing_core.services.reporting.usage_filter import Dimension

STAFF_SPLIT: Dimension = "provider"
MEMBER_SPLIT: Dimension = "feature"


@dataclass(frozen=True, slots=True)
class OverviewView:
    """The question, its answers, and the currencies they are shown in; `tables` are by what is on the control."""

    question: Question
    answers: OverviewAnswers
    movement: Movement
    currencies: Currencies
    split: Dimension
    tables: Mapping[str, Dimension]
    freshness: Freshness

    @property
    def is_empty(self) -> bool:
        """Whether nothing was used on the days shown."""
        return not self.movement.current.calls

    @property
    def points(self) -> Sequence[Point]:
        """Usage of the days on screen, split as the chart shows it."""
        return during(self.answers.points[self.split], self.question.days.current)

    def table(self, by: Dimension) -> Compared:
        """The breakdown by a dimension."""
        if by in WIDE:
            return self.answers.tables[by]
        return compared_of(self.answers.points[by], self.question.days)

    @property
    def caption(self) -> str:
        """The line under the title: which days, and how far the figures are behind."""
        days = self.question.days
        return with_freshness(days.caption, self.freshness, days.current.zone)

    @property
    def currency_note(self) -> str | None:
        """What is not shown because it is in another currency."""
        return other_currencies_note(self.movement.current, self.currencies, with_cost=self.question.sees_cost)

    @property
    def figures(self) -> Sequence[Figure]:
        """What the chart can show; cost only to those who may see it."""
        if self.question.sees_cost:
            return cost_figure(self.currencies.cost), revenue_figure(self.currencies.revenue), TOKEN_COUNT
        return revenue_figure(self.currencies.revenue, "Charges"), CALL_COUNT, TOKEN_COUNT


def overview_of(viewer: Viewer, organization_id: str | None, days: DateRange) -> OverviewView:
    """The overview of the chosen organization, or of all the viewer may see."""
    question = question_of(viewer, organization_id, days)
    fresh = queries.freshness()
    split = STAFF_SPLIT if question.sees_cost else MEMBER_SPLIT
    tables = _tables(question)
    dimensions = dict.fromkeys((split, *tables.values()))
    answers = queries.overview(
        question.spans,
        question.stretch,
        [by for by in dimensions if by not in WIDE],
        [by for by in dimensions if by in WIDE],
        version_of(fresh),
    )
    movement = movement_of(answers.points[split], days)
    return OverviewView(
        question=question,
        answers=answers,
        movement=movement,
        currencies=main_currencies(movement.current),
        split=split,
        tables=tables,
        freshness=fresh,
    )


def _tables(question: Question) -> Mapping[str, Dimension]:
    if not question.sees_cost:
        return {"Feature": "feature", "Model": "model", "Member": "member"}
    if question.is_single:
        return {"Provider": "provider", "Model": "model", "Feature": "feature"}
    return {"Provider": "provider", "Model": "model", "Customer": "organization"}
