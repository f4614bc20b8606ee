"""Make someone known who can sign in, with a given or a generated password."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from billing_core.domain.errors import InvalidInput
from billing_core.domain.identity import Actor, Person, StaffRole, checked_email, checked_name
from billing_core.domain.ids import new_id
from billing_core.services.audit.record_change import record_change
from billing_core.services.identity.ports import IdentityUnit, Passwords

PASSWORD_LENGTH_MIN = 12
PASSWORD_LENGTH_MAX = 1024
_GENERATED_BYTES = 15


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person just added; `generated_password` is told this once, None when the password was given."""

    person: Person
    generated_password: str | None = field(repr=False)


def add_person(
    uow: IdentityUnit,
    passwords: Passwords,
    *,
    email: str,
    name: str,
    staff_role: StaffRole | None,
    password: str | None,
    actor: Actor,
    now: datetime,
) -> NewPerson:
    """Add a person; InvalidInput names the field, Conflict when the e-mail address is taken."""
    person = Person(new_id("per", now), checked_email(email), checked_name(name), staff_role, now)
    chosen = secrets.token_urlsafe(_GENERATED_BYTES) if password is None else checked_password(password)
    uow.identity.add_person(person, passwords.hash(chosen))
    record_change(
        uow,
        actor,
        "person.created",
        ("person", person.id),
        now=now,
        after={"email": person.email, "name": person.name, "staff_role": staff_role},
    )
    return NewPerson(person, chosen if password is None else None)


def checked_password(password: str) -> str:
    """The password itself; InvalidInput, which never repeats it, when it is too short or absurdly long."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise InvalidInput(
            f"The password has {len(password)} characters; it needs {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX}.",
            field="password",
        )
    return password
