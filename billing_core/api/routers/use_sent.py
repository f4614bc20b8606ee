"""What is sent of a use wherever one is told: whose it is, with which model, and how much of what."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, StrictInt

from billing_core.domain.usage import COUNT_MAX, COUNTS, TEXT_MAX, Quantities, UsageEvent

Text = Annotated[str, Field(min_length=1, max_length=TEXT_MAX)]
Count = Annotated[StrictInt, Field(ge=0, le=COUNT_MAX)]


class AttributionSent(BaseModel):
    """Whose use it is, and of which model; `member` and `department` are ids."""

    provider: Text | None = None
    model: Text | None = None
    member: Text | None = None
    department: Text | None = None
    run: Text | None = None


class UseSent(AttributionSent):
    """A use told by its quantities. Token counts are inclusive: cached tokens are part of the input."""

    service_tier: Text | None = None
    units: Count = 1
    input_tokens: Count = 0
    llm_tokens: Count = 0
    output_tokens: Count = 0
    cache_read_tokens: Count = 0
    cache_write_tokens: Count = 0
    reasoning_tokens: Count = 0

    def use(self, **told: Any) -> UsageEvent:
        """The use as an event with what else is told of it; InvalidInput names a value that is out of range."""
        return UsageEvent(
            quantities=Quantities(*[getattr(self, name) for name in COUNTS]),
            provider=self.provider,
            model=self.model,
            service_tier=self.service_tier,
            member=self.member,
            department=self.department,
            run=self.run,
            **told,
        )
