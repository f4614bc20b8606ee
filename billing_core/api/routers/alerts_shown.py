"""Alerts as they are sent: what crossed which threshold."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from billing_core.domain.alerts import PERCENT, PERCENT_KINDS, AlertKind
from billing_core.domain.money import CREDITS, Money
from billing_core.services.alerts.ports import Alert

ALERT: dict[str, Any] = {
    "id": "alt_01jd2k7m6w",
    "kind": "allowance_used",
    "severity": "warning",
    "subject": "calls",
    "threshold": "80",
    "reading": "82",
    "unit": "percent",
    "period_starts_at": "2026-11-03T00:00:00Z",
    "raised_at": "2026-11-19T09:12:44Z",
}


class AlertShown(BaseModel):
    """A threshold that was crossed, and what was read then, both in `unit`: percent, a currency, CREDITS or declines.

    `subject` is the allowance's code or the budget's id (and after a colon who has the amount for itself).
    """

    model_config = ConfigDict(json_schema_extra={"example": ALERT})

    id: str
    kind: AlertKind
    severity: Literal["warning", "critical"]
    subject: str
    threshold: str
    reading: str
    unit: str = Field(description="percent, declines, CREDITS, or a currency.")
    period_starts_at: datetime
    raised_at: datetime


def alert_shown(alert: Alert) -> AlertShown:
    """The alert as it is sent."""
    reading, rule = alert.reading, alert.rule
    if rule.kind in PERCENT_KINDS:
        unit, read = "percent", str(reading.after * PERCENT // reading.capacity if reading.capacity else PERCENT)
        threshold = str(rule.threshold)
    elif rule.kind is AlertKind.TOP_UP_FAILED:
        unit, read, threshold = "declines", str(reading.after), str(rule.threshold)
    else:
        unit = reading.currency or CREDITS
        read, threshold = (Money(nanos, unit).decimal_text for nanos in (reading.after, rule.threshold))
    return AlertShown(
        id=alert.id,
        kind=rule.kind,
        severity=alert.severity,
        subject=reading.subject,
        threshold=threshold,
        reading=read,
        unit=unit,
        period_starts_at=reading.period_start,
        raised_at=alert.raised_at,
    )
