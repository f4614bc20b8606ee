"""What a customer of the demo data is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from billing_core.domain.identity import MemberRole
from billing_core.services.demo.rhythms import Rhythm


@dataclass(frozen=True, slots=True)
class Workload:
    """A part of a customer's calls. `share` is its weight; `cached_percent` of the calls reuse some of their input."""

    share: int
    feature: str
    provider: str
    model: str
    cached_percent: int = 0
    has_output: bool = True
    calls_per_run: int | None = None


@dataclass(frozen=True, slots=True)
class Colleague:
    """Someone at a customer, and how busy they are."""

    name: str
    department: str
    busyness: int
    role: MemberRole = MemberRole.MEMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """Credits given for nothing, for some features or all."""

    name: str
    credits: int
    days_ago: int
    valid_days: int
    features: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """An invented organization.

    It was opened `months` whole billing periods and `period_day` days ago. `calls` is what it makes in the whole
    stretch of demo data, growing by `growth_percent` from its first day to its last. It buys `package` when less than
    `credits_min` credits are left, and tops up by `top_up` dollars when the balance falls below `balance_min`. A
    customer that `asks_first` is refused what its plan does not cover; the others report what has happened.
    """

    name: str
    domain: str
    plan_code: str
    time_zone: str
    months: int
    period_day: int
    calls: int
    rhythm: Rhythm
    people: Sequence[Colleague]
    workloads: Sequence[Workload]
    growth_percent: int = 35
    seats: int | None = None
    asks_first: bool = False
    package: str | None = None
    credits_min: int = 0
    top_up: int = 0
    balance_min: int = 0
    gifts: Sequence[Gift] = ()
    storage_gb: tuple[float, float] | None = None
