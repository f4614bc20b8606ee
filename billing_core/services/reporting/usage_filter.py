"""What a question is about: whose usage, in which stretch of time, in which time zone, and of what."""

from dataclasses import dataclass, replace
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from billing_core.domain.periods import Period

Dimension = Literal["organization", "department", "member", "feature", "provider", "model"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
Chosen = frozenset[str | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFilter:
    """Usage of `organization_ids` that occurred in `period`; days and hours are those of `zone`.

    `organization_ids` is what the asker may see: None is every organization, an empty set is nothing. The rest is
    what the asker chose: None is everything; a None inside a set stands for events that name no department, member,
    provider or model. All but feature, provider and model are ids.
    """

    organization_ids: frozenset[str] | None
    period: Period
    zone: ZoneInfo
    organization: Chosen = None
    department: Chosen = None
    member: Chosen = None
    feature: Chosen = None
    provider: Chosen = None
    model: Chosen = None

    def chosen(self, dimension: Dimension) -> Chosen:
        """The values chosen of a dimension, None when all are."""
        return getattr(self, dimension)

    def only(self, dimension: Dimension, *values: str | None) -> "UsageFilter":
        """The same question about these values of a dimension alone."""
        return replace(self, **{dimension: frozenset(values)})

    def during(self, period: Period) -> "UsageFilter":
        """The same question about another stretch of time."""
        return replace(self, period=period)
