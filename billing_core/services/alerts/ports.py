"""What alerts need from storage."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.alerts import AlertKind, AlertRule, Reading, Severity
from billing_core.domain.organizations import Organization
from billing_core.services.audit.ports import AuditUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A threshold that was crossed, with the rule as it was then."""

    id: str
    rule: AlertRule
    reading: Reading
    severity: Severity
    raised_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None


class AlertStore(Protocol):
    """Rules, and alerts that are inserted once."""

    def rules(self) -> Sequence[AlertRule]: ...
    def rule(self, rule_id: str) -> AlertRule: ...
    def save_rule(self, rule: AlertRule, now: datetime) -> None: ...
    def insert_once(self, alerts: Sequence[Alert]) -> None: ...
    def alerts(
        self,
        organization_ids: frozenset[str] | None,
        *,
        kinds: Collection[AlertKind],
        is_acknowledged: bool,
        count_max: int,
    ) -> Sequence[Alert]:
        """Alerts of the organizations, or of all: critical ones first, then the newest."""
        ...

    def count_alerts(
        self, organization_ids: frozenset[str] | None, *, kinds: Collection[AlertKind]
    ) -> Mapping[bool, int]:
        """How many there are, by whether they are acknowledged."""
        ...

    def alert(self, alert_id: str, organization_ids: frozenset[str] | None) -> Alert: ...
    def acknowledge(self, alert_id: str, by: str, now: datetime) -> bool: ...


class Organizations(Protocol):
    """Whose rules they are."""

    def organization(self, organization_id: str) -> Organization:
        """The organization; NotFound when there is none."""
        ...


class AlertUnit(AuditUnit, Protocol):
    """The parts of a unit of work that change rules and acknowledge alerts."""

    @property
    def alerts(self) -> AlertStore: ...
    @property
    def organizations(self) -> Organizations: ...
