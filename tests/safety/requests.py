"""What callers ask of charging, drawn by Hypothesis, put to the product and to the naive books alike."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from billing_core.domain.errors import BillingError
from billing_core.domain.holds import Hold, HoldState
from billing_core.domain.usage import Quantities, UsageEvent
from billing_core.services.charging.charge_events import Outcome
from billing_core.services.charging.ports import (
    ChargeRequest,
    Receipt,
    ReleaseRequest,
    Request,
    ReserveRequest,
    SettleRequest,
)
from tests.safety.catalogue import FEATURES
from tests.safety.naive_books import NaiveBooks, Paid
from tests.safety.naive_budgets import Event
from tests.safety.naive_credits import Refused
from tests.safety.naive_prices import Used

SOURCE = "sequence"
AGES = (*(None,) * 6, *(timedelta(hours=hours) for hours in (0, 0, 2, 2, 26, 96, 792)), -timedelta(minutes=5))
LIFETIMES = (timedelta(minutes=1), *(timedelta(hours=hours) for hours in (5, 5, 14, 14, 24, 24, 25)))
Answer = tuple[object, ...]
Decide = Callable[[NaiveBooks], Answer]


@dataclass(frozen=True)
class Charge:
    """A new event; with `admit` it is still to happen."""

    event: Event
    age: timedelta | None
    admit: bool


@dataclass(frozen=True)
class Reserve:
    """A new event to hold for."""

    event: Event
    lifetime: timedelta


@dataclass(frozen=True)
class Settle:
    """One of the holds made so far, for a share of what it was made for."""

    which: int
    tenths: int
    is_error: bool
    admit: bool


@dataclass(frozen=True)
class Release:
    """One of the holds made so far."""

    which: int


@dataclass(frozen=True)
class Again:
    """An event of before, charged or reserved, perhaps with something else in it."""

    which: int
    is_hold: bool
    is_changed: bool


Asked = Charge | Reserve | Settle | Release | Again

_some = st.integers(0, 1_000)
_uses = st.builds(
    Used,
    units=st.sampled_from((1, 0, 2, 3, 5, 11)),
    tokens_in=st.sampled_from((0, 1, 777, 4_001)),
    tokens_out=st.sampled_from((0, 3, 555)),
    model=st.sampled_from((None, "swift", "unheard-of")),
)
EVENTS = st.builds(
    Event,
    id=st.just(""),
    feature=st.sampled_from((*FEATURES, *FEATURES, *FEATURES, "agent", "agent", "tiered", "unknown")),
    used=_uses,
    department=st.sampled_from((None, None, None, None, "own", "own", "own", "nobody")),
    run=st.sampled_from((None, "run-1", "run-1", "run-2")),
    api_key=st.sampled_from((None, "key-1")),
    is_error=st.sampled_from((False, False, False, True)),
)
_holdable = EVENTS.map(lambda event: replace(event, is_error=False))
ASKED: st.SearchStrategy[Asked] = st.one_of(
    st.builds(Charge, EVENTS, st.sampled_from(AGES), st.booleans()),
    st.builds(Reserve, _holdable, st.sampled_from(LIFETIMES)),
    st.builds(Settle, _some, st.sampled_from((10, 5, 0, 12, 40)), st.just(False), st.booleans()),
    st.builds(Settle, _some, st.sampled_from((10, 10, 7)), st.sampled_from((False, False, True)), st.just(True)),
    st.builds(Release, _some),
    st.builds(Again, _some, st.booleans(), st.sampled_from((False, False, True))),
)


@dataclass
class Caller:
    """Everything that was asked for one organization, with the ids that the product gave holds and charges."""

    organization_id: str
    department_id: str
    events: list[Event] = field(default_factory=list[Event])
    reserved: list[Event] = field(default_factory=list[Event])
    hold_ids: dict[str, str] = field(default_factory=dict[str, str])
    charge_ids: dict[str, str] = field(default_factory=dict[str, str])
    resolved: set[str] = field(default_factory=set[str])

    def pose(self, asked: Asked, now: datetime) -> tuple[Request, Decide]:
        """The request, and how the naive books decide it."""
        match asked:
            case Charge():
                return self._charge(self.new(asked.event, asked.age, now), now, admit=asked.admit)
            case Reserve():
                event = self.new(asked.event, None, now)
                self.reserved.append(event)
                return self._reserve(event, asked.lifetime, now)
            case Settle() | Release() if not self.hold_ids and asked.which % 16 != 7:
                return self._charge(self.new(Event("", "agent", Used(asked.which % 7)), None, now), now, admit=False)
            case Settle():
                return self._settle(asked, now)
            case Release():
                event_id, hold_id = self._held(asked.which)
                request = ReleaseRequest(organization_id=self.organization_id, hold_id=hold_id)
                return request, lambda books: ("hold", books.release(event_id, now))
            case Again():
                return self._again(asked, now)

    def learn(self, outcome: Outcome) -> None:
        """Remember what the product calls a hold or a charge."""
        if isinstance(outcome, Hold):
            self.hold_ids.setdefault(outcome.event.event_id, outcome.id)
            if outcome.state is not HoldState.OPEN:
                self.resolved.add(outcome.event.event_id)
        if isinstance(outcome, Receipt):
            self.charge_ids[outcome.event_id] = outcome.id
            self.resolved.add(outcome.event_id)

    def some_charged(self, which: int) -> tuple[str, str]:
        """An event that was charged and what the product calls it, the last ones most often."""
        charged = list(self.charge_ids.items())[-(which % 5 + 1) :]
        return charged[which % len(charged)] if charged and which % 16 != 7 else ("", "evt_none")

    def new(self, event: Event, age: timedelta | None, now: datetime) -> Event:
        department = {None: None, "own": self.department_id, "nobody": "dep_nobody"}[event.department]
        at = None if age is None else now - age
        event = replace(event, id=str(len(self.events)), department=department, at=at)
        self.events.append(event)
        return event

    def _charge(self, event: Event, now: datetime, *, admit: bool) -> tuple[Request, Decide]:
        request = ChargeRequest(self.usage(event), admit)
        return request, lambda books: ("paid", *books.charge(event, now, admit=admit))

    def _reserve(self, event: Event, lifetime: timedelta, now: datetime) -> tuple[Request, Decide]:
        request = ReserveRequest(self.usage(event), lifetime)
        return request, lambda books: ("hold", books.reserve(event, lifetime, now))

    def _settle(self, asked: Settle, now: datetime) -> tuple[Request, Decide]:
        event_id, hold_id = self._held(asked.which)
        used = None
        if asked.tenths != 10 and event_id:
            used = _share(self.events[int(event_id)].used, asked.tenths)
        request = SettleRequest(
            organization_id=self.organization_id,
            hold_id=hold_id,
            quantities=None if used is None else _quantities(used),
            is_error=asked.is_error,
            admit=asked.admit,
        )
        return request, lambda books: (
            "paid",
            *books.settle(event_id, used, now, is_error=asked.is_error, admit=asked.admit),
        )

    def _again(self, asked: Again, now: datetime) -> tuple[Request, Decide]:
        pool = self.reserved if asked.is_hold else self.events
        if not pool:
            return self._charge(self.new(Event("", "agent", Used(1)), None, now), now, admit=False)
        event = pool[asked.which % len(pool)]
        if asked.is_changed:
            event = replace(event, used=replace(event.used, units=event.used.units + 1))
        if asked.is_hold:
            return self._reserve(event, LIFETIMES[1], now)
        return self._charge(event, now, admit=True)

    def _held(self, which: int) -> tuple[str, str]:
        """The event and the id of a hold, mostly of an open one, seldom of none."""
        held = [item for item in self.hold_ids.items() if item[0] not in self.resolved or which % 5 == 3]
        return held[which % len(held)] if held and which % 16 != 7 else ("", "hld_none")

    def usage(self, event: Event, event_id: str | None = None) -> UsageEvent:
        return UsageEvent(
            organization_id=self.organization_id,
            feature=event.feature,
            source=SOURCE,
            event_id=event_id or event.id,
            quantities=_quantities(event.used),
            occurred_at=event.at,
            provider=None if event.used.model is None else "acme",
            model=event.used.model,
            department=event.department,
            run=event.run,
            api_key_id=event.api_key,
            is_error=event.is_error,
        )


def answer_of(outcome: Outcome) -> Answer:
    """What the product answered, in the form the naive books answer in."""
    match outcome:
        case Receipt():
            paid = Paid(
                outcome.measured,
                outcome.included,
                outcome.price_nanos,
                outcome.price_currency,
                outcome.credits_nanos,
                outcome.balance_nanos,
                outcome.overage_nanos,
                outcome.provider_cost_nanos,
            )
            return "paid", paid, outcome.is_duplicate
        case Hold():
            return "hold", outcome.state.value
        case BillingError():
            return refusal(outcome)
        case _:
            raise AssertionError(outcome)


def refusal(error: BillingError | Refused) -> Answer:
    """The code of what was refused, and the scope of the budget that refused it."""
    if isinstance(error, Refused):
        return "refused", error.code, error.scope
    scope = str(error.details["scope"]).partition(":")[0] if error.code == "budget_exceeded" else None
    return "refused", error.code, scope


def _share(used: Used, tenths: int) -> Used:
    counts = (used.units, used.tokens_in, used.tokens_out)
    units, tokens_in, tokens_out = (count * tenths // 10 for count in counts)
    return Used(units, tokens_in, tokens_out, used.model)


def _quantities(used: Used) -> Quantities:
    return Quantities(units=used.units, input_tokens=used.tokens_in, output_tokens=used.tokens_out)
