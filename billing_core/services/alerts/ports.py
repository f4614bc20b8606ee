"""What alerts need from storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.alerts import AlertRule, Reading, Severity


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
    def alerts(self, organization_ids: frozenset[str] | None, *, count_max: int) -> Sequence[Alert]: ...
    def alert(self, alert_id: str, organization_ids: frozenset[str] | None) -> Alert: ...
    def acknowledge(self, alert_id: str, by: str, now: datetime) -> bool: ...
