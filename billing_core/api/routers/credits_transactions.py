"""GET /credits/transactions: every movement of an organization's credits, with what it left."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Asked, Page, PageAsked
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.conventions.texts import Moment
from billing_core.api.conventions.timed_places import place_text, timed_place
from billing_core.domain.credits import Origin
from billing_core.domain.errors import InvalidInput
from billing_core.domain.identity import Permission
from billing_core.domain.money import CREDITS, NANOS_MAX, Money
from billing_core.services.credits.read_transactions import Behind, Transaction, read_transactions
from billing_core.services.credits.transactions import Place, TransactionFilter, TransactionKind

router = APIRouter(prefix="/credits", tags=["Credits"], route_class=Route)
ReadCredits = Annotated[Asking, Depends(OrganizationWith(Permission.READ_CREDITS))]
Type = Literal["grant", "use", "expiry", "rollover", "void", "cancellation", "reversal"]
_KINDS: dict[Type, TransactionKind] = {
    "grant": TransactionKind.GRANT,
    "use": TransactionKind.USE,
    "expiry": TransactionKind.EXPIRY,
    "rollover": TransactionKind.ROLLOVER,
    "void": TransactionKind.VOID,
    "cancellation": TransactionKind.CANCELLATION,
    "reversal": TransactionKind.REVERSAL,
}
_TYPES: dict[TransactionKind, Type] = {kind: name for name, kind in _KINDS.items()}
TRANSACTION: dict[str, Any] = {
    "id": "ent_01kafh9v7w3m5n8q2r4s6t0x1y",
    "type": "use",
    "amount": {"amount": "-10.00", "currency": "CREDITS"},
    "left": {"amount": "640.00", "currency": "CREDITS"},
    "description": "generate_content",
    "grants": [
        {
            "grant_id": "grt_01kafh9v7w3m5n8q2r4s6t0x1y",
            "name": "Package · 500 credits",
            "origin": "purchase",
            "amount": {"amount": "-10.00", "currency": "CREDITS"},
        }
    ],
    "event": {
        "id": "evt_01kafh9v7w3m5n8q2r4s6t0x1y",
        "action": "generate_content",
        "member": "mem_01kafh9v7w3m5n8q2r4s6t0x1y",
        "department": None,
        "api_key": "key_01kafh9v7w3m5n8q2r4s6t0x1y",
    },
    "actor": None,
    "purchase_id": None,
    "effective_at": "2026-11-20T14:02:11Z",
    "recorded_at": "2026-11-20T14:02:11Z",
}


class GrantPartOut(BaseModel):
    """What was added to a grant, or taken from it where the amount is negative."""

    grant_id: str
    name: str
    origin: Origin
    amount: Amount


class EventOut(BaseModel):
    """The use that credits paid for, or were given back for."""

    id: str
    action: str
    member: str | None
    department: str | None
    api_key: str | None


class TransactionOut(BaseModel):
    """A movement of credits: negative amounts are taken. `description` is the reason where somebody gave one.

    `left` are all credits after it, those that are held or begin later included; null in lists of one type. What
    rolls over leaves one grant for another, and adds nothing.
    """

    model_config = ConfigDict(json_schema_extra={"example": TRANSACTION})

    id: str
    type: Type
    amount: Amount
    left: Amount | None
    description: str
    grants: Sequence[GrantPartOut]
    event: EventOut | None
    actor: str | None
    purchase_id: str | None
    effective_at: datetime
    recorded_at: datetime


class TransactionsOut(Page[TransactionOut]):
    """A page of transactions."""

    model_config = ConfigDict(json_schema_extra={"example": {"data": [TRANSACTION], "next_cursor": None}})


@router.get("/transactions", summary="Every movement of credits", responses=error_answers(401, 403, 404, 422, 429))
def transactions(
    application: App,
    asking: ReadCredits,
    asked: PageAsked,
    type_: Annotated[Type | None, Query(alias="type", description="Only of this type.")] = None,
    from_: Annotated[Moment | None, Query(alias="from", description="Only what was recorded then or later.")] = None,
    to: Annotated[Moment | None, Query(description="Only what was recorded before.")] = None,
) -> TransactionsOut:
    """Grants, uses, expiries and what was taken back, the newest first; whoever may see the organization's credits.

    A page may have few transactions or none and a `next_cursor` all the same: the search goes on there.
    """
    chosen = TransactionFilter(None if type_ is None else _KINDS[type_], from_, to)
    # What an organization had at a time in the past rests on the seals, which belong to no organization.
    with application.read(asking.organization_id if to is None else None) as uow:
        found = read_transactions(uow, asking.organization_id, chosen, behind=_behind(asked), limit=asked.limit)
    page = asked.page_before(found.found, _cursor(found.behind), _transaction_out)
    return TransactionsOut(data=page.data, next_cursor=page.next_cursor)


def _behind(asked: Asked) -> Behind | None:
    """A cursor of a page says what was left before it, so that nothing is added up anew for every page."""
    place = timed_place(asked, 3)
    if place is None:
        return None
    recorded_at, (seq, left) = place
    try:
        numbers = int(seq), int(left or 0)
        if max(map(abs, numbers)) > NANOS_MAX:
            raise OverflowError(f"{numbers} is out of range")
    except (ValueError, OverflowError) as error:
        raise InvalidInput("Give `next_cursor` of the page before, as it came.", field="cursor") from error
    return Behind(Place(recorded_at, numbers[0]), Money(numbers[1], CREDITS) if left else None)


def _cursor(behind: Behind | None) -> tuple[str, ...] | None:
    if behind is None:
        return None
    left = "" if behind.left is None else str(behind.left.nanos)
    return place_text(behind.place.recorded_at, str(behind.place.seq), left)


def _transaction_out(transaction: Transaction) -> TransactionOut:
    moved, event = transaction.moved, transaction.moved.event
    return TransactionOut(
        id=moved.id,
        type=_TYPES[moved.kind],
        amount=amount_of(moved.amount),
        left=None if transaction.left is None else amount_of(transaction.left),
        description=moved.description,
        grants=[
            GrantPartOut(grant_id=part.grant_id, name=part.name, origin=part.origin, amount=amount_of(part.amount))
            for part in moved.parts
        ],
        event=None
        if event is None
        else EventOut(
            id=event.id,
            action=event.feature,
            member=event.member,
            department=event.department,
            api_key=event.api_key_id,
        ),
        actor=moved.actor,
        purchase_id=moved.purchase_id,
        effective_at=moved.effective_at,
        recorded_at=moved.place.recorded_at,
    )
