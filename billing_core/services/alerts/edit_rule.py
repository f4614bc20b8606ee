"""Add or change an alert rule; alerts that were raised keep what they say."""

from dataclasses import replace
from datetime import datetime

from billing_core.domain.alerts import PERCENT, AlertKind, AlertRule
from billing_core.domain.errors import Conflict, InvalidInput, NotFound
from billing_core.domain.identity import Actor, Scope
from billing_core.domain.ids import new_id
from billing_core.domain.money import CREDITS, Money
from billing_core.services.alerts.ports import AlertUnit
from billing_core.services.audit.ports import Facts
from billing_core.services.audit.record_change import record_change


def new_rule_id(now: datetime) -> str:
    """The key of a rule to come: a form draws it once, so that pressing its button twice adds one rule."""
    return new_id("rul", now)


def edit_rule(uow: AlertUnit, rule: AlertRule, *, scope: Scope, actor: Actor, now: datetime) -> AlertRule:
    """Save a rule under its id; saving what is there already changes nothing.

    `scope` is where the actor may edit rules; a rule for all organizations needs all of them. NotFound for a rule or an
    organization outside it, InvalidInput for another kind than the rule had, Conflict when there is such a rule.
    """
    _check_scope(rule.organization_id, scope, "organization")
    if rule.organization_id is not None:
        uow.organizations.organization(rule.organization_id)
    if rule.kind is AlertKind.CREDITS_LOW:
        rule = replace(rule, currency=CREDITS)
    known = uow.alerts.rules()
    before = next((item for item in known if item.id == rule.id), None)
    if before == rule:
        return rule
    if before is not None:
        _check_scope(before.organization_id, scope, "rule")
        if before.kind is not rule.kind:
            raise InvalidInput("A rule keeps its kind; add another rule instead.", field="kind")
    if any(item.id != rule.id and _watches(item) == _watches(rule) for item in known):
        raise Conflict("There is a rule with this kind, organization and threshold already.", field="threshold")
    uow.alerts.save_rule(rule, now)
    record_change(
        uow,
        actor,
        "alert_rule.added" if before is None else "alert_rule.changed",
        ("alert_rule", rule.id),
        now=now,
        organization_id=rule.organization_id,
        before=None if before is None else _facts(before),
        after=_facts(rule),
    )
    return rule


def _check_scope(organization_id: str | None, scope: Scope, field: str) -> None:
    if scope.organization_ids is None:
        return
    if organization_id is None or not scope.allows(organization_id):
        raise NotFound(f"There is no such {field} among those you can change.", field=field)


def _watches(rule: AlertRule) -> tuple[object, ...]:
    return rule.kind, rule.organization_id, rule.threshold, rule.currency


def _facts(rule: AlertRule) -> Facts:
    amount = None if rule.currency is None else str(Money(rule.threshold, rule.currency))
    return {
        "kind": rule.kind.value,
        "organization": rule.organization_id,
        "threshold": amount or f"{rule.threshold} of {PERCENT}",
        "is_enabled": rule.is_enabled,
    }
