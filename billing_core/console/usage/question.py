"""Whose usage and which days a screen is about: the one place where a page's filters become a question."""

from dataclasses import dataclass, replace

from billing_core.console.date_range import DateRange, DaySpan
from billing_core.domain.identity import Permission, Scope, Viewer
from billing_core.domain.periods import Period
from billing_core.services.reporting.usage_filter import Dimension, UsageFilter

# These may have thousands of values, too many to ask for each of them day by day.
WIDE: frozenset[Dimension] = frozenset({"organization", "member"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about the days of `days`; `chosen` covers the days on screen.

    `sees_cost` says whether the viewer may know what providers charge; to everyone else cost and margin are never
    shown or exported. `is_single` is one organization, whose departments and members can be told apart.
    """

    chosen: UsageFilter
    days: DateRange
    sees_cost: bool
    is_single: bool

    def during(self, span: DaySpan) -> UsageFilter:
        """The same filter for other days."""
        return self.chosen.during(span.period)

    @property
    def spans(self) -> tuple[UsageFilter, UsageFilter, UsageFilter]:
        """The filter for the days on screen, for the complete ones among them, and for those they are compared with."""
        return self.chosen, self.during(self.days.complete), self.during(self.days.prior_complete)

    @property
    def stretch(self) -> UsageFilter:
        """The filter for everything from the first day that is compared with to the last on screen."""
        return self.chosen.during(Period(self.days.prior.period.start, self.days.current.period.end))

    def narrowed(self, chosen: UsageFilter) -> "Question":
        """The same question with further filters."""
        return replace(self, chosen=chosen)


def question_of(viewer: Viewer, organization_id: str | None, days: DateRange) -> Question:
    """All usage of the chosen organization, or of everything the viewer may see, in these days."""
    scope = viewer.scope.narrowed(organization_id)
    chosen = UsageFilter(organization_ids=scope.organization_ids, period=days.current.period, zone=days.current.zone)
    return Question(
        chosen=chosen,
        days=days,
        sees_cost=_covers(viewer.scope_of(Permission.READ_PROVIDER_COST), scope),
        is_single=scope.organization_ids is not None and len(scope.organization_ids) == 1,
    )


def _covers(wide: Scope, narrow: Scope) -> bool:
    if wide.organization_ids is None:
        return True
    return bool(narrow.organization_ids) and all(map(wide.allows, narrow.organization_ids or ()))
