"""Change what a plan promises, in one step: a draft that is published at once, or kept to be looked at."""

from collections.abc import Callable
from datetime import datetime

from billing_core.domain.catalog import VersionRecord
from billing_core.domain.errors import Conflict
from billing_core.domain.identity import Actor
from billing_core.domain.plans import PlanTerms
from billing_core.services.plans.edit_draft import edit_draft, newest_published
from billing_core.services.plans.ports import PlanUnit
from billing_core.services.plans.publish_draft import publish_draft


def change_terms(
    uow: PlanUnit,
    plan_code: str,
    change: Callable[[PlanTerms], PlanTerms],
    *,
    is_published: bool,
    actor: Actor,
    now: datetime,
) -> VersionRecord:
    """The version with the change: published, or the draft with this and every change before it.

    What changes nothing makes no version. Conflict when it would publish a draft that somebody has begun; else as
    `edit_draft` and `publish_draft`.
    """
    draft = uow.catalog.draft(uow.catalog.plan(plan_code).code)
    if is_published and draft is not None:
        raise Conflict(
            f"Version {draft.version.number} of the plan is being drafted; publish or discard it first, or add this "
            "change to it.",
            field="publish",
        )
    before = draft or newest_published(uow.catalog, plan_code)
    terms = change(before.version.terms)
    if terms == before.version.terms:
        return before
    changed = edit_draft(uow, plan_code, terms, seen_changed_at=draft and draft.changed_at, now=now)
    if not is_published:
        return changed
    return publish_draft(uow, plan_code, seen_changed_at=changed.changed_at, actor=actor, now=now)
