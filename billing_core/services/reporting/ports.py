"""The questions that screens, the API and exports ask about usage."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

import pyarrow as pa

from billing_core.services.reporting.answers import (
    BreakdownRow,
    FeatureUsage,
    Freshness,
    HourOfWeek,
    Point,
    UnpricedModel,
)
from billing_core.services.reporting.measures import Measures
from billing_core.services.reporting.usage_filter import Dimension, UsageFilter

Bucket = Literal["day", "hour"]
Order = Literal["calls", "errors", "tokens", "revenue", "provider_cost", "credits", "label"]


class UsageReports(Protocol):
    """Answers about usage. Every one is limited to what the filter's `organization_ids` allow."""

    def totals(self, chosen: UsageFilter, *, latency: bool = True) -> Measures:
        """The figures of everything chosen; measuring latency costs a fifth of the time."""
        ...

    def series(
        self,
        chosen: UsageFilter,
        by: Bucket = "day",
        split: Dimension | None = None,
        *,
        order: Order = "calls",
        currency: str = "USD",
        limit: int | None = None,
        latency: bool = False,
    ) -> list[Point]:
        """The figures over time, oldest first and then by label.

        With a `limit` only so many parts of a split are shown, those that are the largest by `order` over the whole
        period, and the others together.
        """
        ...

    def breakdown(
        self,
        chosen: UsageFilter,
        by: Dimension,
        *,
        order: Order = "calls",
        currency: str = "USD",
        limit: int | None = None,
        latency: bool = True,
    ) -> list[BreakdownRow]:
        """The figures of each value, the largest first (labels: from A to Z).

        Amounts are ordered by what they are in `currency`. Beyond `limit` rows a last one stands for all others.
        """
        ...

    def weekday_hour(self, chosen: UsageFilter) -> list[HourOfWeek]:
        """The figures of each hour of the local week that has usage."""
        ...

    def unpriced(self, chosen: UsageFilter) -> list[UnpricedModel]:
        """Models used without a known provider price, those with the most tokens first."""
        ...

    def usage_totals_by_organization_feature_model(self, chosen: UsageFilter) -> list[FeatureUsage]:
        """What was used, as a plan prices it."""
        ...

    def names(self, dimension: Dimension, organization_ids: frozenset[str] | None) -> dict[str, str]:
        """What people call each id of a dimension, for filters; providers and models are those that were used.

        Departments and members are those of `organization_ids` (None: all).
        """
        ...

    def freshness(self) -> Freshness:
        """How far the copy is behind the system of record."""
        ...

    def export_events(
        self, chosen: UsageFilter, columns: Sequence[str] | None = None
    ) -> AbstractContextManager[pa.RecordBatchReader]:
        """The chosen events themselves in the order they were recorded, in batches, for as long as the context lasts.

        `columns` are names of EXPORT_COLUMNS (None: all of them); InvalidInput for any other.
        """
        ...
