"""Sign a person in by e-mail address and password."""

import secrets
from datetime import datetime

from billing_core.domain.errors import InvalidInput, SignInFailed
from billing_core.domain.identity import Actor, Person, checked_email, secret_hash
from billing_core.services.audit.record_change import record_change
from billing_core.services.identity.limit_sign_ins import begin_attempt, withdraw_attempt
from billing_core.services.identity.ports import SESSION_LIFETIME, IdentityUnit, IdentityUnits, Passwords, Session

TOKEN_BYTES = 32
USER_AGENT_LENGTH_MAX = 400


def sign_in(
    units: IdentityUnits,
    passwords: Passwords,
    *,
    email: str,
    password: str,
    address: str,
    user_agent: str,
    now: datetime,
) -> str:
    """The token of a new session; SignInFailed when the two do not match, or after too many tries.

    Two transactions: the try must stay counted when it fails, and nobody waits for the writer's turn while a password
    is hashed, which is slow on purpose. An unknown address takes the same road as a wrong password.
    """
    typed = email.strip().lower()
    with units.write() as uow:
        attempt = begin_attempt(uow.identity, typed, address, now)
        person = _person(uow, typed)
        password_hash = uow.identity.password_hash(person.id) if person else None
    matches = passwords.verify(password, password_hash)
    if person is None or password_hash is None or not matches:
        raise SignInFailed("E-mail address and password do not match.")
    renewed_hash = passwords.hash(password) if passwords.is_outdated(password_hash) else None
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with units.write() as uow:
        withdraw_attempt(uow.identity, attempt)
        if renewed_hash:
            uow.identity.set_password_hash(person.id, renewed_hash)
        uow.identity.add_session(
            Session(
                token_hash=secret_hash(token),
                person_id=person.id,
                created_at=now,
                seen_at=now,
                expires_at=now + SESSION_LIFETIME,
                ended_at=None,
                address=address,
                user_agent=user_agent[:USER_AGENT_LENGTH_MAX],
            )
        )
        actor = Actor("person", person.id, person.name, address)
        record_change(uow, actor, "person.signed_in", ("person", person.id), now=now)
    return token


def _person(uow: IdentityUnit, typed: str) -> Person | None:
    try:
        return uow.identity.person_by_email(checked_email(typed))
    except InvalidInput:
        return None
