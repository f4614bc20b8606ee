"""On whose behalf this code runs: set once around it, and read wherever something is used.

It stands in a context variable: asyncio tasks inherit it, and so do threads that run in `contextvars.copy_context()`.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from itertools import count

from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import check_text


class MissingOrganization(InvalidInput):
    """Nothing says which organization a use is to be charged to."""

    code = "missing_organization"

    def __init__(self, feature: str) -> None:
        super().__init__(
            f"Nothing says whom to charge for {feature!r}. Write `with billing_context(organization=...):` around the "
            "call, give the method's object an `organization_id`, or the function an argument of that name.",
            field="organization",
            feature=feature,
        )


@dataclass(frozen=True, slots=True)
class EventIds:
    """Ids made of one given: `req-7:chat` for the first use of chat, `req-7:chat:2` for the second.

    The same work done again under the same id is the same uses again, and charged once.
    """

    root: str
    _uses: dict[str, "count[int]"] = field(default_factory=dict[str, "count[int]"])

    def next(self, feature: str) -> str:
        number = next(self._uses.setdefault(feature, count(1)))
        return f"{self.root}:{feature}" if number == 1 else f"{self.root}:{feature}:{number}"


@dataclass(frozen=True, slots=True)
class BillingContext:
    """Who is charged and in whose name; `member` and `department` are ids of the organization's."""

    organization: str | None = None
    member: str | None = None
    department: str | None = None
    run: str | None = None
    event_ids: EventIds | None = None


_NOTHING = BillingContext()
_current: ContextVar[BillingContext] = ContextVar("billing_context", default=_NOTHING)


@contextmanager
def billing_context(
    *,
    organization: str | None = None,
    member: str | None = None,
    department: str | None = None,
    run: str | None = None,
    event_id: str | None = None,
) -> Generator[BillingContext]:
    """Charge what is used inside to `organization`, in the name of the others.

    Inside another one it overrides what it names; with another organization it leaves the outer member and department
    behind, which are not that organization's. An `event_id` (a request id) makes the whole of it safe to repeat.
    InvalidInput names what is not 1 to 200 printable characters.
    """
    named = {"organization": organization, "member": member, "department": department, "run": run}
    changes = {name: check_text(value, name) for name, value in named.items() if value is not None}
    outer = _current.get()
    if organization is not None and organization != outer.organization:
        outer = replace(outer, member=None, department=None)
    inner = replace(outer, **changes)
    if event_id is not None:
        inner = replace(inner, event_ids=EventIds(check_text(event_id, "event_id")))
    token = _current.set(inner)
    try:
        yield inner
    finally:
        _current.reset(token)


def current_context() -> BillingContext:
    """What the innermost `billing_context` says; empty outside of any."""
    return _current.get()


def payer(user_id: str, organization_id: str | None) -> tuple[str, str | None]:
    """The organization that pays for a user, and the user as its member.

    It is the one that is given, else that of the context. Without either the user is a customer alone: the id is that
    of their organization.
    """
    organization_id = organization_id or current_context().organization
    return (user_id, None) if organization_id is None else (organization_id, user_id)
