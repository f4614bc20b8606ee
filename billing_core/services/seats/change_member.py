"""Give a member another role or department; what their seat costs stays the same."""

from dataclasses import replace
from datetime import datetime

from billing_core.domain.errors import Conflict, NotFound
from billing_core.domain.identity import Actor, MemberRole
from billing_core.services.audit.record_change import record_change
from billing_core.services.organizations.rename_department import department_of
from billing_core.services.seats.ports import SeatUnit, TeamMember


def change_member(
    uow: SeatUnit,
    *,
    organization_id: str,
    member_id: str,
    role: MemberRole | None = None,
    department_id: str | None = None,
    actor: Actor,
    now: datetime,
) -> TeamMember:
    """The member with that role in that department; None stays as it is, and an empty department is none.

    NotFound for somebody who is no member of the organization or a department it does not have, Conflict when it
    would be left without an owner.
    """
    uow.books.lock([organization_id])
    members = {item.member.id: item for item in uow.seats.members(organization_id)}
    known = members.get(member_id)
    if known is None:
        raise NotFound(f"The organization has no member {member_id!r}.", field="member_id")
    if department_id:
        department_of(uow, organization_id, department_id)
    before = known.member
    after = replace(
        before,
        role=before.role if role is None else role,
        department_id=before.department_id if department_id is None else department_id or None,
    )
    changed = replace(known, member=after)
    if changed == known:
        return known
    owners = [item for item in members.values() if item.member.role is MemberRole.OWNER]
    if owners == [known] and after.role is not MemberRole.OWNER:
        raise Conflict("The last owner must stay one; make another member an owner first.", field="role")
    uow.seats.change_place(member_id, after.role, after.department_id)
    record_change(
        uow,
        actor,
        "member.changed",
        ("member", member_id),
        now=now,
        organization_id=organization_id,
        before={"role": before.role, "department_id": before.department_id},
        after={"role": after.role, "department_id": after.department_id},
    )
    return changed
