"""Another price for each combination of what a use was: its model, provider, service tier, or properties of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from billing_core.domain.errors import InvalidInput
from billing_core.domain.pricing.cost_plus import CostPlus, LinearPrice
from billing_core.domain.pricing.tokens import spellings
from billing_core.domain.pricing.use import Exact, Use

DIMENSIONS_MAX = 4
CELLS_MAX = 1_000
# What a use says of itself; every other dimension is a key of its properties.
EVENT_DIMENSIONS = ("model", "provider", "service_tier")

# Prices by tiers and packages are no cells: units are counted by feature, and in which order uses of different cells
# came would decide what they cost. A feature for each combination says what is meant.
CellPrice = LinearPrice | CostPlus
Place = tuple[str | None, ...]


@final
@dataclass(frozen=True, slots=True)
class Matrix:
    """The price of the cell that a use falls into, or the default.

    A cell gives a value for each dimension, in order; None is any. The cell that names more wins, of two that name
    equally many the one that names the earlier dimension.
    """

    dimensions: tuple[str, ...]
    cells: Mapping[Place, CellPrice]
    default: CellPrice
    _named: tuple[tuple[bool, ...], ...] = field(init=False, repr=False, compare=False)
    _models: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check()
        named = {tuple(value is not None for value in place) for place in self.cells}
        models = {
            value
            for place in self.cells
            for dimension, value in zip(self.dimensions, place, strict=True)
            if dimension == "model" and value is not None
        }
        most_first = sorted(named, key=lambda mask: (-sum(mask), [not is_named for is_named in mask]))
        object.__setattr__(self, "_named", tuple(most_first))
        object.__setattr__(self, "_models", frozenset(models))

    def _check(self) -> None:
        if not 1 <= len(self.dimensions) <= DIMENSIONS_MAX or len(set(self.dimensions)) != len(self.dimensions):
            given = ", ".join(self.dimensions) or "none"
            raise InvalidInput(
                f"The dimensions are {given}; give 1 to {DIMENSIONS_MAX} different ones.",
                field="dimensions",
            )
        if not 1 <= len(self.cells) <= CELLS_MAX:
            raise InvalidInput(f"There are {len(self.cells)} cells; give 1 to {CELLS_MAX}.", field="cells")
        for number, (place, price) in enumerate(self.cells.items()):
            if len(place) != len(self.dimensions) or not any(place):
                raise InvalidInput(
                    f"A cell must name at least one of {', '.join(self.dimensions)}; the default holds for the rest.",
                    field=f"cells[{number}]",
                )
            if price.currency != self.currency:
                raise InvalidInput(
                    f"The cell is in {price.currency} and the default in {self.currency}; use one currency.",
                    field=f"cells[{number}].price",
                )

    @property
    def currency(self) -> str:
        return self.default.currency

    def cell(self, use: Use) -> CellPrice:
        """The price that holds for a use."""
        values = [self._value(dimension, use) for dimension in self.dimensions]
        for mask in self._named:
            place = tuple(value if is_named else None for value, is_named in zip(values, mask, strict=True))
            price = self.cells.get(place)
            if price is not None:
                return price
        return self.default

    def exact(self, use: Use) -> Exact:
        """The price of the use's cell."""
        return self.cell(use).exact(use)

    def _value(self, dimension: str, use: Use) -> str | None:
        if dimension == "model":
            model = use.model
            return model if model is None else next((name for name in spellings(model) if name in self._models), None)
        if dimension == "provider":
            return use.provider
        if dimension == "service_tier":
            return use.service_tier
        value = None if use.properties is None else use.properties.get(dimension)
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, str | int) else None
