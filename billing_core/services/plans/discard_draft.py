"""Discard the draft of a plan; its number is not used again."""

from dataclasses import replace
from datetime import datetime

from billing_core.domain.identity import Actor
from billing_core.services.audit.record_change import record_change
from billing_core.services.plans.ports import PlanUnit
from billing_core.services.plans.publish_draft import draft_as_seen


def discard_draft(uow: PlanUnit, plan_code: str, *, seen_changed_at: datetime, actor: Actor, now: datetime) -> None:
    """Discard the draft that was last changed at `seen_changed_at`; Conflict when it is another by now."""
    draft = draft_as_seen(uow.catalog, plan_code, seen_changed_at)
    uow.catalog.change_draft(replace(draft, status="discarded", changed_at=now), seen_changed_at)
    record_change(
        uow,
        actor,
        "plan.draft_discarded",
        ("plan", plan_code),
        now=now,
        before={"version": draft.version.number},
    )
