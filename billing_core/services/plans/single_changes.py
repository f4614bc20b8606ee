"""The changes of a draft one by one, each as terms that differ from today's in nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from billing_core.domain.plans import FeatureTerms, PlanTerms
from billing_core.domain.prices import ANY_MODEL, TOKEN_KINDS, PerToken, TokenRates


@dataclass(frozen=True, slots=True)
class SingleChange:
    """Today's terms with one change, and what to call it at the start of a sentence."""

    name: str
    terms: PlanTerms


def single_changes(now: PlanTerms, draft: PlanTerms) -> Iterator[SingleChange]:
    """Every change that can bear on what customers pay."""
    yield SingleChange("The new base price", replace(now, price_month=draft.price_month))
    yield SingleChange(
        "The change of seats",
        replace(now, seats_included=draft.seats_included, seats_max=draft.seats_max, seat_price=draft.seat_price),
    )
    yield SingleChange(
        "The change of credits",
        replace(now, credits_per_month=draft.credits_per_month, credit_value=draft.credit_value),
    )
    for code, allowance in draft.allowances.items():
        if code in now.allowances and now.allowances[code] != allowance:
            changed = replace(now, allowances={**now.allowances, code: allowance})
            yield SingleChange(f"The new allowance of {allowance.name}", changed)
    yield from _features(now, draft)
    yield from _rates(now, draft)


def _features(now: PlanTerms, draft: PlanTerms) -> Iterator[SingleChange]:
    for code, before in now.features.items():
        after = draft.features.get(code)
        if after is None:
            rest = {name: terms for name, terms in now.features.items() if name != code}
            yield SingleChange(f"Taking out {code}", replace(now, features=rest))
            continue
        if isinstance(before.price, PerToken) and isinstance(after.price, PerToken):
            after = replace(after, price=before.price)
        if after != before:
            yield SingleChange(f"The new terms of {code}", _with_feature(now, draft, code, after))


def _with_feature(now: PlanTerms, draft: PlanTerms, code: str, terms: FeatureTerms) -> PlanTerms:
    return replace(now, features={**now.features, code: terms}, allowances={**draft.allowances, **now.allowances})


def _rates(now: PlanTerms, draft: PlanTerms) -> Iterator[SingleChange]:
    """The rate of one model and kind of token at a time, in every feature that has it."""
    pairs = {
        code: (before.price, after.price)
        for code, before in now.features.items()
        if (after := draft.features.get(code)) is not None
        and isinstance(before.price, PerToken)
        and isinstance(after.price, PerToken)
        and before.price.currency == after.price.currency
    }
    for model in dict.fromkeys(model for pair in pairs.values() for price in pair for model in price.rates):
        for kind in TOKEN_KINDS:
            changed = {
                code: _with_rate(before, after, model, kind)
                for code, (before, after) in pairs.items()
                if getattr(_rates_for(before, model), kind) != getattr(_rates_for(after, model), kind)
            }
            if changed:
                features = {code: replace(now.features[code], price=price) for code, price in changed.items()}
                name = "other models" if model == ANY_MODEL else model
                yield SingleChange(
                    f"The new {name} {kind.replace('_', ' ')} rate",
                    replace(now, features={**now.features, **features}),
                )


def _with_rate(before: PerToken, after: PerToken, model: str, kind: str) -> PerToken:
    rates = replace(_rates_for(before, model), **{kind: getattr(_rates_for(after, model), kind)})
    return replace(before, rates={**before.rates, model: rates})


def _rates_for(price: PerToken, model: str) -> TokenRates:
    return price.rates.get(model, price.rates[ANY_MODEL])
