"""What limits need from storage, and what they answer with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.organizations import Organization
from billing_core.domain.periods import Period
from billing_core.domain.plans import Allowance, Subscription

# The organization, the allowance, and the start of its period.
Counter = tuple[str, str, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How much of one plan allowance an organization has used in the period it renews by.

    `code` is what the plan calls the allowance and `features` are the codes of those that take from it; `stops` says
    whether any of them is refused when it is used up, instead of going on at a price. `used` is in the allowance's own
    measure (units such as calls or bytes, or tokens), and may be above its quantity.
    """

    organization_id: str
    organization_name: str
    code: str
    allowance: Allowance
    features: tuple[str, ...]
    stops: bool
    used: int
    period: Period

    @property
    def remaining(self) -> int | None:
        """What is left until the period ends; None is unlimited."""
        quantity = self.allowance.quantity
        return None if quantity is None else max(quantity - self.used, 0)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An organization with every plan it was on, the earliest first."""

    organization: Organization
    subscriptions: Sequence[Subscription]


class LimitStore(Protocol):
    """Who is on which plan, and the counters that charging keeps."""

    def subscribers(self, organization_ids: frozenset[str] | None) -> Sequence[Subscriber]:
        """Those of the organizations (None: all) that have had a plan, by name."""
        ...

    def counters(self, organization_ids: Iterable[str], since: datetime) -> Mapping[Counter, int]:
        """The counters of periods that begin at `since` or later; one that is missing stands at zero."""
        ...
