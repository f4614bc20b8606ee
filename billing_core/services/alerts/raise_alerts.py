"""Raise the alerts a batch of charges crossed, once per rule, organization, subject, period and threshold."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from billing_core.domain.alerts import AlertKind, Reading, is_crossed, severity_of
from billing_core.domain.books import PROVIDER_COST, Books
from billing_core.domain.ids import new_id
from billing_core.domain.money import CREDITS
from billing_core.services.alerts.observe_budgets import observe_budgets
from billing_core.services.alerts.ports import Alert, AlertStore
from billing_core.services.charging.ports import ChargedEvent


def observe(books: Iterable[Books], charged: Sequence[ChargedEvent], now: datetime) -> Iterator[Reading]:
    """What the changes of these books, not yet settled, are to rules that watch allowances, cost, credits, budgets."""
    versions = {
        (item.event.organization_id, item.charge.allowance, item.charge.period_start): item.charge.plan_version_id
        for item in charged
    }
    for item in books:
        terms = {each.plan_version.id: each.plan_version.terms for each in item.subscriptions}
        for (measure, period_start), used in item.changes.used.items():
            version_id = versions.get((item.organization_id, measure, period_start))
            allowance = terms[version_id].allowances[measure] if version_id else None
            subject, _, currency = measure.partition(":")
            if not used or (allowance is None and subject != PROVIDER_COST):
                continue
            total = item.counters[measure, period_start]
            yield Reading(
                kind=AlertKind.COST_ABOVE if allowance is None else AlertKind.ALLOWANCE_USED,
                organization_id=item.organization_id,
                subject=subject,
                period_start=period_start,
                before=total - used,
                after=total,
                capacity=None if allowance is None else allowance.quantity,
                currency=currency or None,
            )
        taken = sum(item.changes.allocated.values()) + sum(item.changes.credits_held.values())
        if taken:
            credits_nanos = item.open_credits_nanos(now)
            yield Reading(
                kind=AlertKind.CREDITS_LOW,
                organization_id=item.organization_id,
                subject="credits",
                period_start=item.period_at(item.subscription_at(now), now).start,
                before=credits_nanos + taken,
                after=credits_nanos,
                currency=CREDITS,
            )
        if item.budgets:
            yield from observe_budgets(item.organization_id, item.budgets, now)


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
