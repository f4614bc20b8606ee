"""What plans need from storage."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from billing_core.domain.catalog import Feature, Plan, VersionRecord
from billing_core.services.audit.ports import AuditUnit


class PlanStore(Protocol):
    """Plans with their versions: drafts change, published versions never do."""

    def features(self) -> Sequence[Feature]: ...
    def plans(self) -> Sequence[Plan]: ...
    def plan(self, code: str) -> Plan:
        """One plan; NotFound naming it and the plans there are."""
        ...

    def save_plans(self, plans: Sequence[Plan], now: datetime) -> None:
        """Insert plans, or change the names, descriptions, order and activity of those that exist."""
        ...

    def versions_in_force(self, at: datetime) -> Mapping[str, VersionRecord]:
        """By plan code, the version a subscription started at that time would get."""
        ...

    def version_records(self, plan_code: str | None = None) -> Sequence[VersionRecord]:
        """Every version of a plan, or of all plans, by number."""
        ...

    def draft(self, plan_code: str) -> VersionRecord | None: ...
    def add_versions(self, records: Sequence[VersionRecord]) -> None:
        """Insert new versions; Conflict when somebody else has just begun one of the same plan."""
        ...

    def change_draft(self, record: VersionRecord, seen_changed_at: datetime) -> None:
        """Save a draft as it now is; Conflict when it was changed since, published or discarded."""
        ...

    def subscriber_counts(self) -> Mapping[str, int]:
        """By plan code, how many organizations are on any version of it now."""
        ...


class PlanReader(Protocol):
    """The part of a unit of work that shows plans."""

    @property
    def catalog(self) -> PlanStore: ...


class PlanUnit(PlanReader, AuditUnit, Protocol):
    """The parts of a unit of work that change plans."""
