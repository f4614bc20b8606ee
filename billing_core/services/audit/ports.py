"""What the audit trail needs from storage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.identity import Actor

Facts = Mapping[str, str | int | bool | list[str] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One change. `before` and `after` hold what a person would recognise of the object, never a secret."""

    id: str
    recorded_at: datetime
    actor: Actor
    action: str
    organization_id: str | None
    object_kind: str
    object_id: str
    before: Facts | None
    after: Facts | None


class AuditStore(Protocol):
    """Records are appended and never changed."""

    def append(self, record: AuditRecord) -> None: ...
    def records_of(self, object_kind: str, object_id: str) -> list[AuditRecord]:
        """Everything that happened to one object, the oldest first."""
        ...


class AuditUnit(Protocol):
    """The part of a unit of work that keeps the audit trail."""

    @property
    def audit(self) -> AuditStore: ...
