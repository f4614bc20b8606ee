"""What a plan's table of features is too narrow for: tiers, prices by what was used, bounds, discounts, late usage."""

from collections.abc import Mapping

from billing_core.console.components import Column, card, facts, money_table
from billing_core.console.formatting import rate
from billing_core.domain.catalog import Feature
from billing_core.domain.money import Money
from billing_core.domain.plan_diff import discount_words, late_usage_words
from billing_core.domain.plans import LATE_USAGE, FeatureTerms, PlanTerms
from billing_core.domain.price_words import exact_money, price_lines, token_prices
from billing_core.domain.prices import ANY_MODEL, PerToken, Volume

OTHER_MODELS = "Other models"


def price_details(terms: PlanTerms, features: Mapping[str, Feature], caption: str = "") -> None:
    """A card with everything there is of it, and one for each list of rates within another price; else nothing."""
    lines = detail_lines(terms, features)
    if lines:
        with card("Prices in detail", caption, key="plan_details").body:
            facts(lines, key="plan_details_facts")
    for place, (name, rates) in enumerate(_nested_rates(terms, features)):
        with card("Rates", f"Per 1M tokens, for {name}.", key=f"plan_nested_rates_{place}").body:
            money_table(
                [
                    [
                        OTHER_MODELS if model == ANY_MODEL else model,
                        Money(kinds.input, rates.currency),
                        Money(kinds.output, rates.currency),
                        None if kinds.cache_read is None else Money(kinds.cache_read, rates.currency),
                    ]
                    for model in in_order(rates)
                    for kinds in (rates.rates[model],)
                ],
                [Column("Model"), *(Column(label, rate) for label in ("Input", "Output", "Cached input"))],
                key=f"plan_nested_rates_table_{place}",
                alt="Rates by model.",
            )


def detail_lines(terms: PlanTerms, features: Mapping[str, Feature]) -> list[tuple[str, str]]:
    """Label and text of each line, features first."""
    lines = [
        (f"{_name(code, features)}, {label}", text)
        for code, granted in terms.features.items()
        for label, text in _feature_lines(granted, features.get(code))
    ]
    for discount in terms.discounts.values():
        lines.append((f"Discount, {discount.name}", discount_words(discount, features) or ""))
    if terms.late_usage != LATE_USAGE:
        lines.append(("Usage reported late", late_usage_words(terms)))
    return lines


def in_order(price: PerToken) -> list[str]:
    """The models by name, the entry for all others last."""
    return sorted(price.rates, key=lambda model: (model == ANY_MODEL, model))


def _feature_lines(granted: FeatureTerms, feature: Feature | None) -> list[tuple[str, str]]:
    lines = price_lines(granted.price, feature)
    if isinstance(granted.price, Volume):
        lines = [(f"all when {label}", text) for label, text in lines]
    bounds = (("at least in a period", granted.minimum), ("at most in a period", granted.maximum))
    return [*lines, *((label, exact_money(amount)) for label, amount in bounds if amount is not None)]


def _nested_rates(terms: PlanTerms, features: Mapping[str, Feature]) -> list[tuple[str, PerToken]]:
    return [
        (f"{_name(code, features)}, {where}", rates)
        for code, granted in terms.features.items()
        for where, rates in token_prices(granted.price)
        if where
    ]


def _name(code: str, features: Mapping[str, Feature]) -> str:
    return features[code].name if code in features else code
