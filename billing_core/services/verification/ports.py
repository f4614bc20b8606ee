"""What self-audit needs from storage."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from billing_core.domain.money import Money
from billing_core.domain.plans import PlanVersion
from billing_core.domain.usage import Quantities


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that breaks an invariant: which one, which row, and what is wrong with it."""

    invariant: str
    row: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedEvent:
    """What is needed to price an event again."""

    id: str
    feature: str
    provider: str | None
    model: str | None
    service_tier: str | None
    properties: Mapping[str, Any] | None
    is_error: bool
    quantities: Quantities
    plan_version_id: str
    discount: str | None
    measured: int
    included: int
    units_before: int | None
    spent_before_nanos: int | None
    provider_cost: Money | None
    price: Money


class BooksAudit(Protocol):
    """The invariants a query can check, and the events for those it cannot."""

    def findings(self) -> Iterator[Finding]: ...
    def priced_events(self) -> Iterator[PricedEvent]: ...


class PlanVersions(Protocol):
    """Published plan versions by id."""

    def plan_versions(self, version_ids: Iterable[str], /) -> Mapping[str, PlanVersion]: ...
