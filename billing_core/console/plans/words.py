"""How terms of plans are written."""

from collections.abc import Mapping

from billing_core.console.formatting import count, price, tokens
from billing_core.domain.catalog import Feature
from billing_core.domain.document_reader import UNLIMITED
from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import NANOS_PER_UNIT, Money, format_nanos, parse_nanos
from billing_core.domain.plans import Allowance, PlanTerms


def price_text(terms: PlanTerms) -> str:
    """`$29 / month`, `Free`."""
    return f"{price(terms.price_month)} / month" if terms.price_month else "Free"


def seats_text(terms: PlanTerms) -> str:
    """`5 included, $19.99 for each further one`."""
    text = f"{count(terms.seats_included)} included"
    if terms.seat_price is None or terms.seats_max == terms.seats_included:
        return text
    most = "" if terms.seats_max is None else f", at most {count(terms.seats_max)}"
    return f"{text}, {price(terms.seat_price)} for each further one{most}"


def unit_of(code: str, terms: PlanTerms, features: Mapping[str, Feature]) -> tuple[int, str]:
    """The size and name of the unit an allowance is shown in: `(1_000_000_000, "GB")`; `(1, "")` for plain counts."""
    allowance = terms.allowances[code]
    if allowance.measure == "tokens":
        return 1, "tokens"
    users = [features[name] for name, item in terms.features.items() if item.allowance == code and name in features]
    units = {(item.units_per_display_unit, item.display_unit) for item in users if item.units_per_display_unit > 1}
    return units.pop() if len(units) == 1 else (1, "")


def quantity_text(allowance: Allowance, unit: tuple[int, str]) -> str:
    """`10,000`, `1 GB`, `Unlimited`."""
    if allowance.quantity is None:
        return "Unlimited"
    size, name = unit
    if size == 1:
        return tokens(allowance.quantity) if allowance.measure == "tokens" else count(allowance.quantity)
    return f"{plain_quantity(allowance.quantity, size)} {name}"


def plain_quantity(quantity: int | None, size: int) -> str:
    """What a field holds: display units without separators, or `unlimited`."""
    return UNLIMITED if quantity is None else format_nanos(quantity * NANOS_PER_UNIT // size, digits_min=0)


def parsed_quantity(text: str, size: int, *, field: str) -> int | None:
    """The quantity a field holds; None is unlimited. InvalidInput naming the field."""
    plain = text.strip().replace(",", "").lower()
    if plain == UNLIMITED:
        return None
    try:
        nanos = parse_nanos(plain)
    except InvalidInput as error:
        raise InvalidInput(f"{field}: {text.strip()!r} is not a number or “unlimited”.", field=field) from error
    quantity, rest = divmod(nanos * size, NANOS_PER_UNIT)
    if rest or quantity < 0:
        raise InvalidInput(f"{field}: {text.strip()} is not a whole number, zero or more.", field=field)
    return quantity


def parsed_money(text: str, currency: str, *, field: str) -> Money:
    """The amount a field holds; InvalidInput naming the field as the screen does."""
    try:
        amount = Money.parse(text.strip().replace(",", ""), currency)
    except InvalidInput as error:
        raise InvalidInput(f"{field}: {error.message}", field=field) from error
    if amount.nanos < 0:
        raise InvalidInput(f"{field}: {text.strip()} is negative; it must be zero or more.", field=field)
    return amount


def optional_money(text: str, currency: str, *, field: str) -> Money | None:
    """The amount a field holds, None where it is empty."""
    return parsed_money(text, currency, field=field) if text.strip() else None
