"""May this call run, and what would it cost? Decided as a charge would be, with nothing taken."""

from dataclasses import dataclass

from billing_core.domain.charging import Charge, rule
from billing_core.domain.clock import Clock
from billing_core.domain.errors import FeatureNotIncluded, LimitReached
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.usage import UsageEvent
from billing_core.services.charging.batch import Batch, ChargingUnit
from billing_core.services.charging.ports import ChargeRequest, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """Whether a use would be admitted at this moment, and what it would cost: amounts are None without the feature.

    Of `measured` the plan's allowance would cover `included`; `credits`, `balance` and `overage` would pay the price.
    `refusal` says what stands in the way, with the numbers.
    """

    refusal: LimitReached | None
    measured: int = 0
    included: int = 0
    price: Money | None = None
    credits: Money | None = None
    balance: Money | None = None
    overage: Money | None = None
    provider_cost: Money | None = None

    @property
    def is_allowed(self) -> bool:
        return self.refusal is None


def read_entitlement(uow: ChargingUnit, event: UsageEvent, clock: Clock) -> Entitlement:
    """What charging the event now would come to; NotFound or InvalidInput for one that cannot be decided.

    One that was charged before is answered with what it cost, EventConflict if with another payload.
    It is asked in a transaction that only reads, and holds for that moment: whoever wants to rely on it reserves.
    """
    now = clock.now()
    batch = Batch(uow, [ChargeRequest(event, admit=True)], now, is_looking=True)
    if (receipt := batch.repeated(event, event.payload_hash)) is not None:
        return _charged_before(receipt)
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
    return Entitlement(
        refusal=refusal,
        measured=charge.measured,
        included=charge.included,
        price=charge.price,
        credits=Money(charge.credits_nanos, CREDITS),
        balance=charge.balance,
        overage=charge.overage,
        provider_cost=cost,
    )


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
