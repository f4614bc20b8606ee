"""Price models as documents: how a stored plan and the catalogue's files write them.

Amounts are decimal strings of the price's currency, token rates per million tokens, percentages decimals with at most
two places; `unlimited` ends the last tier. What is read again is the same price.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from billing_core.domain.basis_points import percent_text
from billing_core.domain.document_reader import UNLIMITED, DocumentReader
from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import Money, format_nanos
from billing_core.domain.prices import (
    ANY_MODEL,
    TOKEN_KINDS,
    CellPrice,
    CostPlus,
    Flat,
    Graduated,
    LinearPrice,
    Matrix,
    Package,
    PerToken,
    PerUnit,
    PriceModel,
    Tier,
    TokenRates,
    Volume,
)
from billing_core.domain.pricing.cost_plus import MARKUP_BASIS_POINTS_MAX

_LINEAR = {
    "flat": ("kind", "currency", "amount"),
    "per_unit": ("kind", "currency", "amount", "per_units"),
    "per_token": ("kind", "currency", "rates"),
}
_CELLS = _LINEAR | {"cost_plus": ("kind", "currency", "markup_percent", "fixed", "fallback")}
_TIERED = ("kind", "currency", "per_units", "tiers")
_PRICES = _CELLS | {
    "graduated": _TIERED,
    "volume": _TIERED,
    "package": ("kind", "currency", "amount", "size"),
    "matrix": ("kind", "currency", "dimensions", "cells", "default"),
}
_TIER_KEYS = ("from", "up_to", "amount", "fee")
_CELL_KEYS = ("when", "price")
_Price = TypeVar("_Price", bound=PriceModel)


def read_price(feature: DocumentReader, plan_currency: str) -> PriceModel:
    """The price under the key `price`; where the reader now has problems, a harmless one."""
    kind, reader = feature.variant("price", "kind", _PRICES)
    currency = reader.currency("currency", plan_currency)
    match kind:
        case "graduated":
            return _tiered(reader, currency, Graduated)
        case "volume":
            return _tiered(reader, currency, Volume)
        case "package":
            return Package(reader.money("amount", currency), reader.whole("size", least=1))
        case "matrix":
            return _matrix(reader, currency)
        case _:
            return _cell(kind, reader, currency)


def price_document(price: PriceModel) -> dict[str, Any]:
    """The document of a price: plain data that JSON can hold."""
    match price:
        case Graduated() | Volume():
            return {
                "kind": "graduated" if isinstance(price, Graduated) else "volume",
                "currency": price.currency,
                "per_units": price.per_units,
                "tiers": [_tier_document(tier) for tier in price.tiers],
            }
        case Package(amount, size):
            return {"kind": "package", "currency": amount.currency, "amount": amount.decimal_text, "size": size}
        case Matrix(dimensions, cells, default):
            return {
                "kind": "matrix",
                "currency": price.currency,
                "dimensions": list(dimensions),
                "cells": [
                    {
                        "when": {
                            name: value for name, value in zip(dimensions, place, strict=True) if value is not None
                        },
                        "price": price_document(cell),
                    }
                    for place, cell in cells.items()
                ],
                "default": price_document(default),
            }
        case CostPlus(fallback, markup, fixed):
            return {
                "kind": "cost_plus",
                "currency": price.currency,
                "markup_percent": percent_text(markup),
                "fixed": fixed.decimal_text,
                "fallback": price_document(fallback),
            }
        case _:
            return _linear_document(price)


def _cell(kind: str, reader: DocumentReader, currency: str) -> CellPrice:
    if kind != "cost_plus":
        return _linear(kind, reader, currency)
    markup = reader.basis_points("markup_percent", most=MARKUP_BASIS_POINTS_MAX, default=0)
    fixed = reader.money("fixed", currency, "0")
    fallback_kind, fallback = reader.variant("fallback", "kind", _LINEAR)
    known = _linear(fallback_kind, fallback, fallback.currency("currency", currency))
    return _checked(reader, lambda: CostPlus(known, markup, fixed), currency)


def _linear(kind: str, reader: DocumentReader, currency: str) -> LinearPrice:
    match kind:
        case "per_token":
            return _per_token(reader, currency)
        case "per_unit":
            return PerUnit(reader.money("amount", currency), reader.whole("per_units", least=1, default=1))
        case _:
            return Flat(reader.money("amount", currency))


def _per_token(reader: DocumentReader, currency: str) -> PerToken:
    rates = reader.child("rates", None)
    read = {model: _rates(rates.child(model, TOKEN_KINDS), currency) for model in rates.names}
    if ANY_MODEL not in read and rates.is_sound:
        rates.problem("", f"has no entry for '{ANY_MODEL}', the models without rates of their own.")
    return PerToken(currency, read | {ANY_MODEL: read.get(ANY_MODEL, TokenRates(0, 0))})


def _rates(reader: DocumentReader, currency: str) -> TokenRates:
    required = {kind: reader.money(kind, currency).nanos for kind in ("input", "output")}
    optional = {kind: reader.money(kind, currency).nanos for kind in TOKEN_KINDS[2:] if reader.has(kind)}
    return TokenRates(**required, **optional)


def _tiered(
    reader: DocumentReader, currency: str, model: Callable[[str, list[Tier], int], Graduated | Volume]
) -> PriceModel:
    per_units = reader.whole("per_units", least=1, default=1)
    tiers = [
        Tier(
            up_to=tier.limit("up_to", least=1),
            unit_nanos=tier.money("amount", currency).nanos,
            flat_nanos=tier.money("fee", currency, "0").nanos,
            starts_at=tier.whole("from", least=1) if tier.has("from") else None,
        )
        for tier in reader.children("tiers", _TIER_KEYS)
    ]
    return _checked(reader, lambda: model(currency, tiers, per_units), currency)


def _matrix(reader: DocumentReader, currency: str) -> PriceModel:
    dimensions = tuple(reader.texts("dimensions"))
    cells: dict[tuple[str | None, ...], CellPrice] = {}
    for cell in reader.children("cells", _CELL_KEYS):
        when = cell.child("when", dimensions)
        place = tuple(when.text(name) if when.has(name) else None for name in dimensions)
        kind, price = cell.variant("price", "kind", _CELLS)
        if place in cells:
            cell.problem("when", "is there twice; a combination has one price.")
        cells[place] = _cell(kind, price, price.currency("currency", currency))
    kind, price = reader.variant("default", "kind", _CELLS)
    default = _cell(kind, price, price.currency("currency", currency))
    return _checked(reader, lambda: Matrix(dimensions, cells, default), currency)


def _checked(reader: DocumentReader, build: Callable[[], _Price], currency: str) -> _Price | Flat:
    """What `build` makes of values read so far; what cannot be is a problem at its field."""
    if reader.is_sound:
        try:
            return build()
        except InvalidInput as error:
            reader.problem(error.field or "", error.message)
    return Flat(Money.zero(currency))


def _tier_document(tier: Tier) -> Mapping[str, Any]:
    fee = {"fee": format_nanos(tier.flat_nanos)} if tier.flat_nanos else {}
    up_to = UNLIMITED if tier.up_to is None else tier.up_to
    return {"up_to": up_to, "amount": format_nanos(tier.unit_nanos), **fee}


def _linear_document(price: LinearPrice) -> dict[str, Any]:
    match price:
        case Flat(amount):
            return {"kind": "flat", "currency": amount.currency, "amount": amount.decimal_text}
        case PerUnit(amount, per_units):
            return {
                "kind": "per_unit",
                "currency": amount.currency,
                "amount": amount.decimal_text,
                "per_units": per_units,
            }
        case PerToken(currency, rates):
            texts = {model: _rates_document(kinds) for model, kinds in rates.items()}
            return {"kind": "per_token", "currency": currency, "rates": texts}


def _rates_document(rates: TokenRates) -> dict[str, str]:
    return {kind: format_nanos(nanos) for kind in TOKEN_KINDS if (nanos := getattr(rates, kind)) is not None}
