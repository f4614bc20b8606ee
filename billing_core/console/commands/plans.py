"""Saving, discarding and publishing the draft of a plan."""

from datetime import datetime

from billing_core.bootstrap import application
from billing_core.console.commands.acting import acting
from billing_core.console.components import flash
from billing_core.domain.catalog import VersionRecord
from billing_core.domain.identity import Permission
from billing_core.domain.plans import PlanTerms
from billing_core.services.plans.discard_draft import discard_draft
from billing_core.services.plans.edit_draft import edit_draft
from billing_core.services.plans.publish_draft import publish_draft


def save_draft(plan_code: str, terms: PlanTerms, seen_changed_at: datetime | None) -> VersionRecord:
    """The draft as it is now; Conflict when somebody else changed it since the editor saw it."""
    acting(Permission.EDIT_PLANS)
    house = application()
    with house.write() as uow:
        return edit_draft(uow, plan_code, terms, seen_changed_at=seen_changed_at, now=house.clock.now())


def discard(plan_code: str, name: str, seen_changed_at: datetime) -> None:
    """Discard the draft that the editor saw."""
    actor = acting(Permission.EDIT_PLANS)
    house = application()
    with house.write() as uow:
        discard_draft(uow, plan_code, seen_changed_at=seen_changed_at, actor=actor, now=house.clock.now())
    flash(f"Draft of {name} discarded")


def publish(plan_code: str, name: str, seen_changed_at: datetime) -> None:
    """Publish the draft that the editor saw; it is in effect for new subscriptions at once."""
    actor = acting(Permission.EDIT_PLANS)
    house = application()
    with house.write() as uow:
        record = publish_draft(uow, plan_code, seen_changed_at=seen_changed_at, actor=actor, now=house.clock.now())
    flash(f"Version {record.version.number} of {name} published")
