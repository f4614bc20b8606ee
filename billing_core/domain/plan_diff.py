"""What changes from one version of a plan to the next, in words ready for the screen.

Amounts are exact. Features that change alike are told in one line.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from billing_core.domain.basis_points import percent_text
from billing_core.domain.catalog import Feature
from billing_core.domain.money import NANOS_PER_UNIT, Money, format_nanos
from billing_core.domain.plans import Allowance, Beyond, Discount, FeatureTerms, PlanTerms
from billing_core.domain.price_words import exact_money, grouped, price_lines, price_words, token_prices
from billing_core.domain.prices import ANY_MODEL, TOKEN_KINDS, Matrix, PriceModel, TokenRates

PRICE, SEATS, ALLOWANCE, FEATURES, RATES = "Price", "Seats", "Allowance", "Features", "Rates per 1M tokens"
BEYOND = {Beyond.STOP: "Stop", Beyond.CREDITS: "Draw from credits", Beyond.OVERAGE: "Charge as used"}
_Texts = tuple[str | None, str | None]
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. No `before`: it was added; no `after`: it was removed."""

    group: str
    label: str
    before: str | None
    after: str | None


def plan_diff(old: PlanTerms, new: PlanTerms, features: Mapping[str, Feature]) -> list[Change]:
    """Every difference, grouped in the order of the groups; `features` names what the terms give codes of."""
    changes = [*_prices(old, new), *_discounts(old, new, features), *_seats(old, new)]
    changes += _allowances(old, new, features)
    changes += [*_features(old, new, features), *_rates(old, new, features)]
    return [change for change in changes if change.before != change.after]


def _per(amount: Money | None, unit: str) -> str | None:
    return None if amount is None else f"{exact_money(amount)} / {unit}"


def _prices(old: PlanTerms, new: PlanTerms) -> Iterator[Change]:
    yield Change(PRICE, "Base price", _per(old.price_month, "month"), _per(new.price_month, "month"))
    yield Change(PRICE, "Yearly price", _per(old.price_year, "year"), _per(new.price_year, "year"))
    yield Change(PRICE, "Trial", _days(old.trial_days), _days(new.trial_days))
    yield Change(PRICE, "A credit pays for", exact_money(old.credit_value), exact_money(new.credit_value))


def _discounts(old: PlanTerms, new: PlanTerms, features: Mapping[str, Feature]) -> Iterator[Change]:
    for code in _codes(old.discounts, new.discounts):
        before, after = old.discounts.get(code), new.discounts.get(code)
        name = (after or before or Discount(code, 0)).name
        yield Change(PRICE, f"Discount, {name}", discount_words(before, features), discount_words(after, features))
    yield Change(PRICE, "Usage reported late", late_usage_words(old), late_usage_words(new))


def discount_words(discount: Discount | None, features: Mapping[str, Feature]) -> str | None:
    """What a discount takes off: `20% off all usage`."""
    if discount is None:
        return None
    of = "all usage" if discount.features is None else _names(sorted(discount.features), features)
    return f"{percent_text(discount.basis_points)}% off {of}"


def late_usage_words(terms: PlanTerms) -> str:
    """What happens to usage that is reported after its period: `refused after 3 days`."""
    if terms.late_usage == "closed_period":
        return "counts in its own period"
    what = "refused" if terms.late_usage == "reject" else "counts in the current period"
    return f"{what} after {_days(terms.late_usage_days)}" if terms.late_usage_days else f"{what} at once"


def _days(count: int) -> str:
    return "none" if count == 0 else f"{count} day" if count == 1 else f"{count} days"


def _seats(old: PlanTerms, new: PlanTerms) -> Iterator[Change]:
    yield Change(SEATS, "Seats included", f"{old.seats_included:,}", f"{new.seats_included:,}")
    yield Change(SEATS, "Seats at most", _count(old.seats_max), _count(new.seats_max))
    yield Change(SEATS, "Each further seat", _per(old.seat_price, "month"), _per(new.seat_price, "month"))


def _count(count: int | None) -> str:
    return "unlimited" if count is None else f"{count:,}"


def _allowances(old: PlanTerms, new: PlanTerms, features: Mapping[str, Feature]) -> Iterator[Change]:
    yield Change(ALLOWANCE, "Credits a month", exact_money(old.credits_per_month), exact_money(new.credits_per_month))
    yield Change(ALLOWANCE, "Credits that carry over", _at_most(old.rollover_max), _at_most(new.rollover_max))
    for code in _codes(old.allowances, new.allowances):
        before, after = old.allowances.get(code), new.allowances.get(code)
        name = (after or before or Allowance(code, None)).name
        yield Change(ALLOWANCE, name, _included(old, code, features), _included(new, code, features))
        if before is not None and after is not None:
            yield Change(ALLOWANCE, f"{name}, name", before.name, after.name)
            yield Change(ALLOWANCE, f"{name}, counted in", _counting(before), _counting(after))


def _at_most(credits: Money | None) -> str:
    return f"at most {exact_money(credits)}" if credits else "none"


def _included(terms: PlanTerms, code: str, features: Mapping[str, Feature]) -> str | None:
    allowance = terms.allowances.get(code)
    if allowance is None or allowance.quantity is None or allowance.measure == "tokens":
        return None if allowance is None else _count(allowance.quantity)
    users = [features[name] for name, item in terms.features.items() if item.allowance == code and name in features]
    units = {(feature.units_per_display_unit, feature.display_unit) for feature in users}
    ((size, unit),) = units if len(units) == 1 else {(1, "")}
    if size == 1:
        return f"{allowance.quantity:,}"
    return f"{grouped(format_nanos(allowance.quantity * NANOS_PER_UNIT // size, digits_min=0))} {unit}"


def _counting(allowance: Allowance) -> str:
    return f"the most {allowance.measure} at a time" if allowance.aggregation == "max" else allowance.measure


def _features(old: PlanTerms, new: PlanTerms, features: Mapping[str, Feature]) -> Iterator[Change]:
    alike: defaultdict[tuple[str, _Texts], list[str]] = defaultdict(list)
    for code in _codes(old.features, new.features):
        before, after = old.features.get(code), new.features.get(code)
        if before is None or after is None:
            texts = (_summary(before, old, features.get(code)), _summary(after, new, features.get(code)))
            yield Change(FEATURES, _name(code, features), *texts)
            continue
        for aspect, texts in (
            ("beyond the allowance", (BEYOND[before.beyond], BEYOND[after.beyond])),
            ("counted against", (_allowance_name(before, old), _allowance_name(after, new))),
            ("at least in a period", (_amount(before.minimum), _amount(after.minimum))),
            ("at most in a period", (_amount(before.maximum), _amount(after.maximum))),
            *_price_texts(before.price, after.price, features.get(code)),
        ):
            if texts[0] != texts[1]:
                alike[aspect, texts].append(code)
    for (aspect, texts), codes in alike.items():
        yield Change(FEATURES, f"{_names(codes, features)}: {aspect}", *texts)


def _summary(terms: FeatureTerms | None, plan: PlanTerms, feature: Feature | None) -> str | None:
    if terms is None:
        return None
    allowance = f"from {_allowance_name(terms, plan)}" if terms.allowance else None
    price = None if terms.price is None else _price(terms.price, feature)
    return ", then ".join(filter(None, (allowance, price)))


def _allowance_name(terms: FeatureTerms, plan: PlanTerms) -> str | None:
    return plan.allowances[terms.allowance].name if terms.allowance else None


def _price(price: PriceModel | None, feature: Feature | None) -> str | None:
    return None if price is None else price_words(price, feature)


def _amount(amount: Money | None) -> str | None:
    return None if amount is None else exact_money(amount)


def _price_texts(
    before: PriceModel | None, after: PriceModel | None, feature: Feature | None
) -> Iterator[tuple[str, _Texts]]:
    """The price as it was and will be, then that of every cell."""
    yield "price", (_price(before, feature), _price(after, feature))
    old, new = _cells(before, feature), _cells(after, feature)
    for place in _codes(old, new):
        yield f"price for {place}", (old.get(place), new.get(place))


def _cells(price: PriceModel | None, feature: Feature | None) -> dict[str, str]:
    return dict(price_lines(price, feature)) if isinstance(price, Matrix) else {}


def _rates(old: PlanTerms, new: PlanTerms, features: Mapping[str, Feature]) -> Iterator[Change]:
    before, after = _rate_texts(old), _rate_texts(new)
    both = old.features.keys() & new.features.keys()
    alike: defaultdict[tuple[str, str, str, _Texts], list[str]] = defaultdict(list)
    having: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for code, where, model, kind in _codes(before, after):
        if code not in both:
            continue
        having[where, model].add(code)
        texts = (before.get((code, where, model, kind)), after.get((code, where, model, kind)))
        if texts[0] != texts[1]:
            alike[where, model, kind, texts].append(code)
    for (where, model, kind, texts), codes in alike.items():
        label = f"{'other models' if model == ANY_MODEL else model} {kind.replace('_', ' ')}"
        label = f"{label}, {where}" if where else label
        shared = len(codes) == len(having[where, model])
        yield Change(RATES, label if shared else f"{label} ({_names(codes, features)})", *texts)


def _rate_texts(terms: PlanTerms) -> dict[tuple[str, str, str, str], str]:
    """Every rate in words, by feature, where it holds, model and kind of token."""
    found: dict[tuple[str, str, str, str], str] = {}
    for code, feature in terms.features.items():
        for where, price in token_prices(feature.price):
            for model, rates in price.rates.items():
                for kind, nanos in _kinds(rates):
                    found[code, where, model, kind] = exact_money(Money(nanos, price.currency))
    return found


def _kinds(rates: TokenRates) -> Iterator[tuple[str, int]]:
    for kind in TOKEN_KINDS:
        nanos: int | None = getattr(rates, kind)
        if nanos is not None:
            yield kind, nanos


def _codes(old: Mapping[_Key, Any], new: Mapping[_Key, Any]) -> Iterable[_Key]:
    """The keys of both, in the order of the old, then what is new."""
    return dict.fromkeys((*old, *new))


def _name(code: str, features: Mapping[str, Feature]) -> str:
    return features[code].name if code in features else code


def _names(codes: Sequence[str], features: Mapping[str, Feature]) -> str:
    first = _name(codes[0], features)
    if len(codes) == 1:
        return first
    return f"{first} and {_name(codes[1], features) if len(codes) == 2 else f'{len(codes) - 1} others'}"
