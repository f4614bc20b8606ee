"""What moved credits, on SQL: entries with postings on the credits that customers hold."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, or_, select

from billing_core.adapters.database.schema.adjustments import usage_adjustment
from billing_core.adapters.database.schema.credits import credit_grant, credit_purchase
from billing_core.adapters.database.schema.identity import audit_record
from billing_core.adapters.database.schema.ledger import ledger_entry, ledger_posting
from billing_core.adapters.database.schema.usage import usage_event
from billing_core.domain.credits import Origin
from billing_core.domain.ledger import Account
from billing_core.domain.money import CREDITS, Money
from billing_core.services.credits.transactions import (
    EventNamed,
    GrantPart,
    Moved,
    Place,
    TransactionFilter,
    TransactionKind,
)

_ENTRY = ledger_entry.c
_NEWEST_FIRST = (_ENTRY.recorded_at.desc(), _ENTRY.seq.desc())
_IS_OF_CREDITS = and_(ledger_posting.c.account == Account.CREDITS, ledger_posting.c.currency == CREDITS)
# What the audit trail calls it when somebody does it, and what it was done to.
_ACTIONS: Mapping[TransactionKind, Sequence[str]] = {
    TransactionKind.GRANT: ("credits.granted", "purchase.started"),
    TransactionKind.VOID: ("credits.voided",),
    TransactionKind.CANCELLATION: ("usage_event.cancelled", "usage_event.corrected"),
}
_AUDITED = ("credit_grant", "credit_purchase", "usage_event")
_BY_SOMEBODY = (TransactionKind.GRANT, TransactionKind.VOID)


class CreditTransactionStore:
    """Entries of an organization that moved its credits, the newest first."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def moved(
        self, organization_id: str, chosen: TransactionFilter, after: Place | None, looked_at_max: int, count_max: int
    ) -> Sequence[Moved]:
        """The chosen ones behind a place, the newest first, among so many entries of any kind."""
        looked_at = _entries(organization_id, chosen, after).limit(looked_at_max).subquery()
        statement = (
            select(looked_at)
            .where(exists().where(ledger_posting.c.entry_id == looked_at.c.id, _IS_OF_CREDITS))
            .order_by(looked_at.c.recorded_at.desc(), looked_at.c.seq.desc())
            .limit(count_max)
        )
        entries = self._connection.execute(statement).all()
        parts = self._parts([row.id for row in entries])
        cancelled = self._cancelled([row.operation for row in entries if row.kind == TransactionKind.CANCELLATION])
        events = self._events({*cancelled.values(), *(row.event_id for row in entries if row.event_id)})
        grant_ids = {parts[row.id][0].grant_id for row in entries if row.kind in _BY_SOMEBODY}
        purchases = self._purchases(organization_id, grant_ids)
        actors = self._actors({*grant_ids, *cancelled.values(), *purchases.values()})
        known = _Known(parts, cancelled, events, purchases, actors)
        return [_moved(row, known) for row in entries]

    def place_behind(
        self, organization_id: str, chosen: TransactionFilter, after: Place | None, count: int
    ) -> Place | None:
        """The place of the entry that so many lie before; None where there are fewer."""
        statement = _entries(organization_id, chosen, after).limit(1).offset(count)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else Place(row.recorded_at, row.seq)

    def _parts(self, entry_ids: Sequence[str]) -> Mapping[str, Sequence[GrantPart]]:
        """By entry and grant, in the order they were posted."""
        posting, grant = ledger_posting.c, credit_grant.c
        statement = (
            select(posting.entry_id, posting.amount_nanos, grant.id, grant.name, grant.origin)
            .join(credit_grant, grant.id == posting.grant_id)
            .where(posting.entry_id.in_(entry_ids), _IS_OF_CREDITS)
            .order_by(posting.entry_id, posting.line)
        )
        found: defaultdict[str, list[GrantPart]] = defaultdict(list)
        for row in self._connection.execute(statement):
            amount = Money(-row.amount_nanos, CREDITS)  # what customers hold is owed to them: a credit adds to it
            found[row.entry_id].append(GrantPart(row.id, row.name, Origin(row.origin), amount))
        return found

    def _cancelled(self, operations: Sequence[str]) -> Mapping[str, str]:
        """The event that each operation cancelled."""
        change = usage_adjustment.c
        statement = select(change.operation, change.event_id).where(change.operation.in_(operations))
        return {row.operation: row.event_id for row in self._connection.execute(statement)} if operations else {}

    def _events(self, event_ids: set[str]) -> Mapping[str, EventNamed]:
        event = usage_event.c
        statement = select(event.id, event.feature, event.member_id, event.department_id, event.api_key_id).where(
            event.id.in_(sorted(event_ids))
        )
        return {row.id: EventNamed(*row) for row in self._connection.execute(statement)} if event_ids else {}

    def _actors(self, object_ids: set[str]) -> Mapping[tuple[str, str], str]:
        """Who did what to which of these, by the name they had."""
        record = audit_record.c
        statement = select(record.action, record.object_id, record.actor_name).where(
            record.object_kind.in_(_AUDITED), record.object_id.in_(sorted(object_ids))
        )
        if not object_ids:
            return {}
        return {(row.action, row.object_id): row.actor_name for row in self._connection.execute(statement)}

    def _purchases(self, organization_id: str, grant_ids: set[str]) -> Mapping[str, str]:
        """The purchase that each grant was paid by."""
        purchase = credit_purchase.c
        statement = select(purchase.grant_id, purchase.id).where(
            purchase.organization_id == organization_id, purchase.grant_id.in_(sorted(grant_ids))
        )
        return {row.grant_id: row.id for row in self._connection.execute(statement)} if grant_ids else {}


class _Known(NamedTuple):
    """What is known of some entries: their parts, the events they cancelled, who did what to which object."""

    parts: Mapping[str, Sequence[GrantPart]]
    cancelled: Mapping[str, str]
    events: Mapping[str, EventNamed]
    purchases: Mapping[str, str]
    actors: Mapping[tuple[str, str], str]


def _moved(row: Row[*tuple[Any, ...]], known: _Known) -> Moved:
    kind, parts = TransactionKind(row.kind), known.parts[row.id]
    event_id = row.event_id or known.cancelled.get(row.operation)
    purchase_id = known.purchases.get(parts[0].grant_id) if kind is TransactionKind.GRANT else None
    done_to = event_id or purchase_id or parts[0].grant_id
    done = [known.actors.get((action, done_to)) for action in _ACTIONS.get(kind, ())]
    return Moved(
        id=row.id,
        place=Place(row.recorded_at, row.seq),
        kind=kind,
        description=row.description,
        effective_at=row.effective_at,
        parts=parts,
        event=None if event_id is None else known.events[event_id],
        actor=next((name for name in done if name), None),
        purchase_id=purchase_id,
    )


def _entries(organization_id: str, chosen: TransactionFilter, after: Place | None) -> Select[*tuple[Any, ...]]:
    conditions: list[ColumnElement[bool]] = [_ENTRY.organization_id == organization_id]
    if chosen.kind is not None:
        conditions.append(_ENTRY.kind == chosen.kind)
        if chosen.kind is not TransactionKind.USE:
            conditions.append(_ENTRY.operation.is_not(None))
    if chosen.recorded_from is not None:
        conditions.append(_ENTRY.recorded_at >= chosen.recorded_from)
    if chosen.recorded_until is not None:
        conditions.append(_ENTRY.recorded_at < chosen.recorded_until)
    if after is not None:
        is_behind = and_(_ENTRY.recorded_at == after.recorded_at, _ENTRY.seq < after.seq)
        conditions.append(_ENTRY.recorded_at <= after.recorded_at)
        conditions.append(or_(_ENTRY.recorded_at < after.recorded_at, is_behind))
    return select(ledger_entry).where(*conditions).order_by(*_NEWEST_FIRST)
