"""Raise the alerts a batch of charges crossed, once per rule, organization, subject, period and threshold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from billing_core.domain.alerts import AlertKind, Reading, is_crossed, severity_of
from billing_core.domain.books import Books, Snapshot
from billing_core.domain.ids import new_id
from billing_core.domain.money import CREDITS
from billing_core.services.alerts.ports import Alert, AlertStore
from billing_core.services.charging.ports import ChargedEvent


def observe(
    before: Mapping[str, Snapshot], after: Mapping[str, Books], charged: Sequence[ChargedEvent], now: datetime
) -> Iterator[Reading]:
    """What the batch changed that a rule may watch."""
    versions = {
        (item.event.organization_id, item.charge.allowance, item.charge.period_start): item.charge.plan_version_id
        for item in charged
    }
    for organization_id in {item.event.organization_id for item in charged}:
        books, snapshot = after[organization_id], before[organization_id]
        terms = {item.plan_version.id: item.plan_version.terms for item in books.subscriptions}
        for (measure, period_start), used in books.counters.items():
            was = snapshot.counters.get((measure, period_start), 0)
            if used == was:
                continue
            version_id = versions.get((organization_id, measure, period_start))
            allowance = terms[version_id].allowances[measure] if version_id else None
            subject, _, currency = measure.partition(":")
            yield Reading(
                kind=AlertKind.COST_ABOVE if allowance is None else AlertKind.ALLOWANCE_USED,
                organization_id=organization_id,
                subject=subject,
                period_start=period_start,
                before=was,
                after=used,
                capacity=None if allowance is None else allowance.quantity,
                currency=currency or None,
            )
        credits_nanos = books.snapshot(now).credits_nanos
        if credits_nanos != snapshot.credits_nanos:
            yield Reading(
                kind=AlertKind.CREDITS_LOW,
                organization_id=organization_id,
                subject="credits",
                period_start=books.subscription_at(now).allowance_period(now, books.zone).start,
                before=snapshot.credits_nanos,
                after=credits_nanos,
                currency=CREDITS,
            )


def raise_alerts(store: AlertStore, readings: Iterable[Reading], now: datetime) -> None:
    """Insert an alert for every rule a reading crossed; one already raised stays as it is."""
    rules = store.rules()
    crossed = [(rule, reading) for reading in readings for rule in rules if is_crossed(rule, reading)]
    alerts = [
        Alert(id=new_id("alt", now), rule=rule, reading=reading, severity=severity_of(rule, reading), raised_at=now)
        for rule, reading in crossed
    ]
    if alerts:
        store.insert_once(alerts)
