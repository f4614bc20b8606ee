"""Remove a member; the seat stays paid for, and is free for another until the period ends."""

from datetime import datetime

from billing_core.domain.errors import Conflict, NotFound
from billing_core.domain.identity import Actor, MemberRole
from billing_core.domain.money import Money
from billing_core.domain.usage import check_text
from billing_core.services.audit.record_change import record_change
from billing_core.services.seats.charge_seats import SeatFunding, record_seats
from billing_core.services.seats.ports import SeatChange, SeatChangeKind, SeatUnit
from billing_core.services.seats.read_seats import read_seats


def remove_member(
    uow: SeatUnit, *, organization_id: str, member_id: str, operation: str, actor: Actor, now: datetime
) -> SeatChange:
    """End a membership: the person no longer sees the organization, what they used stays on record.

    Nothing is given back for the rest of the period. The same `operation` again removes once. NotFound for somebody
    who is no member, Conflict for the last owner, or when the operation did something else.
    """
    check_text(operation, "operation")
    uow.books.lock([organization_id])
    known = uow.seats.change_of(organization_id, operation)
    if known is not None:
        if (known.kind, known.member_id) != (SeatChangeKind.REMOVED, member_id):
            raise Conflict(f"Operation {operation!r} did something else before; use a new one.", field="operation")
        return known
    members = {item.member.id: item for item in uow.seats.members(organization_id)}
    leaving = members.get(member_id)
    if leaving is None:
        raise NotFound(f"The organization has no member {member_id!r}.", field="member_id")
    owners = [item for item in members.values() if item.member.role is MemberRole.OWNER]
    if owners == [leaving]:
        raise Conflict("The last owner cannot be removed; make another member an owner first.", field="member_id")
    offer = read_seats(uow, organization_id, now)
    uow.seats.leave(member_id, now)
    record_change(
        uow,
        actor,
        "member.removed",
        ("member", member_id),
        now=now,
        organization_id=organization_id,
        before={"email": leaving.email, "role": leaving.member.role, "department_id": leaving.member.department_id},
    )
    nothing = Money.zero(offer.next_price.currency)
    return record_seats(
        uow,
        offer,
        SeatFunding(nothing, nothing, nothing),
        kind=SeatChangeKind.REMOVED,
        operation=operation,
        seats_paid=0,
        member_id=member_id,
        now=now,
    )
