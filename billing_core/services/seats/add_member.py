"""Add a member, on a free seat or on a further one that is paid for at once."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from billing_core.domain.errors import Conflict, NotFound
from billing_core.domain.identity import Actor, MemberRole, checked_email
from billing_core.domain.seats import allows_overage
from billing_core.domain.usage import check_text
from billing_core.services.audit.record_change import record_change
from billing_core.services.identity.ports import Passwords
from billing_core.services.organizations.create_member import create_member
from billing_core.services.seats.charge_seats import fund_seats, record_seats
from billing_core.services.seats.ports import SeatChange, SeatChangeKind, SeatUnit, TeamMember
from billing_core.services.seats.read_seats import read_seats


@dataclass(frozen=True, slots=True)
class SeatTaken:
    """A member and what their seat cost; `generated_password` is told this once, None when there was no need of one."""

    member: TeamMember
    change: SeatChange
    generated_password: str | None = field(repr=False)


def add_member(
    uow: SeatUnit,
    passwords: Passwords,
    *,
    organization_id: str,
    email: str,
    name: str,
    role: MemberRole,
    operation: str,
    department_id: str | None = None,
    password: str | None = None,
    actor: Actor,
    now: datetime,
) -> SeatTaken:
    """The member; beyond the seats that are paid for, a further one is charged for the rest of the billing period.

    It is paid from the balance, and owed where the plan allows overage; else InsufficientFunds. SeatsExhausted beyond
    the plan's maximum. The same `operation` again adds once, and returns the first outcome without the password;
    Conflict when it did something else, or when the person is a member already.
    """
    check_text(operation, "operation")
    uow.books.lock([organization_id])
    known = uow.seats.change_of(organization_id, operation)
    if known is not None:
        return _repeated(uow, known, email)
    offer = read_seats(uow, organization_id, now)
    offer.seats.check_addition()
    may_owe = allows_overage(offer.subscription.plan_version.terms)
    funding = fund_seats(uow, organization_id, offer.next_price, may_owe=may_owe)
    wanted = _Wanted(organization_id, checked_email(email), name, role, department_id, password)
    former = uow.seats.former_member(organization_id, wanted.email)
    member, generated = (
        _created(uow, passwords, wanted, actor, now)
        if former is None
        else (_rejoined(uow, former, wanted, actor, now), None)
    )
    change = record_seats(
        uow,
        offer,
        funding,
        kind=SeatChangeKind.ADDED,
        operation=operation,
        seats_paid=0 if offer.seats.free else 1,
        member_id=member.member.id,
        now=now,
    )
    return SeatTaken(member, change, generated)


@dataclass(frozen=True, slots=True)
class _Wanted:
    organization_id: str
    email: str
    name: str
    role: MemberRole
    department_id: str | None
    password: str | None


def _created(
    uow: SeatUnit, passwords: Passwords, wanted: _Wanted, actor: Actor, now: datetime
) -> tuple[TeamMember, str | None]:
    new = create_member(
        uow,
        passwords,
        organization_id=wanted.organization_id,
        email=wanted.email,
        name=wanted.name,
        role=wanted.role,
        department_id=wanted.department_id,
        password=wanted.password,
        actor=actor,
        now=now,
    )
    return TeamMember(new.member, new.person.name, new.person.email), new.generated_password


def _rejoined(uow: SeatUnit, former: TeamMember, wanted: _Wanted, actor: Actor, now: datetime) -> TeamMember:
    if wanted.password is not None:
        raise Conflict(f"{former.email} has a password already; leave it out.", field="password")
    if wanted.department_id is not None:
        department = uow.organizations.department(wanted.department_id)
        if department is None or department.organization_id != wanted.organization_id:
            raise NotFound(f"The organization has no department {wanted.department_id!r}.", field="department")
    uow.seats.rejoin(former.member.id, wanted.role, wanted.department_id)
    record_change(
        uow,
        actor,
        "member.rejoined",
        ("member", former.member.id),
        now=now,
        organization_id=wanted.organization_id,
        after={"email": former.email, "role": wanted.role, "department_id": wanted.department_id},
    )
    return replace(former, member=replace(former.member, role=wanted.role, department_id=wanted.department_id))


def _repeated(uow: SeatUnit, known: SeatChange, email: str) -> SeatTaken:
    member = uow.seats.member(known.member_id or "")
    if known.kind is not SeatChangeKind.ADDED or (member is not None and member.email != checked_email(email)):
        raise Conflict(f"Operation {known.operation!r} did something else before; use a new one.", field="operation")
    if member is None:
        raise Conflict(
            f"Operation {known.operation!r} added a member who has left since; use a new one to add them again.",
            field="operation",
        )
    return SeatTaken(member, known, None)
