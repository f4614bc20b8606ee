"""/v1/admin/organizations/{organization_id}/members: who belongs to an organization, each on a seat."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.api.conventions.authentication import Asking
from billing_core.api.conventions.house import App
from billing_core.api.conventions.new_ids import NewId
from billing_core.api.conventions.pages import Page, PageAsked
from billing_core.api.conventions.paths import Id, OrganizationAt
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route, told_once
from billing_core.api.conventions.texts import GivenId, Name, text_or_taken_away
from billing_core.domain.identity import EMAIL_LENGTH_MAX, MemberRole, Permission
from billing_core.services.seats.add_member import add_member
from billing_core.services.seats.change_member import change_member
from billing_core.services.seats.ports import TeamMember
from billing_core.services.seats.remove_member import remove_member

router = APIRouter(
    prefix="/v1/admin/organizations/{organization_id}/members", tags=["Admin: members"], route_class=Route
)
ReadMembers = Annotated[Asking, Depends(OrganizationAt(Permission.READ_MEMBERS))]
EditMembers = Annotated[Asking, Depends(OrganizationAt(Permission.EDIT_MEMBERS))]
_MEMBER: dict[str, Any] = {
    "id": "mem_01kafh9v7w3m5n8q2r4s6t0x1y",
    "organization_id": "org_01kafh9v7w3m5n8q2r4s6t0x1y",
    "email": "dana@example.com",
    "name": "Dana Ruiz",
    "role": "member",
    "department_id": None,
    "created_at": "2026-11-20T12:00:00Z",
}
_SEAT: dict[str, Any] = {
    "price": {"amount": "19.99", "currency": "USD"},
    "balance": {"amount": "19.99", "currency": "USD"},
    "owed": {"amount": "0.00", "currency": "USD"},
}


class MemberSent(BaseModel):
    """A member to add; a person who is known by the address keeps their name and password."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"email": "dana@example.com", "name": "Dana Ruiz", "role": "member"}},
    )

    email: Annotated[str, Field(max_length=EMAIL_LENGTH_MAX)]
    name: Name
    role: MemberRole = MemberRole.MEMBER
    department_id: GivenId | None = None


class MemberChanged(BaseModel):
    """What changes; what is left out stays as it is, and a `department_id` of null is no department."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"role": "billing"}})

    role: MemberRole | None = None
    department_id: GivenId | None = None


class Member(BaseModel):
    """A person's place in an organization."""

    model_config = ConfigDict(json_schema_extra={"example": _MEMBER})

    id: str
    organization_id: str
    email: str
    name: str
    role: MemberRole
    department_id: str | None
    created_at: datetime


class SeatCharged(BaseModel):
    """What the seat cost for the rest of the period, taken from the balance, and what of it is owed; often nothing."""

    price: Amount
    balance: Amount
    owed: Amount


class MemberAdded(Member):
    """A member just added. `generated_password` is told in this answer only, to somebody new; else it is null."""

    model_config = ConfigDict(
        json_schema_extra={"example": _MEMBER | {"seat": _SEAT, "generated_password": "k2V…-told-once"}}
    )

    seat: SeatCharged
    generated_password: str | None


@router.get("", summary="List members", responses=error_answers(401, 403, 404, 422, 429))
def members(application: App, asking: ReadMembers, asked: PageAsked) -> Page[Member]:
    """Who belongs to the organization, by name."""
    with application.read() as uow:
        uow.organizations.organization(asking.organization_id)
        found = uow.seats.members(asking.organization_id)
    return asked.page_of_all(found, lambda item: (item.name, item.member.id), lambda item: Member(**_facts(item)))


@router.post(
    "",
    summary="Add a member",
    status_code=201,
    openapi_extra=told_once("generated_password"),
    responses=error_answers(400, 401, 402, 403, 404, 409, 413, 422, 429),
)
def add(application: App, asking: EditMembers, new_id: NewId, body: MemberSent) -> MemberAdded:
    """Add a member, who can sign in; one beyond the seats paid for is charged for the rest of the billing period.

    Owners, administrators, and keys with the scope manage. 402 beyond the plan's maximum, or when the balance does not
    cover the seat and the plan lets nothing be owed. Sent again under the same Idempotency-Key the answer has null in
    place of the password.
    """
    with application.write() as uow:
        taken = add_member(
            uow,
            application.passwords,
            organization_id=asking.organization_id,
            email=body.email,
            name=body.name,
            role=body.role,
            department_id=body.department_id,
            operation=new_id("opr"),
            actor=asking.caller.actor,
            now=application.clock.now(),
        )
    seat = taken.change
    return MemberAdded(
        **_facts(taken.member),
        seat=SeatCharged(price=amount_of(seat.amount), balance=amount_of(seat.balance), owed=amount_of(seat.owed)),
        generated_password=taken.generated_password,
    )


@router.patch(
    "/{member_id}", summary="Change a member", responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429)
)
def change(application: App, asking: EditMembers, member_id: Id, body: MemberChanged) -> Member:
    """Change a member's role or department. 409 where the organization would be left without an owner."""
    with application.write() as uow:
        changed = change_member(
            uow,
            organization_id=asking.organization_id,
            member_id=member_id,
            role=body.role,
            department_id=text_or_taken_away(body, "department_id"),
            actor=asking.caller.actor,
            now=application.clock.now(),
        )
    return Member(**_facts(changed))


@router.delete(
    "/{member_id}",
    summary="Remove a member",
    status_code=204,
    responses=error_answers(401, 403, 404, 409, 422, 429),
)
def remove(application: App, asking: EditMembers, member_id: Id, new_id: NewId) -> None:
    """End a membership: what the member used stays on record, and the seat is free until the period ends.

    409 for the last owner.
    """
    with application.write() as uow:
        remove_member(
            uow,
            organization_id=asking.organization_id,
            member_id=member_id,
            operation=new_id("opr"),
            actor=asking.caller.actor,
            now=application.clock.now(),
        )


def _facts(found: TeamMember) -> dict[str, Any]:
    return {
        "id": found.member.id,
        "organization_id": found.member.organization_id,
        "email": found.email,
        "name": found.name,
        "role": found.member.role,
        "department_id": found.member.department_id,
        "created_at": found.member.created_at,
    }
