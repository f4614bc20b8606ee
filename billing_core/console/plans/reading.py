"""A plan for those who do not edit it: what it includes, and its prices."""

import streamlit as st

from billing_core.console.components import Cell, Column, card, facts, money_table
from billing_core.console.formatting import price, rate, words
from billing_core.console.plans.catalogue import plan_facts
from billing_core.console.plans.details import OTHER_MODELS, in_order, price_details
from billing_core.console.plans.tables import amount_text, price_label, price_lists
from billing_core.console.plans.words import price_text
from billing_core.console.queries.plans import PlanAnswers, ProviderRates, provider_rates
from billing_core.domain.money import Money
from billing_core.domain.plan_diff import BEYOND
from billing_core.domain.plans import PlanTerms
from billing_core.domain.prices import ANY_MODEL, PerToken

_RATES = ("Input", "Output", "Cached input", "Cost, input", "Cost, output")


def plan_reading(terms: PlanTerms, answers: PlanAnswers, *, with_cost: bool) -> None:
    """The terms of a version, without anything to change them with."""
    left, right = st.columns(2, gap=12)
    with left, card("Price", key="plan_price", height="stretch").body:
        yearly = "Not sold by the year" if terms.price_year is None else f"{price(terms.price_year)} / year"
        facts(
            [
                ("Monthly", price_text(terms)),
                ("Yearly", yearly),
                ("A credit pays for", price(terms.credit_value)),
            ],
            key="plan_price_facts",
        )
    with right, card("Allowance", key="plan_allowance", height="stretch").body:
        facts(plan_facts(terms, answers), key="plan_allowance_facts")
    with card("Features", "What happens when an allowance is used up.", key="plan_features").body:
        money_table(
            [
                [
                    answers.features[code].name if code in answers.features else code,
                    terms.allowances[item.allowance].name if item.allowance else "—",
                    BEYOND[item.beyond],
                    amount_text(item.price) or "—",
                    price_label(item.price, answers.features.get(code)),
                ]
                for code, item in terms.features.items()
            ],
            [Column("Feature"), Column("Included in"), Column("Beyond"), Column("Price"), Column("Priced per")],
            key="plan_features_table",
            alt="Features of the plan.",
        )
    price_details(terms, answers.features)
    for place, (rates, codes) in enumerate(price_lists(terms)):
        names = words([answers.features[code].name if code in answers.features else code for code in codes])
        with card("Rates", f"Per 1M tokens, for {names}.", key=f"plan_rates_{place}").body:
            money_table(
                [_rate_row(model, rates, costs) for model, costs in _with_costs(rates, with_cost=with_cost)],
                [Column("Model"), *(Column(label, rate) for label in _RATES[: 5 if with_cost else 3])],
                key=f"plan_rates_table_{place}",
                alt="Rates by model.",
            )


def _with_costs(price: PerToken, *, with_cost: bool) -> list[tuple[str, ProviderRates | None]]:
    costs = provider_rates(frozenset(price.rates)) if with_cost else {}
    unknown = ProviderRates(None, None) if with_cost else None
    return [(model, costs.get(model, unknown)) for model in in_order(price)]


def _rate_row(model: str, price: PerToken, costs: ProviderRates | None) -> list[Cell]:
    rates = price.rates[model]
    cached = None if rates.cache_read is None else Money(rates.cache_read, price.currency)
    row: list[Cell] = [
        OTHER_MODELS if model == ANY_MODEL else model,
        Money(rates.input, price.currency),
        Money(rates.output, price.currency),
        cached,
    ]
    return row if costs is None else [*row, costs.input, costs.output]
