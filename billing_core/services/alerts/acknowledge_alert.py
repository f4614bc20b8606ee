"""Mark an alert as seen by somebody who takes care of it."""

from datetime import datetime

from billing_core.domain.identity import Actor, Scope
from billing_core.services.alerts.ports import AlertUnit
from billing_core.services.audit.record_change import record_change


def acknowledge_alert(uow: AlertUnit, alert_id: str, *, scope: Scope, actor: Actor, now: datetime) -> bool:
    """False when somebody did so before, who stays on record; NotFound for an alert outside `scope`."""
    alert = uow.alerts.alert(alert_id, scope.organization_ids)
    if not uow.alerts.acknowledge(alert.id, actor.name, now):
        return False
    record_change(
        uow,
        actor,
        "alert.acknowledged",
        ("alert", alert.id),
        now=now,
        organization_id=alert.reading.organization_id,
        after={"kind": alert.rule.kind.value, "subject": alert.reading.subject},
    )
    return True
