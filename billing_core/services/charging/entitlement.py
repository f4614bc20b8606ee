"""May this call run, and what would it cost? Decided as a charge would be, with nothing taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billing_core.domain.books import Books
from billing_core.domain.charging import Charge, billed_in, rule
from billing_core.domain.clock import Clock
from billing_core.domain.errors import BillingError, FeatureNotIncluded, LimitReached
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.usage import UsageEvent
from billing_core.services.charging.batch import Batch, ChargingUnit
from billing_core.services.charging.ports import ChargeRequest, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """Whether a use would be admitted at this moment, and what it would cost: amounts are None without the feature.

    Of `measured` the plan's allowance would cover `included`; `credits`, `balance` and `overage` would pay the price.
    `refusal` says what stands in the way, with the numbers. Of the allowance, `limit` in all, `remaining` is left until
    `resets_at`: all None without one, the first two where it is unlimited.
    """

    refusal: LimitReached | None
    measured: int = 0
    included: int = 0
    price: Money | None = None
    credits: Money | None = None
    balance: Money | None = None
    overage: Money | None = None
    provider_cost: Money | None = None
    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None

    @property
    def is_allowed(self) -> bool:
        return self.refusal is None


def read_entitlement(uow: ChargingUnit, event: UsageEvent, clock: Clock) -> Entitlement:
    """What charging the event now would come to; NotFound or InvalidInput for one that cannot be decided.

    One that was charged before is answered with what it cost, EventConflict if with another payload.
    It is asked in a transaction that only reads, and holds for that moment: whoever wants to rely on it reserves.
    """
    (found,) = read_entitlements(uow, [event], clock)
    if isinstance(found, BillingError):
        raise found
    return found


def read_entitlements(
    uow: ChargingUnit, events: Sequence[UsageEvent], clock: Clock
) -> list[Entitlement | BillingError]:
    """`read_entitlement` for each event, as if it were the only one; what would be raised is the answer then."""
    batch = Batch(uow, [ChargeRequest(event, admit=True) for event in events], clock.now(), is_looking=True)
    found: list[Entitlement | BillingError] = []
    for event in events:
        try:
            found.append(_entitlement(batch, event))
        except BillingError as error:
            found.append(error)
    return found


def _entitlement(batch: Batch, event: UsageEvent) -> Entitlement:
    if (receipt := batch.repeated(event, event.payload_hash)) is not None:
        return _charged_before(receipt)
    now = batch.now
    books = batch.check(event)
    cost = batch.provider_cost(event, now)

    def decide(*, admit: bool) -> Charge:
        return rule(books, event, occurred_at=now, now=now, admit=admit, provider_cost=cost).charge

    refusal: LimitReached | None = None
    try:
        charge = decide(admit=True)
    except FeatureNotIncluded as error:
        return Entitlement(refusal=error, provider_cost=cost)
    except LimitReached as error:
        refusal, charge = error, decide(admit=False)
    limit, remaining, resets_at = _left(books, event.feature, now)
    return Entitlement(
        refusal=refusal,
        measured=charge.measured,
        included=charge.included,
        price=charge.price,
        credits=Money(charge.credits_nanos, CREDITS),
        balance=charge.balance,
        overage=charge.overage,
        provider_cost=cost,
        limit=limit,
        remaining=remaining,
        resets_at=resets_at,
    )


def _left(books: Books, feature: str, now: datetime) -> tuple[int | None, int | None, datetime | None]:
    """The allowance of a feature, what is left of it beside what is held, and when it begins anew."""
    subscription, period = billed_in(books, now, now)
    tariff = books.tariff(subscription, feature)
    if tariff.allowance is None or tariff.allowance.quantity is None:
        return None, None, None if tariff.allowance is None else period.end
    key = tariff.allowance_name or "", period.start
    taken = books.counters.get(key, 0) + books.held.get(key, 0)
    return tariff.allowance.quantity, max(tariff.allowance.quantity - taken, 0), period.end


def _charged_before(receipt: Receipt) -> Entitlement:
    return Entitlement(
        refusal=None,
        measured=receipt.measured,
        included=receipt.included,
        price=receipt.price,
        credits=receipt.credits,
        balance=receipt.balance,
        overage=receipt.overage,
        provider_cost=receipt.provider_cost,
    )
