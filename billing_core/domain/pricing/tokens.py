"""Prices per token: rates in nanos per million tokens, so that no rate is rounded."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import final

from billing_core.domain.errors import InvalidInput
from billing_core.domain.pricing.use import Exact, Use
from billing_core.domain.usage import Quantities

TOKENS_PER_MTOK = 1_000_000
ANY_MODEL = "*"
TOKEN_KINDS = ("input", "output", "llm", "cache_read", "cache_write", "reasoning")
_SPELLINGS_MAX = 4_096
_VERSION = re.compile(r"[-@](\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|\d{3}|latest)$")


@dataclass(frozen=True, slots=True)
class TokenRates:
    """Nanos per million tokens by kind. Cached kinds left out cost what input costs; LLM tokens too."""

    input: int
    output: int
    llm: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None

    def total(self, quantities: Quantities) -> int:
        """What the tokens cost, exactly, in nanos times a million."""
        rate_in, rate_out = self.input, self.output
        total = quantities.input_tokens * rate_in + quantities.output_tokens * rate_out
        if quantities.llm_tokens:
            total += quantities.llm_tokens * (rate_in if self.llm is None else self.llm)
        if quantities.cache_read_tokens and self.cache_read is not None:
            total += quantities.cache_read_tokens * (self.cache_read - rate_in)
        if quantities.cache_write_tokens and self.cache_write is not None:
            total += quantities.cache_write_tokens * (self.cache_write - rate_in)
        if quantities.reasoning_tokens and self.reasoning is not None:
            total += quantities.reasoning_tokens * (self.reasoning - rate_out)
        return total


@final
@dataclass(frozen=True, slots=True)
class PerToken:
    """Token rates by model; `*` holds for every model without rates of its own."""

    currency: str
    rates: Mapping[str, TokenRates]

    def __post_init__(self) -> None:
        if ANY_MODEL not in self.rates:
            raise InvalidInput("Rates need an entry for '*', the models without rates of their own.", field="rates")

    def rates_of(self, model: str | None) -> TokenRates:
        """The model's rates; a dated or latest version of a model (`gpt-4-0613`) has those of the model (`gpt-4`)."""
        if model is None:
            return self.rates[ANY_MODEL]
        rates = self.rates.get(model)
        if rates is not None:
            return rates
        for name in spellings(model):
            if name in self.rates:
                return self.rates[name]
        return self.rates[ANY_MODEL]

    def exact(self, use: Use) -> Exact:
        """The tokens at the model's rates, of the share that is to be paid."""
        rates = self.rates.get(use.model or ANY_MODEL) or self.rates_of(use.model)
        return rates.total(use.quantities) * use.part, TOKENS_PER_MTOK * use.whole


@lru_cache(maxsize=_SPELLINGS_MAX)
def spellings(model: str) -> tuple[str, ...]:
    """The names a model may be listed under, the nearest first: itself, without its version, in lower case."""
    names = (model, _VERSION.sub("", model))
    return (*names, *(name.lower() for name in names))
