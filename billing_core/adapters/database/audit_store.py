"""The audit trail on SQL."""

from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from billing_core.adapters.database.schema.identity import audit_record
from billing_core.domain.identity import Actor
from billing_core.services.audit.ports import AuditRecord


class AuditStore:
    """Appends audit records and reads them by object."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, record: AuditRecord) -> None:
        self._connection.execute(
            insert(audit_record),
            {
                "id": record.id,
                "recorded_at": record.recorded_at,
                "actor_kind": record.actor.kind,
                "actor_id": record.actor.id,
                "actor_name": record.actor.name,
                "address": record.actor.address,
                "action": record.action,
                "organization_id": record.organization_id,
                "object_kind": record.object_kind,
                "object_id": record.object_id,
                "before": record.before,
                "after": record.after,
            },
        )

    def records_of(self, object_kind: str, object_id: str) -> list[AuditRecord]:
        statement = (
            select(audit_record)
            .where(audit_record.c.object_kind == object_kind, audit_record.c.object_id == object_id)
            .order_by(audit_record.c.recorded_at, audit_record.c.id)
        )
        return [_record(row) for row in self._connection.execute(statement).mappings()]


def _record(row: RowMapping) -> AuditRecord:
    columns: dict[str, Any] = dict(row)
    actor = Actor(columns.pop("actor_kind"), columns.pop("actor_id"), columns.pop("actor_name"), columns.pop("address"))
    return AuditRecord(actor=actor, **columns)
