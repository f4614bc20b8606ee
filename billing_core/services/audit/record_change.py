"""Write down who changed what, in the transaction of the change."""

from datetime import datetime

from billing_core.domain.identity import Actor
from billing_core.domain.ids import new_id
from billing_core.services.audit.ports import AuditRecord, AuditUnit, Facts


def record_change(
    uow: AuditUnit,
    actor: Actor,
    action: str,
    thing: tuple[str, str],
    *,
    now: datetime,
    organization_id: str | None = None,
    before: Facts | None = None,
    after: Facts | None = None,
) -> None:
    """Append a record of `action` (`plan.published`) on `thing`, which is its kind and its id."""
    uow.audit.append(
        AuditRecord(
            id=new_id("aud", now),
            recorded_at=now,
            actor=actor,
            action=action,
            organization_id=organization_id,
            object_kind=thing[0],
            object_id=thing[1],
            before=before,
            after=after,
        )
    )
