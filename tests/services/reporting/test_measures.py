"""Figures derived from others follow their definitions, and amounts keep to their currency."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from billing_core.domain.money import CREDITS, Money
from billing_core.domain.periods import Period
from billing_core.services.reporting.measures import Amounts, Measures
from billing_core.services.reporting.usage_filter import DIMENSIONS, UsageFilter

PERIOD = Period(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
ALL = UsageFilter(organization_ids=None, period=PERIOD, zone=ZoneInfo("UTC"))


def test_margin_is_revenue_less_cost_and_its_ratio_is_of_revenue() -> None:
    measures = Measures(amounts={"USD": Amounts(revenue_nanos=8, provider_cost_nanos=6)})
    assert measures.margin("USD") == Money(2, "USD")
    assert measures.margin_ratio("USD") == Decimal("0.25")


def test_there_is_no_margin_across_currencies() -> None:
    measures = Measures(amounts={"EUR": Amounts(revenue_nanos=8), "USD": Amounts(provider_cost_nanos=6)})
    assert measures.margin("EUR") is None
    assert measures.margin_ratio("EUR") is None
    assert measures.provider_cost("USD") == Money(6, "USD")
    assert measures.currencies == ("EUR", "USD")


def test_without_revenue_there_is_a_margin_but_no_ratio() -> None:
    measures = Measures(amounts={"USD": Amounts(provider_cost_nanos=6)})
    assert measures.margin("USD") == Money(-6, "USD")
    assert measures.margin_ratio("USD") is None


def test_figures_of_nothing_are_zero_in_every_currency() -> None:
    nothing = Measures()
    assert nothing.tokens == 0
    assert nothing.revenue("EUR") == Money.zero("EUR")
    assert nothing.margin("EUR") == Money.zero("EUR")
    assert nothing.credits == Money.zero(CREDITS)


def test_tokens_are_input_llm_and_output_and_nothing_twice() -> None:
    measures = Measures(
        input_tokens=1, llm_tokens=2, output_tokens=4, cache_read_tokens=8, cache_write_tokens=16, reasoning_tokens=32
    )
    assert measures.tokens == 7


def test_choosing_values_narrows_one_dimension_and_leaves_who_is_asking() -> None:
    asker = UsageFilter(organization_ids=frozenset({"org_1"}), period=PERIOD, zone=ZoneInfo("UTC"))
    narrowed = asker.only("model", "gpt-4", None)
    assert {dimension: narrowed.chosen(dimension) for dimension in DIMENSIONS if narrowed.chosen(dimension)} == {
        "model": frozenset({"gpt-4", None})
    }
    assert narrowed.organization_ids == frozenset({"org_1"})
    assert narrowed.only("organization", "org_2").organization_ids == frozenset({"org_1"})


def test_a_question_about_another_time_keeps_everything_else_and_can_be_a_cache_key() -> None:
    later = Period(PERIOD.end, datetime(2027, 1, 1, tzinfo=UTC))
    asked = ALL.only("feature", "chat")
    assert asked.during(later).period == later
    assert asked.during(later).during(PERIOD) == asked
    assert hash(asked.during(PERIOD)) == hash(asked)
