"""Make someone known who runs the product."""

from datetime import datetime

from billing_core.domain.identity import Actor, StaffRole
from billing_core.services.identity.add_person import NewPerson, add_person
from billing_core.services.identity.ports import IdentityUnit, Passwords


def create_staff(
    uow: IdentityUnit,
    passwords: Passwords,
    *,
    email: str,
    name: str,
    role: StaffRole,
    password: str | None = None,
    actor: Actor,
    now: datetime,
) -> NewPerson:
    """Add someone who runs the product; Conflict when the e-mail address is taken."""
    return add_person(uow, passwords, email=email, name=name, staff_role=role, password=password, actor=actor, now=now)
