"""Alert rules and alerts on SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select, update

from billing_core.adapters.database.catalog_cache import kept
from billing_core.adapters.database.schema.alerts import alert, alert_rule
from billing_core.adapters.database.upsert import upsert
from billing_core.domain.alerts import AlertKind, AlertRule, Reading
from billing_core.domain.errors import NotFound
from billing_core.services.alerts.ports import Alert


class AlertStore:
    """Rules and the alerts they raised."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rules(self) -> Sequence[AlertRule]:
        """All rules, the oldest first."""
        return kept(self._connection, "alert_rules", self._read_rules)

    def rule(self, rule_id: str) -> AlertRule:
        """One rule; NotFound when there is none."""
        row = self._connection.execute(select(alert_rule).where(alert_rule.c.id == rule_id)).mappings().one_or_none()
        if row is None:
            raise NotFound(f"There is no alert rule {rule_id!r}.", field="rule_id")
        return _rule(row)

    def save_rule(self, rule: AlertRule, now: datetime) -> None:
        """Insert a rule, or change the one with its id."""
        values = {
            "id": rule.id,
            "kind": rule.kind,
            "organization_id": rule.organization_id,
            "threshold": rule.threshold,
            "currency": rule.currency,
            "is_enabled": rule.is_enabled,
            "created_at": now,
            "changed_at": now,
        }
        changed = ("kind", "organization_id", "threshold", "currency", "is_enabled", "changed_at")
        self._connection.execute(upsert(self._connection, alert_rule, update=changed), [values])

    def insert_once(self, alerts: Sequence[Alert]) -> None:
        """Insert alerts; one that was raised before for its period and threshold stays as it is."""
        self._connection.execute(
            upsert(self._connection, alert),
            [
                {
                    "id": item.id,
                    "rule_id": item.rule.id,
                    "kind": item.rule.kind,
                    "organization_id": item.reading.organization_id,
                    "subject": item.reading.subject,
                    "period_start": item.reading.period_start,
                    "threshold": item.rule.threshold,
                    "value": item.reading.after,
                    "capacity": item.reading.capacity,
                    "currency": item.reading.currency,
                    "severity": item.severity,
                    "raised_at": item.raised_at,
                }
                for item in alerts
            ],
        )

    def alerts(
        self,
        organization_ids: frozenset[str] | None,
        *,
        kinds: Collection[AlertKind],
        is_acknowledged: bool,
        count_max: int,
    ) -> Sequence[Alert]:
        """Alerts of the organizations, or of all: critical ones first, then the newest."""
        statement = (
            _alerts_of(organization_ids)
            .where(alert.c.kind.in_(kinds), alert.c.acknowledged_at.is_not(None) == is_acknowledged)
            .order_by(alert.c.severity, alert.c.raised_at.desc(), alert.c.id.desc())  # critical sorts before warning
            .limit(count_max)
        )
        return [_alert(row) for row in self._connection.execute(statement).mappings()]

    def count_alerts(
        self, organization_ids: frozenset[str] | None, *, kinds: Collection[AlertKind]
    ) -> Mapping[bool, int]:
        """How many there are, by whether they are acknowledged."""
        statement = (
            select(alert.c.acknowledged_at.is_not(None).label("is_acknowledged"), func.count().label("alerts"))
            .where(alert.c.kind.in_(kinds))
            .group_by(alert.c.acknowledged_at.is_not(None))
        )
        if organization_ids is not None:
            statement = statement.where(alert.c.organization_id.in_(organization_ids))
        found = {bool(row.is_acknowledged): row.alerts for row in self._connection.execute(statement)}
        return {False: 0, True: 0} | found

    def alert(self, alert_id: str, organization_ids: frozenset[str] | None) -> Alert:
        """One alert of the organizations; NotFound when there is none."""
        statement = _alerts_of(organization_ids).where(alert.c.id == alert_id)
        row = self._connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise NotFound(f"There is no alert {alert_id!r}.", field="alert_id")
        return _alert(row)

    def acknowledge(self, alert_id: str, by: str, now: datetime) -> bool:
        """Mark an alert as seen; False when it was before."""
        changed = self._connection.execute(
            update(alert)
            .where(alert.c.id == alert_id, alert.c.acknowledged_at.is_(None))
            .values(acknowledged_at=now, acknowledged_by=by)
        )
        return changed.rowcount == 1

    def _read_rules(self) -> Sequence[AlertRule]:
        statement = select(alert_rule).order_by(alert_rule.c.created_at, alert_rule.c.id)
        return [_rule(row) for row in self._connection.execute(statement).mappings()]


def _alerts_of(organization_ids: frozenset[str] | None) -> Select[Any]:
    statement = select(alert, alert_rule.c.organization_id.label("rule_organization_id"), alert_rule.c.is_enabled).join(
        alert_rule, alert_rule.c.id == alert.c.rule_id
    )
    return statement if organization_ids is None else statement.where(alert.c.organization_id.in_(organization_ids))


def _rule(row: RowMapping) -> AlertRule:
    return AlertRule(
        id=row["id"],
        kind=AlertKind(row["kind"]),
        organization_id=row["organization_id"],
        threshold=row["threshold"],
        currency=row["currency"],
        is_enabled=row["is_enabled"],
    )


def _alert(row: RowMapping) -> Alert:
    kind = AlertKind(row["kind"])
    return Alert(
        id=row["id"],
        rule=AlertRule(
            id=row["rule_id"],
            kind=kind,
            organization_id=row["rule_organization_id"],
            threshold=row["threshold"],
            currency=row["currency"],
            is_enabled=row["is_enabled"],
        ),
        reading=Reading(
            kind=kind,
            organization_id=row["organization_id"],
            subject=row["subject"],
            period_start=row["period_start"],
            before=0,
            after=row["value"],
            capacity=row["capacity"],
            currency=row["currency"],
        ),
        severity=row["severity"],
        raised_at=row["raised_at"],
        acknowledged_at=row["acknowledged_at"],
        acknowledged_by=row["acknowledged_by"],
    )
