"""The rates of one long-context band, worked out once so that an event costs a few multiplications and one rounding."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from billing_core.domain.prices import TOKENS_PER_MTOK
from billing_core.domain.usage import Quantities

ATTOS_PER_NANO = 1_000_000_000


class Band(NamedTuple):
    """Whole rates for inputs larger than `input_tokens_over`; `per` of them are a nano.

    `cache_read` and `cache_write` are what such a token costs beyond an input token (mostly less), `reasoning` what it
    costs beyond an output token: the inclusive counts are multiplied as they were reported. Without a price for
    input or output a band is not complete, and what uses such tokens is unpriced: embeddings have none for output.
    """

    input_tokens_over: int
    input: int
    output: int
    llm: int
    cache_read: int
    cache_write: int
    reasoning: int
    per: int
    is_complete: bool
    kinds: frozenset[str]

    def prices(self, quantities: Quantities) -> bool:
        """Whether every token that was used has a price."""
        return self.is_complete or (
            ("input" in self.kinds or not quantities.input_tokens + quantities.llm_tokens)
            and ("output" in self.kinds or not quantities.output_tokens)
        )


def band_of(input_tokens_over: int, attos: Mapping[str, int]) -> Band:
    """The band of prices per million tokens in attos (10^-18) by token kind.

    A kind left out costs what the tokens cost that it is a part of.
    """
    input_attos, output_attos = attos.get("input", 0), attos.get("output", 0)
    rates = [
        input_attos,
        output_attos,
        attos.get("llm", input_attos),
        attos.get("cache_read", input_attos) - input_attos,
        attos.get("cache_write", input_attos) - input_attos,
        attos.get("reasoning", output_attos) - output_attos,
    ]
    per = TOKENS_PER_MTOK * ATTOS_PER_NANO
    if not any(rate % ATTOS_PER_NANO for rate in rates):
        rates = [rate // ATTOS_PER_NANO for rate in rates]
        per = TOKENS_PER_MTOK
    kinds = frozenset(attos)
    return Band(input_tokens_over, *rates, per=per, is_complete={"input", "output"} <= kinds, kinds=kinds)


def band_for(bands: Sequence[Band], input_tokens: int) -> Band:
    """The band of an input among those of a model, the highest first; the lowest holds for no input as well."""
    return next((band for band in bands if input_tokens > band.input_tokens_over), bands[-1])
