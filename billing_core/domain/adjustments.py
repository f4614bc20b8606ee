"""Adjustments: facts that correct a charged event without changing it.

The effective value of an event is what was recorded with it plus its adjustments. Everything that adds up events adds
up their adjustments too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from billing_core.domain.credits import Allocation

AdjustmentKind = Literal["reprice", "correct", "cancel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """By how much an event's figures change; amounts in nanos, negative ones take away.

    `operation` is what makes it happen once. `calls`, `errors` and `unpriced` are what it adds to the number of events,
    of failed ones, and of those whose provider price is not known. `period_start` is the allowance period whose
    counters it changes. `allocations` are credits given back to grants (negative) or taken from them.
    """

    id: str
    event_id: str
    organization_id: str
    kind: AdjustmentKind
    operation: str
    reason: str
    actor: str
    period_start: datetime
    calls: int = 0
    errors: int = 0
    unpriced: int = 0
    quantities: Mapping[str, int] = field(default_factory=dict[str, int])
    measured: int = 0
    included: int = 0
    price_nanos: int = 0
    credits_nanos: int = 0
    credits_cost_nanos: int = 0
    balance_nanos: int = 0
    overage_nanos: int = 0
    provider_cost_nanos: int = 0
    provider_cost_currency: str | None = None
    allocations: Sequence[Allocation] = ()


@dataclass(frozen=True, slots=True)
class CostChange:
    """What a new provider cost changes of one currency's; `unpriced` is -1 where no cost was known before."""

    currency: str
    nanos: int
    unpriced: int


def cost_changes(costs: Mapping[str, int], nanos: int, currency: str) -> list[CostChange]:
    """The changes from the costs an event has by currency (none: unpriced) to another one; none when it has that.

    A cost that was in another currency is taken back in that currency: amounts of two are never set off.
    """
    taken_back = [CostChange(other, -known, 0) for other, known in sorted(costs.items()) if other != currency and known]
    changed = nanos - costs.get(currency, 0)
    if costs and not changed:
        return taken_back
    return [*taken_back, CostChange(currency, changed, 0 if costs else -1)]
