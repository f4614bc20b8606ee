"""Prices in words: what a person reads in a comparison, a list and the editor. Amounts keep every digit they have."""

from collections.abc import Iterator

from billing_core.domain.basis_points import percent_text
from billing_core.domain.catalog import Feature
from billing_core.domain.money import CREDITS, Money, format_nanos
from billing_core.domain.prices import (
    CostPlus,
    Flat,
    Graduated,
    Matrix,
    Package,
    PerToken,
    PerUnit,
    PriceModel,
    Tier,
    Volume,
)
from billing_core.domain.pricing.matrix import Place

ELSE = "anything else"
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


def exact_money(amount: Money) -> str:
    """Every digit an amount has: `$1,234.50`, `$0.000125`, `10 credits`."""
    if amount.currency == CREDITS:
        text = grouped(format_nanos(amount.nanos, digits_min=0))
        return f"{text} credit" if text == "1" else f"{text} credits"
    text = grouped(amount.decimal_text)
    symbol = _SYMBOLS.get(amount.currency)
    return f"{symbol}{text}" if symbol else f"{text} {amount.currency}"


def grouped(decimal_text: str) -> str:
    """A decimal with its thousands apart: `1,234.5`."""
    whole, _, decimals = decimal_text.partition(".")
    return f"{int(whole):,}.{decimals}" if decimals else f"{int(whole):,}"


def price_words(price: PriceModel, feature: Feature | None) -> str:
    """What a price is: `$0.05 / response`, `up to 1,000: $0.02 / call; above: $0.01 / call`, `by model and region`.

    Rates by token and the cells of a matrix are many; they are told apart from this.
    """
    match price:
        case Flat(amount):
            return f"{exact_money(amount)} / use"
        case PerUnit(amount, per_units):
            return f"{exact_money(amount)} / {unit_words(per_units, feature)}"
        case PerToken(currency):
            return "by token" if currency != CREDITS else "by token, in credits"
        case Graduated():
            return _tiers(price, feature)
        case Volume():
            return f"all at the tier reached: {_tiers(price, feature)}"
        case Package(amount, size):
            return f"{exact_money(amount)} for every {unit_words(size, feature)} begun"
        case CostPlus():
            return f"{_markup(price)}; where that is not known {price_words(price.fallback, feature)}"
        case Matrix(dimensions):
            return f"by {_and([dimension_words(name) for name in dimensions])}"


def price_lines(price: PriceModel | None, feature: Feature | None) -> list[tuple[str, str]]:
    """A price that one line is too short for, as what each part of it holds for and what that costs; else nothing."""
    match price:
        case Graduated() | Volume():
            unit = unit_words(price.per_units, feature)
            return [(tier_words(tier), _tier(tier, price.currency, unit)) for tier in price.tiers]
        case CostPlus():
            return [("provider cost known", _markup(price)), ("not known", price_words(price.fallback, feature))]
        case Matrix():
            cells = [(place_words(price, place), price_words(cell, feature)) for place, cell in price.cells.items()]
            return [*cells, (ELSE, price_words(price.default, feature))]
        case _:
            return []


def token_prices(price: PriceModel | None) -> Iterator[tuple[str, PerToken]]:
    """The rates by token in a price, and where they hold; an empty text where they are the price itself."""
    match price:
        case PerToken():
            yield "", price
        case CostPlus(PerToken() as fallback):
            yield "provider cost not known", fallback
        case Matrix():
            cells = [(place_words(price, place), cell) for place, cell in price.cells.items()]
            for place, cell in (*cells, (ELSE, price.default)):
                for where, rates in token_prices(cell):
                    yield f"{place}, {where}" if where else place, rates
        case _:
            return


def tier_words(tier: Tier) -> str:
    """`up to 1,000`, `above`."""
    return "above" if tier.up_to is None else f"up to {tier.up_to:,}"


def place_words(price: Matrix, place: Place) -> str:
    """What falls into a cell: `model gpt-4, region eu`."""
    named = zip(price.dimensions, place, strict=True)
    return ", ".join(f"{dimension_words(name)} {value}" for name, value in named if value is not None)


def dimension_words(name: str) -> str:
    """The name of a dimension of a matrix as a person reads it: `service tier`."""
    return name.replace("_", " ")


def unit_words(per_units: int, feature: Feature | None) -> str:
    """`call`, `1,000 calls`, or the display unit where it is that many: `GB`."""
    if feature is None:
        return "unit" if per_units == 1 else f"{per_units:,} units"
    if per_units == feature.units_per_display_unit:
        return feature.display_unit
    return feature.unit if per_units == 1 else f"{per_units:,} {feature.unit}s"


def _tiers(price: Graduated | Volume, feature: Feature | None) -> str:
    unit = unit_words(price.per_units, feature)
    if len(price.tiers) == 1:
        return _tier(price.tiers[0], price.currency, unit)
    return "; ".join(f"{tier_words(tier)}: {_tier(tier, price.currency, unit)}" for tier in price.tiers)


def _tier(tier: Tier, currency: str, unit: str) -> str:
    fee = f"{exact_money(Money(tier.flat_nanos, currency))} + " if tier.flat_nanos else ""
    return f"{fee}{exact_money(Money(tier.unit_nanos, currency))} / {unit}"


def _markup(price: CostPlus) -> str:
    markup = f" + {percent_text(price.markup_basis_points)}%" if price.markup_basis_points else ""
    fixed = f" + {exact_money(price.fixed)} / use" if price.fixed else ""
    return f"provider cost{markup}{fixed}"


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
