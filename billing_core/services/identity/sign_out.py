"""End a session, so that its token opens nothing any more."""

from datetime import datetime

from billing_core.domain.identity import Actor, secret_hash
from billing_core.services.audit.record_change import record_change
from billing_core.services.identity.ports import IdentityUnit
from billing_core.services.identity.view_session import live_session


def sign_out(uow: IdentityUnit, token: str, *, address: str, now: datetime) -> None:
    """End the session of the token; nothing happens when it has none or it is over."""
    session = live_session(uow, token, now)
    person = uow.identity.person(session.person_id) if session else None
    if person:
        uow.identity.end_session(secret_hash(token), now)
        actor = Actor("person", person.id, person.name, address)
        record_change(uow, actor, "person.signed_out", ("person", person.id), now=now)
