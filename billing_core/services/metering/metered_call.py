"""What is known of one model call, in one form, wherever it was told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from billing_core.domain.money import Money
from billing_core.domain.usage import Quantities


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredCall:
    """Counts are inclusive: cached tokens are part of the input, reasoning tokens part of the output.

    `provider` is the name the price list has, `model` what answered. `response_id` is the provider's own id of the
    answer, the same however often the call is reported. `reported_cost` is what the provider says it charged.
    `is_partial` says that a stream broke off, so that more may have been used than is told here. `properties` are plain
    JSON: what was used besides tokens (searches, sound, pictures), which no count holds, and `usage`, as it was sent.
    """

    provider: str | None = None
    model: str | None = None
    quantities: Quantities = field(default_factory=Quantities)
    service_tier: str | None = None
    response_id: str | None = None
    reported_cost: Money | None = None
    latency_ms: int | None = None
    is_error: bool = False
    is_partial: bool = False
    properties: Mapping[str, Any] = field(default_factory=dict[str, Any])
