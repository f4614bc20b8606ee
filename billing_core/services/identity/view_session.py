"""Who a session's token belongs to, checked anew each time it is asked."""

from datetime import datetime, timedelta

from billing_core.domain.identity import Viewer, secret_hash, viewer_of_person
from billing_core.services.identity.ports import IdentityUnit, IdentityUnits, Session

SEEN_EVERY = timedelta(minutes=1)


def live_session(uow: IdentityUnit, token: str | None, now: datetime) -> Session | None:
    """The session of the token unless it is unknown, signed out, too old or idle: one indexed lookup."""
    if not token:
        return None
    session = uow.identity.session(secret_hash(token))
    return session if session and session.is_live(now) else None


def viewer_of(units: IdentityUnits, token: str | None, now: datetime) -> Viewer | None:
    """The person behind the token with what they may see by now; None without a live session.

    Keeps the session from going idle, at the price of at most one write a minute.
    """
    with units.read() as uow:
        session = live_session(uow, token, now)
        person = uow.identity.person(session.person_id) if session else None
        memberships = uow.identity.memberships(person.id) if person else ()
    if session is None or person is None:
        return None
    if now - session.seen_at >= SEEN_EVERY:
        with units.write() as uow:
            uow.identity.set_session_seen(session.token_hash, now)
    return viewer_of_person(person, memberships)
