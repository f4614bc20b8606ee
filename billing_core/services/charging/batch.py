"""Everything a batch of requests is decided on, read once, and what was decided so far."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from billing_core.domain.books import Books
from billing_core.domain.budgets import BudgetKey
from billing_core.domain.charging import Charge, billed_in
from billing_core.domain.errors import BillingError, EventConflict, NotFound
from billing_core.domain.holds import Hold
from billing_core.domain.ids import new_ids
from billing_core.domain.money import Money
from billing_core.domain.provider_prices import STANDARD, PriceBook
from billing_core.domain.usage import UsageEvent
from billing_core.services.alerts.ports import AlertStore
from billing_core.services.charging.ports import (
    BooksStore,
    BudgetStore,
    ChargedEvent,
    ChargeRequest,
    ChargingStore,
    Claim,
    DrawRequest,
    HoldStore,
    Identity,
    Known,
    LeaseRequest,
    ProviderPrices,
    Receipt,
    ReleaseRequest,
    Request,
    ReserveRequest,
    SettleRequest,
)
from billing_core.services.top_up.ports import BeginningUnit

PERIOD_LENGTH_MAX = timedelta(days=32)


class ChargingUnit(BeginningUnit, Protocol):
    """The parts of a unit of work that charging uses."""

    @property
    def charging(self) -> ChargingStore: ...
    @property
    def books(self) -> BooksStore: ...
    @property
    def holds(self) -> HoldStore: ...
    @property
    def budgets(self) -> BudgetStore: ...
    @property
    def catalog(self) -> ProviderPrices: ...
    @property
    def alerts(self) -> AlertStore: ...

    def after_commit(self, act: Callable[[], None]) -> None:
        """Have something done once the transaction has committed."""
        ...


class Batch:
    """What one transaction knows of its requests."""

    def __init__(
        self, uow: ChargingUnit, requests: Sequence[Request], now: datetime, *, is_looking: bool = False
    ) -> None:
        """With `is_looking` nothing is locked, and nothing of it may be written."""
        self.now = now
        organization_ids = {_organization_of(request) for request in requests}
        times = (request.event.occurred_at for request in requests if isinstance(request, ChargeRequest))
        earliest = min((time for time in times if time is not None), default=now)
        # First of all: what is read before the books are locked may have changed when they are.
        read_books = uow.books.look_at if is_looking else uow.books.open
        self.books: Mapping[str, Books] = read_books(organization_ids, min(earliest, now) - PERIOD_LENGTH_MAX)
        self._read_holds(uow.holds, requests)
        events = list(self._events(requests))
        self.known: dict[Identity, Known] = dict(uow.charging.known(event.identity for event in events))
        self._features = uow.catalog.feature_codes()
        claims = set(_claims(events))
        self._strangers = claims - uow.charging.belonging(claims) if claims else claims
        self._prices = uow.catalog.price_books(
            {(event.provider, event.model) for event in events if event.provider and event.model}
        )
        self._load_budgets(uow.budgets, events)
        self._ids = iter(new_ids("", now, len(requests)))
        self.charged: list[ChargedEvent] = []
        self.made: dict[str, Hold] = {}
        self.redrawn: dict[str, Hold] = {}
        self.resolved: dict[str, Hold] = {}

    def new_id(self) -> str:
        """The rest of an id, after its prefix."""
        return next(self._ids)

    def check(self, event: UsageEvent) -> Books:
        """The books of the event's organization; a BillingError that names what is wrong with the event."""
        books = self.books.get(event.organization_id)
        if books is None:
            raise NotFound(f"There is no organization {event.organization_id!r}.", field="organization_id")
        if event.feature not in self._features:
            known = ", ".join(sorted(self._features))
            raise NotFound(f"There is no feature {event.feature!r}; the features are: {known}.", field="feature")
        event.check_time(self.now)
        if self._strangers:
            for _, kind, name in _claims([event]):
                if (event.organization_id, kind, name) in self._strangers:
                    raise NotFound(f"The organization has no {kind} {name!r}.", field=kind)
        return books

    def prices(self, event: UsageEvent) -> PriceBook | None:
        """The provider's prices for it; None when it names no model or the model has none."""
        if event.provider is None or event.model is None:
            return None
        return self._prices.get((event.provider, event.model))

    def provider_cost(self, event: UsageEvent, occurred_at: datetime) -> Money | None:
        """What the provider charged for it; None when it names no model or the model has no price."""
        prices = self.prices(event)
        return None if prices is None else prices.cost(event.quantities, occurred_at, event.service_tier or STANDARD)

    def repeated(self, event: UsageEvent, payload_hash: str) -> Receipt | None:
        """The first receipt of an identity seen before, None for a new one; EventConflict for another payload."""
        known = self.known.get(event.identity)
        if known is None:
            return None
        if known.payload_hash != payload_hash:
            raise event_conflict(event, known.receipt.id)
        receipt = known.receipt
        return receipt if receipt.is_duplicate else receipt._replace(is_duplicate=True)

    def record(
        self,
        event: UsageEvent,
        payload_hash: str,
        occurred_at: datetime,
        charge: Charge,
        provider_cost: Money | None,
        *,
        hold_id: str | None = None,
    ) -> Receipt:
        """Have a charge written; the same identity again is answered with its receipt."""
        rest_of_id = self.new_id()
        charged = ChargedEvent(
            f"evt{rest_of_id}",
            f"ent{rest_of_id}",
            event,
            payload_hash,
            occurred_at,
            charge,
            provider_cost,
            hold_id,
        )
        self.charged.append(charged)
        receipt = charged.receipt()
        self.known[event.identity] = Known(payload_hash, receipt)
        return receipt

    @property
    def has_changes(self) -> bool:
        return bool(self.charged or self.made or self.redrawn or self.resolved)

    def hold(self, hold_id: str, organization_id: str) -> Hold:
        """A hold of that organization as it is now; NotFound for one that is not there or is another's."""
        hold = None
        for holds in (self.resolved, self.redrawn, self.made, self.holds):
            hold = hold or holds.get(hold_id)
        if hold is None or hold.event.organization_id != organization_id:
            raise NotFound(f"There is no hold {hold_id!r}.", field="hold_id")
        return hold

    def _read_holds(self, store: HoldStore, requests: Sequence[Request]) -> None:
        hold_ids = {request.hold_id for request in requests if isinstance(request, SettleRequest | ReleaseRequest)}
        hold_ids |= {request.lease_id for request in requests if isinstance(request, DrawRequest)}
        identities = [request.event.identity for request in requests if isinstance(request, ReserveRequest)]
        self.holds: dict[str, Hold] = dict(store.by_id(hold_ids)) if hold_ids else {}
        self.reserved: dict[Identity, Hold] = dict(store.by_identity(identities)) if identities else {}
        self.holds |= {hold.id: hold for hold in self.reserved.values()}

    def _events(self, requests: Sequence[Request]) -> Iterator[UsageEvent]:
        for request in requests:
            match request:
                case ChargeRequest() | ReserveRequest() | LeaseRequest() | DrawRequest():
                    yield request.event
                case SettleRequest() if request.hold_id in self.holds:
                    yield _settled(self.holds[request.hold_id].event, request)
                case _:
                    pass

    def _load_budgets(self, store: BudgetStore, events: Iterable[UsageEvent]) -> None:
        """The counters that these events and holds will ask for and that the books do not have yet."""
        wanted: dict[BudgetKey, Books] = {}
        budgeted = {organization_id: books for organization_id, books in self.books.items() if books.budgets}
        for event in events if budgeted else ():
            books = budgeted.get(event.organization_id)
            if books is None:
                continue
            occurred_at = event.occurred_at or self.now
            try:
                billing = billed_in(books, occurred_at, self.now)[1]
            except BillingError:
                continue  # it will be refused before any budget is asked
            wanted |= dict.fromkeys(books.budgets.missing(event, occurred_at, billing), books)
        for hold in self.holds.values():
            books = self.books.get(hold.event.organization_id)
            if books is None:
                continue  # somebody else's, who did not ask
            wanted |= {item.key: books for item in hold.reserved.budgets if not books.budgets.has(item.key)}
        if wanted:
            for key, counter in store.counters(wanted).items():
                wanted[key].budgets.load(key, counter.spent, counter.held)


def _organization_of(request: Request) -> str:
    if isinstance(request, SettleRequest | ReleaseRequest):
        return request.organization_id
    return request.event.organization_id


def _settled(event: UsageEvent, request: SettleRequest) -> UsageEvent:
    """The event as it happened; as it was announced where it cannot have happened so, which settling it will say."""
    try:
        return request.of(event)
    except BillingError:
        return event


def event_conflict(event: UsageEvent, recorded_as: str) -> EventConflict:
    """The identity of the event was used before for something else."""
    return EventConflict(
        f"Event {event.event_id!r} of source {event.source!r} was recorded before with another payload; "
        "use a new event id for another use.",
        field="event_id",
        recorded_as=recorded_as,
    )


def _claims(events: Iterable[UsageEvent]) -> Iterator[Claim]:
    for event in events:
        if event.member is not None:
            yield event.organization_id, "member", event.member
        if event.department is not None:
            yield event.organization_id, "department", event.department
