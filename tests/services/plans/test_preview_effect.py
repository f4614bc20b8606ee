"""What a draft would have meant: exact money over last month's usage."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_core.domain.money import Money
from billing_core.domain.plans import PlanTerms
from billing_core.domain.usage import Quantities
from billing_core.services.plans.preview_effect import effect_of
from billing_core.services.plans.usage_statement import Statement, UsageTotals, statement_of
from tests.catalog_house import some_terms

ONE_SEAT = {"org_1": 1}


def used(
    calls: int = 0,
    *,
    feature: str = "chat",
    model: str | None = None,
    organization: str = "org_1",
    cost: str | None = "0",
    **tokens: int,
) -> UsageTotals:
    provider_cost = None if cost is None else Money.parse(cost, "USD")
    return UsageTotals(organization, feature, model, calls, Quantities(units=calls, **tokens), provider_cost)


def by_token(**rates: tuple[str, str]) -> dict[str, Any]:
    kinds = {model.replace("_", "-"): {"input": cost, "output": out} for model, (cost, out) in rates.items()}
    return {"kind": "per_token", "rates": {"*": {"input": "6", "output": "18"}} | kinds}


def chat_terms(
    *, price: dict[str, Any] | None, beyond: str = "overage", calls: object = 1000, **more: Any
) -> PlanTerms:
    return some_terms(
        allowances={"calls": {"name": "AI calls", "quantity": calls}},
        features={"chat": {"allowance": "calls", "beyond": beyond, "price": price}},
        **more,
    )


def usage_of(statement: Statement) -> str:
    return str(statement.usage)


def test_base_fees_count_every_subscriber_and_each_further_seat() -> None:
    terms = some_terms(seats_max="unlimited", seat_price="19.99", price_month="99.99")
    statement = statement_of(terms, [], {"org_1": 5, "org_2": 7, "org_3": 1})
    assert str(statement.base_fees) == "339.95 USD"


def test_the_allowance_covers_its_part_and_the_rest_is_paid() -> None:
    assert usage_of(statement_of(some_terms(), [used(1500)], ONE_SEAT)) == "5.00 USD"
    assert usage_of(statement_of(some_terms(), [used(1000)], ONE_SEAT)) == "0.00 USD"


def test_rows_of_one_price_may_be_split_in_any_way() -> None:
    rows = [used(700), used(1), used(799)]
    assert usage_of(statement_of(some_terms(), rows, ONE_SEAT)) == "5.00 USD"


def test_each_organization_has_its_own_allowance() -> None:
    rows = [used(1500), used(900, organization="org_2")]
    assert usage_of(statement_of(some_terms(), rows, {"org_1": 1, "org_2": 1})) == "5.00 USD"


def test_dear_and_cheap_models_share_an_allowance_in_proportion() -> None:
    terms = chat_terms(price=by_token(gpt_4=("36", "72")), calls=1000)
    rows = [
        used(1000, model="gpt-4", input_tokens=1_000_000),
        used(3000, model="other", input_tokens=3_000_000),
    ]
    assert usage_of(statement_of(terms, rows, ONE_SEAT)) == str(Money.parse("40.5", "USD"))


def test_an_unlimited_allowance_leaves_nothing_to_pay() -> None:
    terms = chat_terms(price={"kind": "per_unit", "amount": "0.01"}, calls="unlimited")
    assert usage_of(statement_of(terms, [used(10**9)], ONE_SEAT)) == "0.00 USD"


def test_a_flat_price_is_paid_for_every_event() -> None:
    terms = chat_terms(price={"kind": "flat", "amount": "0.02"}, calls=0)
    assert usage_of(statement_of(terms, [used(50)], ONE_SEAT)) == "1.00 USD"


def test_storage_is_paid_for_its_highest_level_beyond_the_allowance() -> None:
    gigabyte = 10**9
    terms = some_terms(
        allowances={"storage": {"name": "Storage", "quantity": gigabyte, "aggregation": "max"}},
        features={
            "storage": {
                "allowance": "storage",
                "beyond": "overage",
                "price": {"kind": "per_unit", "amount": "0.50", "per_units": gigabyte},
            }
        },
    )
    rows = [used(2 * gigabyte, feature="storage"), used(5 * gigabyte, feature="storage")]
    assert usage_of(statement_of(terms, rows, ONE_SEAT)) == "2.00 USD"


def test_prices_in_credits_count_at_the_value_of_a_credit() -> None:
    price = {"kind": "per_unit", "currency": "CREDITS", "amount": "10"}
    terms = some_terms(allowances={}, features={"chat": {"beyond": "overage", "price": price}})
    assert usage_of(statement_of(terms, [used(3)], ONE_SEAT)) == "3.00 USD"


def test_the_credits_of_the_plan_pay_first_in_every_organization_on_its_own() -> None:
    terms = some_terms(credits_per_month="20", allowances={"calls": {"name": "AI calls", "quantity": 0}})
    rows = [used(300), used(50, organization="org_2")]
    assert usage_of(statement_of(terms, rows, {"org_1": 1, "org_2": 1})) == "1.00 USD"


def test_use_beyond_a_stop_and_of_features_not_granted_is_refused_and_not_paid() -> None:
    terms = chat_terms(price=None, beyond="stop")
    statement = statement_of(terms, [used(1500), used(7, feature="search")], ONE_SEAT)
    assert (usage_of(statement), statement.refused_events) == ("0.00 USD", 507)


def test_usage_of_others_is_left_out_of_every_figure() -> None:
    statement = statement_of(some_terms(), [used(5000, organization="org_9", cost="4")], ONE_SEAT)
    assert (usage_of(statement), str(statement.cost), str(statement.base_fees)) == ("0.00 USD", "0.00 USD", "49.00 USD")


def test_unknown_provider_cost_is_counted_and_not_taken_for_zero() -> None:
    effect = effect_of(some_terms(), some_terms(), [used(5, cost=None), used(3, cost="1")], ONE_SEAT)
    assert (effect.unpriced_events, str(effect.now.cost)) == (5, "1.00 USD")


def test_now_and_draft_stand_side_by_side() -> None:
    effect = effect_of(some_terms(), some_terms(price_month="59"), [used(1500, cost="10")], {"org_1": 1, "org_2": 1})
    assert effect.organizations == 2
    assert [str(side.base_fees) for side in (effect.now, effect.draft)] == ["98.00 USD", "118.00 USD"]
    assert [str(side.profit) for side in (effect.now, effect.draft)] == ["93.00 USD", "113.00 USD"]
    assert effect.warning is None


def test_a_margin_under_the_floor_is_told_with_the_change_that_costs_most() -> None:
    now = chat_terms(price=by_token(claude_sonnet=("3.6", "18")), calls=0, price_month="0")
    draft = chat_terms(price=by_token(claude_sonnet=("3.5", "16.5")), calls=0, price_month="0")
    rows = [used(10, model="claude-sonnet", input_tokens=1_000_000, output_tokens=1_000_000, cost="15.38")]
    warning = effect_of(now, draft, rows, ONE_SEAT).warning
    assert warning is not None
    assert warning.headline == "Margin would be 23.1%, under your 25% floor."
    assert warning.cause == "The new claude-sonnet output rate is the cause."


@pytest.mark.parametrize(
    ("draft", "cause"),
    [
        ({"price_month": "1"}, "The new base price is the cause."),
        ({"credits_per_month": "200"}, "The change of credits is the cause."),
        (
            {"allowances": {"calls": {"name": "AI calls", "quantity": 9000}}},
            "The new allowance of AI calls is the cause.",
        ),
        ({"features": {}}, "Taking out chat is the cause."),
        (
            {"features": {"chat": {"allowance": "calls", "beyond": "stop"}}},
            "The new terms of chat is the cause.",
        ),
        ({}, None),
    ],
)
def test_the_cause_is_the_single_change_that_takes_most_profit(draft: dict[str, Any], cause: str | None) -> None:
    now = {
        "features": {
            "chat": {"allowance": "calls", "beyond": "overage", "price": {"kind": "per_unit", "amount": "0.05"}}
        }
    }
    effect = effect_of(some_terms(**now), some_terms(**(now | draft)), [used(2000, cost="90")], ONE_SEAT)
    assert effect.warning is not None
    assert effect.warning.cause == cause


def test_cost_without_any_revenue_is_said_in_words() -> None:
    free = some_terms(price_month="0")
    warning = effect_of(free, free, [used(10, cost="1")], ONE_SEAT).warning
    assert warning is not None
    assert warning.headline == "There would be no revenue to pay for this usage."
    assert effect_of(free, free, [], ONE_SEAT).warning is None


def test_a_loss_is_written_with_a_true_minus() -> None:
    terms = some_terms(price_month="10")
    warning = effect_of(terms, terms, [used(10, cost="12.345")], ONE_SEAT).warning
    assert warning is not None
    assert warning.headline.startswith("Margin would be −23.4%, under")


GRADUATED = {
    "kind": "graduated",
    "tiers": [{"up_to": 100, "amount": "0.10"}, {"up_to": "unlimited", "amount": "0.05", "fee": "1"}],
}


def test_tiers_are_counted_over_all_models_and_beyond_the_allowance() -> None:
    terms = chat_terms(price=GRADUATED, calls=1000)
    rows = [used(600, model="gpt-4"), used(700, model="other")]
    # 300 units beyond the allowance: 100 x 0.10 + 1 + 200 x 0.05
    assert usage_of(statement_of(terms, rows, ONE_SEAT)) == "21.00 USD"


def test_a_volume_price_is_that_of_the_tier_the_month_reached() -> None:
    terms = chat_terms(price=GRADUATED | {"kind": "volume"}, calls=0)
    assert usage_of(statement_of(terms, [used(60), used(50)], ONE_SEAT)) == "6.50 USD"  # 110 x 0.05 + 1


def test_packages_count_what_was_begun_by_each_organization() -> None:
    terms = chat_terms(price={"kind": "package", "amount": "5", "size": 100}, calls=0)
    rows = [used(150), used(1, organization="org_2")]
    assert usage_of(statement_of(terms, rows, {"org_1": 1, "org_2": 1})) == "15.00 USD"


def bounded(**bounds: str) -> PlanTerms:
    price = {"kind": "per_unit", "amount": "0.01"}
    return some_terms(allowances={}, features={"chat": {"beyond": "overage", "price": price, **bounds}})


def test_a_month_costs_at_most_the_maximum() -> None:
    rows = [used(5_000), used(100, organization="org_2")]
    statement = statement_of(bounded(maximum="20"), rows, {"org_1": 1, "org_2": 1})
    assert usage_of(statement) == "21.00 USD"


def test_every_subscriber_pays_the_minimum_used_or_not() -> None:
    statement = statement_of(bounded(minimum="20"), [used(5_000)], {"org_1": 1, "org_2": 1})
    assert usage_of(statement) == "70.00 USD"


def test_a_markup_goes_by_the_providers_cost_where_that_is_known() -> None:
    fallback = {"kind": "per_unit", "amount": "0.10"}
    price = {"kind": "cost_plus", "markup_percent": "50", "fixed": "0.01", "fallback": fallback}
    known = replace(used(10), priced_cost=Money.parse("4", "USD"))
    terms = chat_terms(price=price, calls=0)
    # 4 x 1.5 + 10 x 0.01, and 3 x 0.10 for those of an unknown model
    assert usage_of(statement_of(terms, [known, used(3)], ONE_SEAT)) == "6.40 USD"


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=6), st.integers(0, 4_000))
def test_for_one_price_the_totals_are_what_charging_event_by_event_gives(calls: list[int], allowance: int) -> None:
    terms = chat_terms(price={"kind": "per_unit", "amount": "0.01"}, calls=allowance)
    expected = Money.parse("0.01", "USD").nanos * max(sum(calls) - allowance, 0)
    statement = statement_of(terms, [used(count) for count in calls], ONE_SEAT)
    assert statement.usage.nanos == expected
