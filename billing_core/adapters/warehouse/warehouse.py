"""The warehouse as the rest of the product sees it: questions in, answers out."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import duckdb
import pyarrow as pa

from billing_core.adapters.warehouse.backlog import read_backlog
from billing_core.adapters.warehouse.folder import Folder
from billing_core.adapters.warehouse.manifest import read_manifest
from billing_core.adapters.warehouse.questions.breakdown import breakdown
from billing_core.adapters.warehouse.questions.export_events import event_batches
from billing_core.adapters.warehouse.questions.feature_usage import feature_usage
from billing_core.adapters.warehouse.questions.names import names
from billing_core.adapters.warehouse.questions.series import series
from billing_core.adapters.warehouse.questions.totals import totals
from billing_core.adapters.warehouse.questions.unpriced import unpriced
from billing_core.adapters.warehouse.questions.weekday_hour import weekday_hour
from billing_core.adapters.warehouse.session import Session, open_engine, open_session
from billing_core.adapters.warehouse.sync_warehouse import ReadTransaction
from billing_core.domain.clock import Clock
from billing_core.services.reporting.answers import (
    BreakdownRow,
    FeatureUsage,
    Freshness,
    HourOfWeek,
    Point,
    UnpricedModel,
)
from billing_core.services.reporting.measures import Measures
from billing_core.services.reporting.ports import Bucket, Order
from billing_core.services.reporting.usage_filter import Dimension, UsageFilter

Answer = TypeVar("Answer")


class Warehouse:
    """Answers questions (`UsageReports`) from the copy in `directory`; safe to share between threads.

    `read` opens the system of record, only to tell how far the copy is behind it. Before the first sync every answer
    is that nothing was used.
    """

    def __init__(self, directory: Path, read: ReadTransaction, clock: Clock) -> None:
        self._folder = Folder(directory)
        self._read = read
        self._clock = clock
        self._engine = open_engine(self._folder)

    def totals(self, chosen: UsageFilter, *, latency: bool = True) -> Measures:
        return self.ask(lambda session: totals(session, chosen, latency=latency))

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
        return self.ask(
            lambda session: series(
                session, chosen, by, split, order=order, currency=currency, limit=limit, latency=latency
            )
        )

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
        return self.ask(
            lambda session: breakdown(session, chosen, by, order=order, currency=currency, limit=limit, latency=latency)
        )

    def weekday_hour(self, chosen: UsageFilter) -> list[HourOfWeek]:
        return self.ask(lambda session: weekday_hour(session, chosen))

    def unpriced(self, chosen: UsageFilter) -> list[UnpricedModel]:
        return self.ask(lambda session: unpriced(session, chosen))

    def usage_totals_by_organization_feature_model(self, chosen: UsageFilter) -> list[FeatureUsage]:
        return self.ask(lambda session: feature_usage(session, chosen))

    def names(self, dimension: Dimension, organization_ids: frozenset[str] | None) -> dict[str, str]:
        return self.ask(lambda session: names(session, dimension, organization_ids))

    def freshness(self) -> Freshness:
        manifest = read_manifest(self._folder.manifest)
        with self._read() as connection:
            pending, waiting_since = read_backlog(connection, manifest)
        now = self._clock.now()
        as_of = waiting_since or now
        return Freshness(
            as_of=as_of,
            synced_at=manifest.synced_at,
            seq=manifest.seq,
            pending=pending,
            lag=max(now - as_of, timedelta()),
        )

    @contextmanager
    def export_events(
        self, chosen: UsageFilter, columns: Sequence[str] | None = None
    ) -> Generator[pa.RecordBatchReader]:
        # A long read outlives the grace that removed files have, so it pins them before it looks which ones there are.
        with self._folder.pinned(), open_session(self._engine, self._folder) as session:
            yield event_batches(session, chosen, columns)

    def close(self) -> None:
        """End what is open; nothing can be asked afterwards."""
        self._engine.close()

    def ask(self, question: Callable[[Session], Answer]) -> Answer:
        """Answer over one manifest; once more over a newer one if its files were removed meanwhile."""
        try:
            return self._answer(question)
        except (duckdb.IOException, FileNotFoundError):
            return self._answer(question)

    def _answer(self, question: Callable[[Session], Answer]) -> Answer:
        with open_session(self._engine, self._folder) as session:
            return question(session)
