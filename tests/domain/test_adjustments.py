"""What a new provider cost changes of the one an event has."""

from hypothesis import given
from hypothesis import strategies as st

from billing_core.domain.adjustments import CostChange, cost_changes

nanos = st.integers(0, 10**12)
costs_by_currency = st.dictionaries(st.sampled_from(["USD", "EUR", "CHF"]), nanos, max_size=3)


def test_an_unpriced_call_gets_its_cost_and_is_no_longer_unpriced() -> None:
    assert cost_changes({}, 5, "USD") == [CostChange("USD", 5, unpriced=-1)]


def test_a_call_that_costs_nothing_is_priced_too() -> None:
    assert cost_changes({}, 0, "USD") == [CostChange("USD", 0, unpriced=-1)]


def test_a_cost_that_stays_changes_nothing() -> None:
    assert cost_changes({"USD": 5}, 5, "USD") == []


def test_a_cost_in_another_currency_is_taken_back_in_its_own() -> None:
    assert cost_changes({"EUR": 7}, 5, "USD") == [CostChange("EUR", -7, 0), CostChange("USD", 5, 0)]


@given(costs_by_currency, nanos, st.sampled_from(["USD", "EUR"]))
def test_after_the_changes_the_event_costs_exactly_the_new_amount(
    before: dict[str, int], after: int, currency: str
) -> None:
    effective = dict(before)
    for change in cost_changes(before, after, currency):
        effective[change.currency] = effective.get(change.currency, 0) + change.nanos
    assert {known: cost for known, cost in effective.items() if cost} == ({currency: after} if after else {})
    assert cost_changes(effective, after, currency) == []
