"""One call of a real trace."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TracedCall:
    """Tokens of a call, and the microseconds since the call before it."""

    gap_micros: int
    input_tokens: int
    output_tokens: int
