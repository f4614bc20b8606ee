"""Load the demo data: open a dozen customers and live their last 90 days again, through the one charging path."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from operator import itemgetter

from billing_core.domain.clock import SettableClock
from billing_core.domain.errors import BillingError, LimitReached
from billing_core.services.catalog.catalog_entries import CatalogSettings
from billing_core.services.charging.charge_events import charge_events
from billing_core.services.charging.ports import ChargeRequest
from billing_core.services.credits.expire_credits import expire_credits
from billing_core.services.credits.grant_plan_credits import grant_plan_credits
from billing_core.services.demo.customer import Customer
from billing_core.services.demo.customers import CUSTOMERS
from billing_core.services.demo.deal_events import Dealt, Tenant, deal_events
from billing_core.services.demo.open_customer import DemoPasswords, open_customer, open_staff
from billing_core.services.demo.ports import DemoUnit, OnProgress, Write
from billing_core.services.demo.spend import give, spend
from billing_core.services.demo.stretch import Stretch, opened_at, stretch_until
from billing_core.services.demo.traced_call import TracedCall
from billing_core.services.identity.ports import Passwords

DAYS = 90
SLICE = timedelta(hours=6)
NOON = timedelta(hours=12)  # customers were opened in the morning, so new periods have begun by then


def load_demo(
    write: Write,
    passwords: Passwords,
    settings: CatalogSettings,
    trace: Sequence[TracedCall],
    now: datetime,
    on_progress: OnProgress,
    *,
    customers: Sequence[Customer] = CUSTOMERS,
    days: int = DAYS,
) -> bool:
    """Fill the days up to `now`; False, with nothing changed, where demo data was loaded before.

    Everything happens in one transaction, so that a load that is cut short leaves nothing behind. Time is lived
    again in slices of six hours, each charged at its end: grants, expiry, allowances and alerts fall where they would
    have fallen. The same date gives the same calls and amounts. `on_progress` is told calls and the part that is done.
    """
    with write() as uow:
        if any(organization.is_demo for organization in uow.organizations.organizations()):
            return False
        stretch = stretch_until(now, days)
        _History(uow, DemoPasswords(passwords), settings, trace, stretch, customers).live(on_progress)
    return True


class _Stream:
    """A tenant's events, taken as time goes on."""

    def __init__(self, events: Iterator[Dealt]) -> None:
        self._events = events
        self._next = next(events, None)

    def until(self, instant: datetime) -> Iterator[Dealt]:
        while self._next is not None and self._next[0] <= instant:
            yield self._next
            self._next = next(self._events, None)


class _History:
    """The stretch of time as it is lived again."""

    def __init__(
        self,
        uow: DemoUnit,
        passwords: DemoPasswords,
        settings: CatalogSettings,
        trace: Sequence[TracedCall],
        stretch: Stretch,
        customers: Sequence[Customer],
    ) -> None:
        self._uow = uow
        self._passwords = passwords
        self._settings = settings
        self._trace = trace
        self._stretch = stretch
        self._waiting = sorted((opened_at(customer, stretch), customer.name, customer) for customer in customers)
        self._tenants: list[tuple[Tenant, _Stream]] = []
        self._asking: set[str] = set()

    def live(self, on_progress: OnProgress) -> None:
        open_staff(self._uow, self._passwords, self._waiting[0][0])
        clock = SettableClock(self._stretch.start)
        whole = self._stretch.now - self._stretch.start
        count = 0
        while clock.now() < self._stretch.now:
            since = clock.now()
            clock.set(min(since + SLICE, self._stretch.now))
            self._prepare(since, clock.now())
            count += self._charge(clock)
            on_progress(count, (clock.now() - self._stretch.start) / whole)

    def _prepare(self, since: datetime, now: datetime) -> None:
        """What happens in a slice beside calls."""
        while self._waiting and self._waiting[0][0] <= now:
            instant, _, customer = self._waiting.pop(0)
            tenant = open_customer(self._uow, self._passwords, customer, self._settings, instant)
            self._tenants.append((tenant, _Stream(deal_events(tenant, self._trace, self._stretch))))
            if customer.asks_first:
                self._asking.add(tenant.organization_id)
        noon = self._stretch.start.replace(year=now.year, month=now.month, day=now.day) + NOON
        if since < noon <= now:
            grant_plan_credits(self._uow, noon)
        for tenant, _ in self._tenants:
            give(self._uow, tenant, self._stretch, since, now)
            spend(self._uow, tenant, now)
        while expire_credits(self._uow, now):
            pass

    def _charge(self, clock: SettableClock) -> int:
        dealt = [item for _, stream in self._tenants for item in stream.until(clock.now())]
        events = [event for _, event in sorted(dealt, key=itemgetter(0))]
        requests = [ChargeRequest(event, admit=event.organization_id in self._asking) for event in events]
        outcomes = charge_events(self._uow, requests, clock)
        for outcome in outcomes:
            if isinstance(outcome, BillingError) and not isinstance(outcome, LimitReached):
                raise outcome
        return sum(not isinstance(outcome, BillingError) for outcome in outcomes)
