"""Publish the draft of a plan: from then on it never changes, and new subscriptions get it."""

from dataclasses import replace
from datetime import datetime

from billing_core.domain.catalog import VersionRecord
from billing_core.domain.errors import Conflict, InvalidInput
from billing_core.domain.identity import Actor
from billing_core.domain.plan_diff import Change, plan_diff
from billing_core.services.audit.record_change import record_change
from billing_core.services.plans.edit_draft import check_terms, newest_published
from billing_core.services.plans.ports import PlanStore, PlanUnit


def publish_draft(
    uow: PlanUnit, plan_code: str, *, seen_changed_at: datetime, actor: Actor, now: datetime
) -> VersionRecord:
    """Publish the draft that was last changed at `seen_changed_at`, in effect from now on.

    Subscriptions keep the version they have. Conflict when the draft is another by now or a later version is
    waiting for its day, InvalidInput when the draft says nothing new.
    """
    draft = draft_as_seen(uow.catalog, plan_code, seen_changed_at)
    terms = draft.version.terms
    check_terms(uow.catalog, plan_code, terms)
    before = newest_published(uow.catalog, plan_code)
    if before.effective_from is not None and before.effective_from > now:
        raise Conflict(
            f"Version {before.version.number} takes effect on {before.effective_from:%Y-%m-%d} and would replace this "
            "one; publish after that day.",
            field="draft",
        )
    if before.version.terms == terms:
        raise InvalidInput(f"The draft is the same as version {before.version.number}.", field="draft")
    published = replace(
        draft,
        status="published",
        effective_from=now,
        changed_at=now,
        published_at=now,
        published_by=actor.name,
    )
    uow.catalog.change_draft(published, seen_changed_at)
    features = {feature.code: feature for feature in uow.catalog.features()}
    record_change(
        uow,
        actor,
        "plan.published",
        ("plan", plan_code),
        now=now,
        before={"version": before.version.number},
        after={
            "version": draft.version.number,
            "changes": [_line(change) for change in plan_diff(before.version.terms, terms, features)],
        },
    )
    return published


def draft_as_seen(store: PlanStore, plan_code: str, seen_changed_at: datetime) -> VersionRecord:
    """The draft of a plan as it was last changed then; NotFound for an unknown plan, Conflict for another draft."""
    draft = draft_of(store, plan_code)
    if draft.changed_at != seen_changed_at:
        name = store.plan(plan_code).name
        raise Conflict(f"The draft of {name} was changed in the meantime; look at it again.", field="draft")
    return draft


def draft_of(store: PlanStore, plan_code: str) -> VersionRecord:
    """The draft of a plan; NotFound for an unknown plan, Conflict where it has none."""
    plan = store.plan(plan_code)
    draft = store.draft(plan_code)
    if draft is None:
        raise Conflict(f"{plan.name} has no draft; it was published or discarded in the meantime.", field="draft")
    return draft


def _line(change: Change) -> str:
    if change.before is None:
        return f"{change.group}: {change.label}: added {change.after}"
    if change.after is None:
        return f"{change.group}: {change.label}: removed {change.before}"
    return f"{change.group}: {change.label}: {change.before} → {change.after}"
