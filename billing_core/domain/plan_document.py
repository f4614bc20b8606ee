"""The terms of a plan version as a document: how they are stored, and how the catalogue's files write them.

Amounts are decimal strings, token rates decimal strings per million tokens, and `unlimited` says what has no limit;
writing terms and reading them again gives the same terms.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from billing_core.domain.catalog import Aggregation
from billing_core.domain.document_reader import UNLIMITED, DocumentReader, Problem
from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import CREDITS, Money, format_nanos
from billing_core.domain.plans import Allowance, Beyond, FeatureTerms, PlanTerms
from billing_core.domain.prices import ANY_MODEL, Flat, PerToken, PerUnit, PriceModel, TokenRates

TERMS_KEYS = (
    "currency",
    "price_month",
    "price_year",
    "seats_included",
    "seats_max",
    "seat_price",
    "trial_days",
    "credits_per_month",
    "credit_value",
    "allowances",
    "features",
)
TOKEN_KINDS = ("input", "output", "llm", "cache_read", "cache_write", "reasoning")
TRIAL_DAYS_MAX = 730
_ALLOWANCE_KEYS = ("name", "quantity", "measure", "aggregation")
_FEATURE_KEYS = ("allowance", "price", "beyond")
_PRICE_KEYS = {
    "flat": ("kind", "currency", "amount"),
    "per_unit": ("kind", "currency", "amount", "per_units"),
    "per_token": ("kind", "currency", "rates"),
}


def terms_to_document(terms: PlanTerms) -> dict[str, Any]:
    """The document of terms: plain data that JSON can hold."""
    return {
        "currency": terms.currency,
        "price_month": terms.price_month.decimal_text,
        "price_year": _text(terms.price_year),
        "seats_included": terms.seats_included,
        "seats_max": UNLIMITED if terms.seats_max is None else terms.seats_max,
        "seat_price": _text(terms.seat_price),
        "trial_days": terms.trial_days,
        "credits_per_month": terms.credits_per_month.decimal_text,
        "credit_value": terms.credit_value.decimal_text,
        "allowances": {
            code: {
                "name": allowance.name,
                "quantity": UNLIMITED if allowance.quantity is None else allowance.quantity,
                "measure": allowance.measure,
                "aggregation": allowance.aggregation,
            }
            for code, allowance in terms.allowances.items()
        },
        "features": {
            code: {
                "allowance": feature.allowance,
                "price": None if feature.price is None else _price_document(feature.price),
                "beyond": feature.beyond.value,
            }
            for code, feature in terms.features.items()
        },
    }


def terms_from_document(document: Mapping[str, Any]) -> PlanTerms:
    """The terms a document says; InvalidInput naming the first field at fault, with every problem in its message."""
    problems: list[Problem] = []
    terms = read_terms(DocumentReader(document, "", problems, TERMS_KEYS))
    if terms is None:
        raise invalid_document(problems)
    return terms


def invalid_document(problems: Sequence[Problem]) -> InvalidInput:
    """The error for a document with problems."""
    message = " ".join(f"{problem.path} {problem.message}" for problem in problems)
    return InvalidInput(message, field=problems[0].path)


def read_terms(reader: DocumentReader) -> PlanTerms | None:
    """The terms in a mapping with TERMS_KEYS, perhaps among others; None where the reader now has problems."""
    currency = reader.currency("currency", "USD")
    allowances = reader.optional_child("allowances", None)
    features = reader.child("features", None)
    values: dict[str, Any] = {
        "currency": currency,
        "price_month": reader.money("price_month", currency),
        "price_year": reader.optional_money("price_year", currency),
        "seats_included": reader.whole("seats_included", least=1, default=1),
        "seats_max": reader.limit("seats_max", least=1),
        "seat_price": reader.optional_money("seat_price", currency),
        "trial_days": reader.whole("trial_days", most=TRIAL_DAYS_MAX, default=0),
        "credits_per_month": reader.money("credits_per_month", CREDITS, "0"),
        "credit_value": reader.money("credit_value", currency),
        "allowances": {} if allowances is None else {name: _allowance(allowances, name) for name in allowances.names},
        "features": {code: _feature(features, code, currency) for code in features.names},
    }
    _check_seats(reader, values["seats_included"], values["seats_max"], values["seat_price"])
    if not reader.is_sound:
        return None
    try:
        return PlanTerms(**values)
    except InvalidInput as error:
        reader.problem(error.field or "", error.message)
        return None


def _check_seats(reader: DocumentReader, included: int, most: int | None, price: Money | None) -> None:
    if most is not None and most < included:
        reader.problem("seats_max", f"is {most}, fewer than the {included} seats included.")
    elif most != included and price is None:
        reader.problem("seat_price", f"is missing; say what a seat beyond the {included} included costs.")


def _allowance(allowances: DocumentReader, name: str) -> Allowance:
    reader = allowances.child(name, _ALLOWANCE_KEYS)
    measure = reader.choice("measure", ("units", "tokens"), "units")
    aggregation = reader.choice("aggregation", ("sum", "max"), "sum")
    return Allowance(
        name=reader.text("name"),
        quantity=reader.limit("quantity"),
        measure="tokens" if measure == "tokens" else "units",
        aggregation=cast("Aggregation", aggregation),
    )


def _feature(features: DocumentReader, code: str, currency: str) -> FeatureTerms:
    reader = features.child(code, _FEATURE_KEYS)
    price = _price(reader, currency) if reader.has("price") else None
    return FeatureTerms(
        allowance=reader.text("allowance") if reader.has("allowance") else None,
        price=price,
        beyond=Beyond(reader.choice("beyond", [choice.value for choice in Beyond])),
    )


def _price(feature: DocumentReader, plan_currency: str) -> PriceModel:
    kind, reader = feature.variant("price", "kind", _PRICE_KEYS)
    currency = reader.currency("currency", plan_currency)
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


def _text(amount: Money | None) -> str | None:
    return None if amount is None else amount.decimal_text


def _price_document(price: PriceModel) -> dict[str, Any]:
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
