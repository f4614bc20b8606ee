"""Change how a plan is presented, and whether it is sold; what it promises stands in its versions."""

from dataclasses import replace
from datetime import datetime

from billing_core.domain.catalog import Plan
from billing_core.domain.errors import Conflict
from billing_core.domain.identity import Actor, checked_name
from billing_core.services.audit.ports import Facts
from billing_core.services.audit.record_change import record_change
from billing_core.services.catalog.read_provider_prices import SOURCE
from billing_core.services.plans.ports import PlanUnit


def change_plan(
    uow: PlanUnit,
    plan_code: str,
    *,
    name: str | None = None,
    description: str | None = None,
    is_active: bool | None = None,
    actor: Actor,
    now: datetime,
) -> Plan:
    """The plan with what is given changed; an inactive one is sold no longer, and its subscribers keep it.

    NotFound for an unknown plan, Conflict for the name of a plan that the catalogue's files present.
    """
    before = uow.catalog.plan(plan_code)
    after = replace(
        before,
        name=before.name if name is None else checked_name(name),
        description=before.description if description is None else description,
        is_active=before.is_active if is_active is None else is_active,
    )
    if after == before:
        return before
    if replace(after, is_active=before.is_active) != before:
        _check_not_in_files(uow, plan_code)
    uow.catalog.save_plans([after], now)
    record_change(
        uow, actor, _action(before, after), ("plan", plan_code), now=now, before=_facts(before), after=_facts(after)
    )
    return after


def _check_not_in_files(uow: PlanUnit, plan_code: str) -> None:
    if any(record.source == SOURCE for record in uow.catalog.version_records(plan_code)):
        raise Conflict(
            f"The plan {plan_code!r} stands in the catalogue's files, which say its name and description: change them "
            "in plans.yml and load it.",
            field="name",
        )


def _action(before: Plan, after: Plan) -> str:
    if before.is_active == after.is_active:
        return "plan.changed"
    return "plan.restored" if after.is_active else "plan.archived"


def _facts(plan: Plan) -> Facts:
    return {"name": plan.name, "description": plan.description, "is_active": plan.is_active}
