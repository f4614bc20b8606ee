"""Slow down guessing: a limit of failed sign-ins per e-mail address and per network address."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from billing_core.domain.errors import SignInFailed
from billing_core.services.identity.ports import IdentityStore

WINDOW = timedelta(minutes=15)
FAILURES_PER_EMAIL_MAX = 5
FAILURES_PER_ADDRESS_MAX = 20
_IPV6_NETWORK_BITS = 64


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that counts as failed until it is withdrawn."""

    email_subject: str
    address_failure: int


def begin_attempt(identity: IdentityStore, email: str, address: str, now: datetime) -> Attempt:
    """Count a try before its password is looked at, so that many at once cannot slip through together.

    SignInFailed with `retry_after_seconds` when a limit is reached; such a try is not counted.
    """
    identity.forget_failures(now - WINDOW)
    limits = {_email_subject(email): FAILURES_PER_EMAIL_MAX, _address_subject(address): FAILURES_PER_ADDRESS_MAX}
    waits = [_wait(identity, subject, limit, now) for subject, limit in limits.items()]
    if wait := max(waits):
        minutes = -(-wait // timedelta(minutes=1))
        raise SignInFailed(
            f"Too many failed tries. Try again in {minutes} minute{'s' if minutes > 1 else ''}.",
            retry_after_seconds=-(-wait // timedelta(seconds=1)),
        )
    email_subject, address_subject = limits
    identity.add_failure(email_subject, now)
    return Attempt(email_subject, identity.add_failure(address_subject, now))


def withdraw_attempt(identity: IdentityStore, attempt: Attempt) -> None:
    """The password was right: the try was no failure, and the e-mail address starts afresh."""
    identity.clear_failures(attempt.email_subject)
    identity.remove_failure(attempt.address_failure)


def _wait(identity: IdentityStore, subject: str, limit: int, now: datetime) -> timedelta:
    """How long until fewer than `limit` failures lie within the window; zero when it is so already."""
    failures = identity.failures(subject, now - WINDOW, limit)
    return failures[-1] + WINDOW - now if len(failures) == limit else timedelta()


def _email_subject(email: str) -> str:
    # People type passwords into the wrong field: what was typed is not kept.
    return f"email:{hashlib.sha256(email.encode(errors='replace')).hexdigest()}"


def _address_subject(address: str) -> str:
    """The address, or for IPv6 the network a single customer is given."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return f"address:{address}"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return f"address:{ip_network((parsed, _IPV6_NETWORK_BITS), strict=False)}"
    return f"address:{parsed}"
