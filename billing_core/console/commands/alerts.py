"""Acknowledging alerts, and adding and changing the rules that raise them."""

from billing_core.bootstrap import application
from billing_core.console.commands.acting import acting, acting_within
from billing_core.console.components import flash
from billing_core.domain.alerts import AlertKind, AlertRule
from billing_core.domain.identity import Permission
from billing_core.services.alerts.acknowledge_alert import acknowledge_alert
from billing_core.services.alerts.edit_rule import edit_rule


def acknowledge(alert_id: str) -> None:
    """Mark the alert as seen by the signed-in person."""
    actor, scope = acting_within(Permission.ACKNOWLEDGE_ALERTS)
    house = application()
    with house.write() as uow:
        acknowledge_alert(uow, alert_id, scope=scope, actor=actor, now=house.clock.now())
    flash("Alert acknowledged")


def save_rule(rule: AlertRule) -> None:
    """Add the rule, or change the one with its id; a rule about provider cost is for those who may see it."""
    actor, scope = acting_within(Permission.EDIT_ALERT_RULES)
    if rule.kind is AlertKind.COST_ABOVE:
        acting(Permission.READ_PROVIDER_COST, rule.organization_id)
    house = application()
    with house.write() as uow:
        edit_rule(uow, rule, scope=scope, actor=actor, now=house.clock.now())
    flash("Rule saved")
