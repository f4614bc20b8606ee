"""What is priced: one use of a feature, and what came before it in its period."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from billing_core.domain.money import Money
from billing_core.domain.usage import Quantities

# A numerator and a positive denominator, in nanos: a price before it is rounded.
Exact = tuple[int, int]


# Not frozen: one is made for every event, and freezing makes that four times as slow.
@dataclass(slots=True)
class Use:
    """One use, of which `part / whole` is to be paid: the share that its allowance did not cover.

    `units_before` is how many units of the feature were priced earlier in the period, `spent_before_nanos` what was
    charged for them; only prices that look back, and features with a minimum or a maximum, need them. With `events`
    the quantities are the sum of that many uses. `provider_cost` is what the whole use cost at its provider, None when
    that is not known. The discount is in hundredths of a percent.
    """

    quantities: Quantities
    model: str | None = None
    provider: str | None = None
    service_tier: str | None = None
    properties: Mapping[str, Any] | None = None
    part: int = 1
    whole: int = 1
    units_before: int = 0
    spent_before_nanos: int = 0
    provider_cost: Money | None = None
    discount_basis_points: int = 0
    events: int = 1

    @property
    def units(self) -> int:
        """The units to be paid. Whole, because prices that count them do not go with allowances in tokens."""
        return self.quantities.units * self.part // self.whole
