"""Many uses as columns: what their provider cost depends on, a list per fact, without an object per event."""

from collections.abc import Sequence
from dataclasses import dataclass

from billing_core.domain.usage import Quantities


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageColumns:
    """Columns of one length. Provider, model and service tier are as they were reported, None where they were not.

    `at_micros` are instants in microseconds since 1970. Counts are those of Quantities, inclusive and checked before.
    """

    provider: Sequence[str | None]
    model: Sequence[str | None]
    service_tier: Sequence[str | None]
    at_micros: Sequence[int]
    input_tokens: Sequence[int]
    llm_tokens: Sequence[int]
    output_tokens: Sequence[int]
    cache_read_tokens: Sequence[int]
    cache_write_tokens: Sequence[int]
    reasoning_tokens: Sequence[int]

    def __len__(self) -> int:
        return len(self.at_micros)

    def quantities(self, row: int) -> Quantities:
        """The counts of one row."""
        return Quantities(
            input_tokens=int(self.input_tokens[row]),
            llm_tokens=int(self.llm_tokens[row]),
            output_tokens=int(self.output_tokens[row]),
            cache_read_tokens=int(self.cache_read_tokens[row]),
            cache_write_tokens=int(self.cache_write_tokens[row]),
            reasoning_tokens=int(self.reasoning_tokens[row]),
        )
