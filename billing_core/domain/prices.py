"""Price models: what the use of a feature costs a customer before anything pays for it.

Rates are integers of nanos per million tokens, so that no rate is rounded; each price is rounded half to even to
the nano exactly once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import Money, divide_half_even
from billing_core.domain.usage import Quantities

TOKENS_PER_MTOK = 1_000_000
ANY_MODEL = "*"
_VERSION = re.compile(r"[-@](\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|\d{3}|latest)$")


@dataclass(frozen=True, slots=True)
class Flat:
    """The same amount for every event, however much it used."""

    amount: Money


@dataclass(frozen=True, slots=True)
class PerUnit:
    """An amount for every `per_units` units of the feature's meter."""

    amount: Money
    per_units: int = 1


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
        cache_read, cache_write = quantities.cache_read_tokens, quantities.cache_write_tokens
        reasoning = quantities.reasoning_tokens
        total = (quantities.input_tokens - cache_read - cache_write) * self.input
        total += (quantities.output_tokens - reasoning) * self.output
        total += quantities.llm_tokens * (self.input if self.llm is None else self.llm)
        total += cache_read * (self.input if self.cache_read is None else self.cache_read)
        total += cache_write * (self.input if self.cache_write is None else self.cache_write)
        total += reasoning * (self.output if self.reasoning is None else self.reasoning)
        return total


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
        names = (model, _VERSION.sub("", model))
        spellings = (*names, *(name.lower() for name in names))
        return next((self.rates[name] for name in spellings if name in self.rates), self.rates[ANY_MODEL])


PriceModel = Flat | PerUnit | PerToken


def price_of(price: PriceModel, quantities: Quantities, model: str | None, *, part: int = 1, whole: int = 1) -> Money:
    """The price of one event before anything pays for it, or of `part / whole` of it; rounded once."""
    match price:
        case Flat(amount):
            return amount.share(part, whole)
        case PerUnit(amount, per_units):
            return amount.share(quantities.units * part, per_units * whole)
        case PerToken():
            total = price.rates_of(model).total(quantities)
            return Money(divide_half_even(total * part, TOKENS_PER_MTOK * whole), price.currency)


def currency_of(price: PriceModel) -> str:
    """The currency a price model charges in."""
    return price.currency if isinstance(price, PerToken) else price.amount.currency
