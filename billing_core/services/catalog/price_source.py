"""A published list of provider prices that can be imported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from billing_core.domain.provider_prices import ProviderPrice


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """The prices of a source as rows, and by what other names its models go.

    `left_out` counts models by the reason their prices cannot be told in rows. `rounded` names models with a price
    finer than a billionth of a nano per million tokens.
    """

    prices: Sequence[ProviderPrice]
    aliases: Mapping[tuple[str, str], Mapping[str, Any]]
    left_out: Mapping[str, int]
    rounded: Sequence[str]


class PriceSource(Protocol):
    """A source by name and version; reading it is the slow part."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    def read(self) -> PriceList: ...
