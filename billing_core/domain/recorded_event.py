"""A usage event as it stands on record: what was reported, what was charged, and its provider cost as it is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from billing_core.domain.credits import Allocation
from billing_core.domain.usage import UsageEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """Amounts in nanos as they were charged; `costs` by currency with every adjustment so far, empty when unpriced.

    `adjustments` is how many adjustments it has, `is_cancelled` whether one of them took it back.
    """

    id: str
    event: UsageEvent
    occurred_at: datetime
    period_start: datetime
    plan_version_id: str
    discount: str | None
    allowance: str | None
    measured: int
    included: int
    units_before: int | None
    spent_before_nanos: int | None
    price_nanos: int
    price_currency: str
    credits_nanos: int
    balance_nanos: int
    overage_nanos: int
    currency: str
    allocations: Sequence[Allocation]
    costs: Mapping[str, int]
    adjustments: int
    is_cancelled: bool

    @property
    def is_unpriced(self) -> bool:
        """Whether it used a model whose price is not known."""
        return self.event.model is not None and not self.costs
