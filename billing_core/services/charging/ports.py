"""What charging needs from storage, and what it answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from billing_core.domain.books import Books
from billing_core.domain.budgets import BudgetKey, Budgets, Counter
from billing_core.domain.charging import Charge
from billing_core.domain.holds import Hold, Reservation
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.provider_prices import PriceBook
from billing_core.domain.usage import UsageEvent
from billing_core.domain.used import Used
from billing_core.services.ledger.ports import BooksLock

Identity = tuple[str, str, str]
# Organization, `department` or `member`, and the id of one.
Claim = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """An event to charge. With `admit`, use that nothing covers is refused; without, it has already happened."""

    event: UsageEvent
    admit: bool


@dataclass(frozen=True, slots=True)
class ReserveRequest:
    """An event that is still to happen, with the most it may use; what it would take is held for a while.

    With an `amount` of credits that is held instead: what will be used is not known before.
    """

    event: UsageEvent
    lifetime: timedelta
    amount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleRequest(Used):
    """What the event of a hold really used.

    With `admit`, use beyond the hold that nothing covers is refused and the hold stays open.
    """

    organization_id: str
    hold_id: str
    admit: bool = True


def settling(organization_id: str, hold_id: str, used: Used, *, admit: bool) -> SettleRequest:
    """The request that settles a hold for what was used."""
    return SettleRequest(
        organization_id=organization_id,
        hold_id=hold_id,
        quantities=used.quantities,
        provider=used.provider,
        model=used.model,
        service_tier=used.service_tier,
        latency_ms=used.latency_ms,
        is_error=used.is_error,
        properties=used.properties,
        admit=admit,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRequest:
    """A hold that is not needed any more."""

    organization_id: str
    hold_id: str


@dataclass(frozen=True, slots=True)
class LeaseRequest:
    """A lease that is to keep what up to `calls` events like this one would take, in the name of `owner`."""

    event: UsageEvent
    calls: int
    lifetime: timedelta
    owner: str


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """An event that was admitted from a lease and has happened, with the part of the lease that was set aside for it.

    The part pays first, if the lease is still open.
    """

    event: UsageEvent
    lease_id: str
    part: Reservation


Request = ChargeRequest | ReserveRequest | SettleRequest | ReleaseRequest | LeaseRequest | DrawRequest


class Receipt(NamedTuple):
    """What one event cost and who paid, amounts in nanos; the same again when the event is repeated."""

    id: str
    organization_id: str
    source: str
    event_id: str
    feature: str
    occurred_at: datetime
    measured: int
    included: int
    price_nanos: int
    price_currency: str
    credits_nanos: int
    balance_nanos: int
    overage_nanos: int
    currency: str
    provider_cost_nanos: int | None
    provider_cost_currency: str | None
    is_unpriced: bool
    is_duplicate: bool

    @property
    def price(self) -> Money:
        return Money(self.price_nanos, self.price_currency)

    @property
    def credits(self) -> Money:
        return Money(self.credits_nanos, CREDITS)

    @property
    def balance(self) -> Money:
        return Money(self.balance_nanos, self.currency)

    @property
    def overage(self) -> Money:
        return Money(self.overage_nanos, self.currency)

    @property
    def provider_cost(self) -> Money | None:
        """What the provider charged; None when that is not known."""
        if self.provider_cost_nanos is None or self.provider_cost_currency is None:
            return None
        return Money(self.provider_cost_nanos, self.provider_cost_currency)


class Known(NamedTuple):
    """An identity that was charged before."""

    payload_hash: str
    receipt: Receipt


class ChargedEvent(NamedTuple):
    """An event with its decision, ready to be written."""

    id: str
    entry_id: str
    event: UsageEvent
    payload_hash: str
    occurred_at: datetime
    charge: Charge
    provider_cost: Money | None
    hold_id: str | None = None

    def receipt(self) -> Receipt:
        event, charge, cost = self.event, self.charge, self.provider_cost
        return Receipt(
            self.id,
            event.organization_id,
            event.source,
            event.event_id,
            event.feature,
            self.occurred_at,
            charge.measured,
            charge.included,
            charge.price_nanos,
            charge.price_currency,
            charge.credits_nanos,
            charge.balance_nanos,
            charge.overage_nanos,
            charge.currency,
            None if cost is None else cost.nanos,
            None if cost is None else cost.currency,
            is_unpriced=event.model is not None and cost is None,
            is_duplicate=False,
        )


class BooksStore(BooksLock, Protocol):
    """The books of organizations, each locked for the transaction that opens them."""

    def open(self, organization_ids: Iterable[str], since: datetime) -> Mapping[str, Books]:
        """Those that exist, with the counters of periods that begin at `since` or later."""
        ...

    def look_at(self, organization_ids: Iterable[str], since: datetime) -> Mapping[str, Books]:
        """As `open`, for readers: nothing is locked, and nothing may be written from them."""
        ...

    def settle(self, books: Mapping[str, Books]) -> None:
        """Say that the changes of these books are written."""
        ...

    def keep(self, books: Iterable[Books]) -> None:
        """Remember them for the next batch; only after the transaction has committed."""
        ...


class ChargingStore(Protocol):
    """The charging transaction's reads and set-based writes."""

    def known(self, identities: Iterable[Identity]) -> Mapping[Identity, Known]:
        """Those of the identities that were charged before."""
        ...

    def belonging(self, claims: Iterable[Claim]) -> set[Claim]:
        """Those of the departments and members that the organization has."""
        ...

    def write(self, charged: Sequence[ChargedEvent], books: Iterable[Books], now: datetime) -> None:
        """Write events, allocations and entries, and what has changed of grants, wallets and counters."""
        ...


class HoldStore(Protocol):
    """Holds by their id, and by the identity of the event they were made for."""

    def by_id(self, hold_ids: Iterable[str]) -> Mapping[str, Hold]: ...
    def by_identity(self, identities: Iterable[Identity]) -> Mapping[Identity, Hold]: ...
    def insert(self, holds: Sequence[Hold]) -> None: ...
    def redraw(self, holds: Sequence[Hold]) -> None:
        """Store what open leases still keep."""
        ...

    def resolve(self, holds: Sequence[Hold]) -> None:
        """Store the state of holds that were open, and when they ceased to be."""
        ...


class BudgetStore(Protocol):
    """Counters of budgets."""

    def counters(self, keys: Iterable[BudgetKey]) -> Mapping[BudgetKey, Counter]: ...
    def write_changes(self, budgets_by_organization: Mapping[str, Budgets]) -> None: ...


class ProviderPrices(Protocol):
    """Features, and provider prices by provider and model."""

    def feature_codes(self) -> frozenset[str]:
        """The codes of all features."""
        ...

    def price_books(self, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], PriceBook | None]:
        """The price book of each pair, None where the model is unknown."""
        ...
