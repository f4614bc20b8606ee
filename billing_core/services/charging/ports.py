"""What charging needs from storage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.books import Books
from billing_core.domain.charging import Charge
from billing_core.domain.money import Money
from billing_core.domain.provider_prices import PriceBook
from billing_core.domain.usage import UsageEvent

Identity = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """An event to charge. With `admit`, use that nothing covers is refused; without, it has already happened."""

    event: UsageEvent
    admit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What one event cost and who paid; the same again when the event is repeated."""

    id: str
    organization_id: str
    source: str
    event_id: str
    feature: str
    occurred_at: datetime
    measured: int
    included: int
    price: Money
    credits: Money
    balance: Money
    overage: Money
    provider_cost: Money | None
    is_unpriced: bool
    is_duplicate: bool


@dataclass(frozen=True, slots=True)
class Known:
    """An identity that was charged before."""

    payload_hash: str
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedEvent:
    """An event with its decision, ready to be written."""

    id: str
    entry_id: str
    event: UsageEvent
    payload_hash: str
    occurred_at: datetime
    charge: Charge
    provider_cost: Money | None

    def receipt(self) -> Receipt:
        event, charge = self.event, self.charge
        return Receipt(
            id=self.id,
            organization_id=event.organization_id,
            source=event.source,
            event_id=event.event_id,
            feature=event.feature,
            occurred_at=self.occurred_at,
            measured=charge.measured,
            included=charge.included,
            price=charge.price,
            credits=charge.credits,
            balance=charge.balance,
            overage=charge.overage,
            provider_cost=self.provider_cost,
            is_unpriced=event.model is not None and self.provider_cost is None,
            is_duplicate=False,
        )


class ChargingStore(Protocol):
    """The charging transaction's reads and set-based writes."""

    def known(self, identities: Iterable[Identity]) -> Mapping[Identity, Known]:
        """Those of the identities that were charged before."""
        ...

    def books(self, organization_ids: Iterable[str], since: datetime) -> Mapping[str, Books]:
        """Working copies of the organizations that exist, with the counters of periods that end after `since`."""
        ...

    def features(self) -> frozenset[str]:
        """The codes of all features."""
        ...

    def belonging(self, organization_ids: Iterable[str]) -> Mapping[tuple[str, str], frozenset[str]]:
        """The ids of what belongs to each organization, by organization and `department` or `member`."""
        ...

    def write(self, charged: Sequence[ChargedEvent], books: Mapping[str, Books], now: datetime) -> None:
        """Write events, allocations, entries, and the new state of counters, grants and wallets."""
        ...


class ProviderPrices(Protocol):
    """Provider prices by provider and model."""

    def price_books(self, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], PriceBook | None]:
        """The price book of each pair, None where the model is unknown."""
        ...
