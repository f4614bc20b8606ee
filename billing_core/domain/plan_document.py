"""The terms of a plan version as a document: how they are stored, and how the catalogue's files write them.

Amounts are decimal strings, token rates decimal strings per million tokens, and `unlimited` says what has no limit;
writing terms and reading them again gives the same terms.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from billing_core.domain.basis_points import WHOLE_BASIS_POINTS, percent_text
from billing_core.domain.catalog import Aggregation
from billing_core.domain.document_reader import UNLIMITED, DocumentReader, Problem
from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.plans import (
    LATE_USAGE,
    LATE_USAGE_DAYS,
    LATE_USAGE_DAYS_MAX,
    LATE_USAGE_POLICIES,
    Allowance,
    Beyond,
    Discount,
    FeatureTerms,
    PlanTerms,
)
from billing_core.domain.price_document import price_document, read_price

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
    "discounts",
    "late_usage",
    "late_usage_days",
    "rollover_max",
)
TRIAL_DAYS_MAX = 730
_ALLOWANCE_KEYS = ("name", "quantity", "measure", "aggregation")
_FEATURE_KEYS = ("allowance", "price", "beyond", "minimum", "maximum")
_DISCOUNT_KEYS = ("name", "percent", "features")


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
                "price": None if feature.price is None else price_document(feature.price),
                "beyond": feature.beyond.value,
                **_amounts(minimum=feature.minimum, maximum=feature.maximum),
            }
            for code, feature in terms.features.items()
        },
        **_later_fields(terms),
    }


def _later_fields(terms: PlanTerms) -> dict[str, Any]:
    """What plans could not say from the start: left out where it is the usual, so that documents stay as they were."""
    document: dict[str, Any] = {}
    if terms.discounts:
        document["discounts"] = {code: _discount_document(discount) for code, discount in terms.discounts.items()}
    if terms.late_usage != LATE_USAGE:
        document["late_usage"] = terms.late_usage
    if terms.late_usage_days != LATE_USAGE_DAYS:
        document["late_usage_days"] = terms.late_usage_days
    if terms.rollover_max is not None:
        document["rollover_max"] = terms.rollover_max.decimal_text
    return document


def _discount_document(discount: Discount) -> dict[str, Any]:
    document: dict[str, Any] = {"name": discount.name, "percent": percent_text(discount.basis_points)}
    return document if discount.features is None else document | {"features": sorted(discount.features)}


def _amounts(**amounts: Money | None) -> dict[str, str]:
    return {name: amount.decimal_text for name, amount in amounts.items() if amount is not None}


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
        "discounts": _discounts(reader.optional_child("discounts", None)),
        "late_usage": reader.choice("late_usage", LATE_USAGE_POLICIES, LATE_USAGE),
        "late_usage_days": reader.whole("late_usage_days", most=LATE_USAGE_DAYS_MAX, default=LATE_USAGE_DAYS),
        "rollover_max": reader.optional_money("rollover_max", CREDITS),
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
    price = read_price(reader, currency) if reader.has("price") else None
    currency = currency if price is None else price.currency
    return FeatureTerms(
        allowance=reader.text("allowance") if reader.has("allowance") else None,
        price=price,
        beyond=Beyond(reader.choice("beyond", [choice.value for choice in Beyond])),
        minimum=reader.optional_money("minimum", currency),
        maximum=reader.optional_money("maximum", currency),
    )


def _discounts(discounts: DocumentReader | None) -> dict[str, Discount]:
    return (
        {}
        if discounts is None
        else {code: _discount(discounts.child(code, _DISCOUNT_KEYS)) for code in discounts.names}
    )


def _discount(reader: DocumentReader) -> Discount:
    return Discount(
        name=reader.text("name"),
        basis_points=reader.basis_points("percent", least=1, most=WHOLE_BASIS_POINTS),
        features=frozenset(reader.texts("features")) if reader.has("features") else None,
    )


def _text(amount: Money | None) -> str | None:
    return None if amount is None else amount.decimal_text
