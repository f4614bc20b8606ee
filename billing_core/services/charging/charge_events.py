"""Charge a batch of usage events in the transaction of the caller: the one way usage is ever charged."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from billing_core.domain.books import Books
from billing_core.domain.charging import charge_event
from billing_core.domain.clock import Clock
from billing_core.domain.errors import BillingError, EventConflict, NotFound
from billing_core.domain.ids import new_ids
from billing_core.domain.money import Money
from billing_core.domain.provider_prices import STANDARD, PriceBook
from billing_core.domain.usage import UsageEvent
from billing_core.services.alerts.ports import AlertStore
from billing_core.services.alerts.raise_alerts import observe, raise_alerts
from billing_core.services.charging.ports import (
    ChargedEvent,
    ChargeRequest,
    ChargingStore,
    Identity,
    Known,
    ProviderPrices,
    Receipt,
)

PERIOD_LENGTH_MAX = timedelta(days=32)

Outcome = Receipt | BillingError


class ChargingUnit(Protocol):
    """The parts of a unit of work that charging uses."""

    @property
    def charging(self) -> ChargingStore: ...
    @property
    def catalog(self) -> ProviderPrices: ...
    @property
    def alerts(self) -> AlertStore: ...


def charge_events(uow: ChargingUnit, requests: Sequence[ChargeRequest], clock: Clock) -> list[Outcome]:
    """One outcome per request, in order: the receipt of its event, or the error that refused it.

    A refused event leaves no trace and does not disturb the others. An identity seen before answers with its first
    receipt, or with EventConflict when the payload differs.
    """
    now = clock.now()
    batch = _Batch(uow, [request.event for request in requests], now)
    outcomes: list[Outcome] = []
    for request in requests:
        try:
            outcomes.append(batch.decide(request))
        except BillingError as error:
            outcomes.append(error)
    if batch.charged:
        uow.charging.write(batch.charged, batch.books, now)
        raise_alerts(uow.alerts, observe(batch.before, batch.books, batch.charged, now), now)
    return outcomes


class _Batch:
    """Everything read once for a batch, and the decisions taken so far."""

    def __init__(self, uow: ChargingUnit, events: Sequence[UsageEvent], now: datetime) -> None:
        self.now = now
        organization_ids = {event.organization_id for event in events}
        earliest = min((event.occurred_at or now for event in events), default=now)
        self.known: dict[Identity, Known] = dict(uow.charging.known(event.identity for event in events))
        self.books: Mapping[str, Books] = uow.charging.books(organization_ids, earliest - PERIOD_LENGTH_MAX)
        self.before = {key: books.snapshot(now) for key, books in self.books.items()}
        self.features = uow.charging.features()
        self.belonging = uow.charging.belonging(
            {event.organization_id for event in events if event.member or event.department}
        )
        pairs = {(event.provider, event.model) for event in events if event.provider and event.model}
        self.prices: Mapping[tuple[str, str], PriceBook | None] = uow.catalog.price_books(pairs)
        self.ids = new_ids("", now, len(events))
        self.charged: list[ChargedEvent] = []

    def decide(self, request: ChargeRequest) -> Receipt:
        event = request.event
        payload_hash = event.payload_hash
        known = self.known.get(event.identity)
        if known is not None:
            return _repeated(event, payload_hash, known)
        books = self._check(event)
        occurred_at = event.occurred_at or self.now
        provider_cost = self._provider_cost(event, occurred_at)
        charged = ChargedEvent(
            id=f"evt{self.ids[len(self.charged)]}",
            entry_id=f"ent{self.ids[len(self.charged)]}",
            event=event,
            payload_hash=payload_hash,
            occurred_at=occurred_at,
            charge=charge_event(
                books,
                event,
                occurred_at=occurred_at,
                now=self.now,
                admit=request.admit,
                provider_cost=provider_cost,
            ),
            provider_cost=provider_cost,
        )
        self.charged.append(charged)
        receipt = charged.receipt()
        self.known[event.identity] = Known(payload_hash, receipt)
        return receipt

    def _check(self, event: UsageEvent) -> Books:
        books = self.books.get(event.organization_id)
        if books is None:
            raise NotFound(f"There is no organization {event.organization_id!r}.", field="organization_id")
        if event.feature not in self.features:
            known = ", ".join(sorted(self.features))
            raise NotFound(f"There is no feature {event.feature!r}; the features are: {known}.", field="feature")
        event.check_time(self.now)
        for name, value in (("member", event.member), ("department", event.department)):
            if value is not None and value not in self.belonging[event.organization_id, name]:
                raise NotFound(f"The organization has no {name} {value!r}.", field=name)
        return books

    def _provider_cost(self, event: UsageEvent, occurred_at: datetime) -> Money | None:
        if event.provider is None or event.model is None:
            return None
        prices = self.prices.get((event.provider, event.model))
        return None if prices is None else prices.cost(event.quantities, occurred_at, event.service_tier or STANDARD)


def _repeated(event: UsageEvent, payload_hash: str, known: Known) -> Receipt:
    if known.payload_hash != payload_hash:
        raise EventConflict(
            f"Event {event.event_id!r} of source {event.source!r} was recorded before with another payload; "
            "use a new event id for another use.",
            field="event_id",
            recorded_as=known.receipt.id,
        )
    receipt = known.receipt
    return receipt if receipt.is_duplicate else replace(receipt, is_duplicate=True)
