"""What a use that was announced came to when it had happened."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from billing_core.domain.usage import Quantities, UsageEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a use that was admitted or reserved really came to; what is left out is as it was announced."""

    quantities: Quantities | None = None
    provider: str | None = None
    model: str | None = None
    service_tier: str | None = None
    latency_ms: int | None = None
    is_error: bool = False
    properties: Mapping[str, Any] | None = None

    def of(self, event: UsageEvent) -> UsageEvent:
        """The event as it happened."""
        if self is AS_ANNOUNCED:
            return event
        return replace(
            event,
            quantities=self.quantities or event.quantities,
            provider=self.provider or event.provider,
            model=self.model or event.model,
            service_tier=self.service_tier or event.service_tier,
            latency_ms=event.latency_ms if self.latency_ms is None else self.latency_ms,
            is_error=self.is_error,
            properties=event.properties if self.properties is None else self.properties,
        )


AS_ANNOUNCED = Used()
