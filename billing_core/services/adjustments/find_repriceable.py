"""Find models that were used without a price and have one now, so that a person can reprice what they cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from billing_core.domain.provider_prices import PriceBook

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RepriceableModel:
    """Calls of a model, by the names it was reported with, that have no cost although the model has a price."""

    provider: str
    model: str
    calls: int


class UnpricedCalls(Protocol):
    """Calls without a provider cost."""

    def unpriced_calls(self) -> Mapping[Pair, int]:
        """How many there are of each reported (provider, model)."""
        ...


class PriceBooks(Protocol):
    """Provider prices."""

    def price_books(self, pairs: Iterable[Pair]) -> Mapping[Pair, PriceBook | None]: ...


class RepriceableUnit(Protocol):
    """The parts of a unit of work that this looks at."""

    @property
    def adjustments(self) -> UnpricedCalls: ...
    @property
    def catalog(self) -> PriceBooks: ...


def find_repriceable(uow: RepriceableUnit) -> Sequence[RepriceableModel]:
    """Those with the most calls first. Their prices may yet be of another date or tier: a dry run tells."""
    calls = uow.adjustments.unpriced_calls()
    books = uow.catalog.price_books(calls)
    found = [RepriceableModel(*pair, count) for pair, count in calls.items() if books[pair] is not None]
    return sorted(found, key=lambda item: (-item.calls, item.provider, item.model))


def repricing_hint(found: Sequence[RepriceableModel]) -> list[str]:
    """What to tell a person when models that were used without a price have one now."""
    if not found:
        return []
    calls = sum(model.calls for model in found)
    return [
        f"{calls:,} calls of {len(found)} models have no provider cost although the models have prices now.",
        "See what they cost: python -m billing_core prices reprice --dry-run",
    ]
