"""Make a person a member of an organization."""

from dataclasses import dataclass, field
from datetime import datetime

from billing_core.domain.errors import Conflict, NotFound
from billing_core.domain.identity import Actor, MemberRole, Person, checked_email
from billing_core.domain.ids import new_id
from billing_core.domain.organizations import Member
from billing_core.services.audit.record_change import record_change
from billing_core.services.identity.add_person import NewPerson, add_person
from billing_core.services.identity.ports import Passwords
from billing_core.services.organizations.ports import OrganizationUnit


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member just added; `generated_password` is told this once, None when there was no need of one."""

    member: Member
    person: Person
    generated_password: str | None = field(repr=False)


def create_member(
    uow: OrganizationUnit,
    passwords: Passwords,
    *,
    organization_id: str,
    email: str,
    name: str,
    role: MemberRole,
    department_id: str | None = None,
    password: str | None = None,
    actor: Actor,
    now: datetime,
) -> NewMember:
    """A member; a person who is known already keeps their name and password and gets the role beside others.

    NotFound for an unknown organization or a department of another one, Conflict when the person is a member
    already, or is known and a password was given.
    """
    organization = uow.organizations.organization(organization_id)
    if department_id is not None:
        department = uow.organizations.department(department_id)
        if department is None or department.organization_id != organization.id:
            raise NotFound(f"{organization.name} has no department {department_id!r}.", field="department")
    added = _known_person(uow, email, password) or add_person(
        uow, passwords, email=email, name=name, staff_role=None, password=password, actor=actor, now=now
    )
    member = Member(
        id=new_id("mem", now),
        organization_id=organization.id,
        person_id=added.person.id,
        department_id=department_id,
        role=role,
        created_at=now,
    )
    uow.organizations.add_member(member)
    record_change(
        uow,
        actor,
        "member.created",
        ("member", member.id),
        now=now,
        organization_id=organization.id,
        after={"email": added.person.email, "role": role, "department_id": department_id},
    )
    return NewMember(member, added.person, added.generated_password)


def _known_person(uow: OrganizationUnit, email: str, password: str | None) -> NewPerson | None:
    person = uow.identity.person_by_email(checked_email(email))
    if person is None:
        return None
    if password is not None:
        raise Conflict(f"{person.email} has a password already; leave it out.", field="password")
    return NewPerson(person, None)
