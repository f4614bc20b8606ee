"""The services that the third and the fourth requirement document name."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from billing_core.domain.errors import (
    EventConflict,
    HoldResolved,
    InsufficientFunds,
    InvalidInput,
    NotAllowed,
    NotFound,
)
from billing_core.sdk import (
    BillingManager,
    CreditService,
    PricingService,
    TeamBillingManager,
    UsageTracker,
    UsageTrackingService,
    billing_context,
    use,
)
from tests.builders import credits, usd
from tests.sdk.elsewhere import Elsewhere

AGENT = "CategorizationAgent"


def test_the_plans_of_the_document_are_sold(acme: str) -> None:
    plans = {plan.code: plan for plan in PricingService.get_plans()}
    assert plans["starter"].price_month == usd("29")
    assert plans["professional"].price_year == usd("990")
    assert plans["free"].allowances["calls"] == 1_000
    assert plans["enterprise"].allowances["calls"] is None
    assert "chat" in plans["free"].features
    with pytest.raises(NotFound, match="free, starter"):
        PricingService.get_plan("gold")


@pytest.mark.parametrize(
    ("provider", "model", "cost"),
    [
        ("openai", "gpt-4", "0.09"),
        ("openai", "gpt-3.5-turbo", "0.0035"),
        ("google", "gemini-pro", "0.002"),
        ("anthropic", "claude-3", "0.032"),
        ("mistral", "mistral-7b", "0.0008"),
    ],
)
def test_a_thousand_tokens_each_way_cost_what_the_documents_table_says(
    acme: str, provider: str, model: str, cost: str
) -> None:
    assert PricingService.calculate_api_cost(provider, model, 1_000, 1_000) == usd(cost)


def test_a_model_without_a_price_costs_an_unknown_amount_and_not_nothing(acme: str) -> None:
    assert PricingService.calculate_api_cost("openai", "gpt-99-nobody-knows", 1_000, 1_000) is None


def test_prices_are_listed_by_provider_and_model(acme: str) -> None:
    kinds = {price.token_kind: price.nanos_per_mtok for price in PricingService.get_provider_pricing("openai", "gpt-4")}
    assert (kinds["input"], kinds["output"]) == (30 * 10**9, 60 * 10**9)
    assert {price.provider for price in PricingService.get_provider_pricing("mistral")} == {"mistral"}
    with pytest.raises(InvalidInput, match="without its provider"):
        PricingService.get_provider_pricing(model="gpt-4")


def test_a_tracked_call_counts_in_limits_statistics_and_trends(acme: str) -> None:
    tracking = UsageTrackingService()
    tracking.track_api_usage(
        acme, "openai", "gpt-4", tokens_input=1_000, tokens_output=500, endpoint="/chat", response_time_ms=120
    )
    failed = tracking.track_api_usage_async(acme, "openai", "gpt-4", tokens_input=10, status_code=500)
    assert not asyncio.run(failed).price
    [calls] = [left for left in PricingService.get_user_limits(acme) if left.code == "calls"]
    assert (calls.used, calls.remaining, calls.quantity) == (1, 9_999, 10_000)
    stats = tracking.get_user_usage_stats(acme)
    assert (stats.totals.calls, stats.totals.errors, stats.totals.tokens) == (2, 1, 1_510)
    assert stats.totals.provider_cost("USD") == usd("0.0603")
    assert set(stats.by_provider) == {"openai"}
    assert set(stats.by_feature) == {"chat"}
    trends = tracking.get_usage_trends(acme, periods=3)
    assert [item.totals.calls for item in trends] == [0, 0, 2]
    assert trends[1].period.end == trends[2].period.start


def test_a_user_is_a_member_of_the_organization_that_is_named(acme: str) -> None:
    with pytest.raises(NotFound, match="mem_nobody"):
        UsageTrackingService(acme).track_api_usage("mem_nobody", "openai", "gpt-4")
    with billing_context(organization=acme), pytest.raises(NotFound, match="mem_nobody"):
        UsageTrackingService().track_api_usage("mem_nobody", "openai", "gpt-4")
    assert UsageTrackingService(acme).get_user_usage_stats("mem_nobody").totals.calls == 0


def test_a_tracked_call_reported_twice_is_counted_once(acme: str) -> None:
    for _ in range(2):
        UsageTrackingService().track_api_usage(acme, "openai", "gpt-4", tokens_input=5, event_id="req-1")
    assert BillingManager.check_limit(acme, "chat") == 9_999


def test_limits_are_told_and_enforced_before_a_call(acme: str) -> None:
    tracking = UsageTrackingService()
    assert tracking.check_usage_limits(acme, "openai", "gpt-4", 1_000).is_allowed
    BillingManager.log_usage(acme, "chat", units=10_000)
    BillingManager.charge(acme, AGENT, units=50)
    asked = tracking.check_usage_limits(acme, "openai", "gpt-4", 1_000)
    assert isinstance(asked.refusal, InsufficientFunds)
    assert asked.price == usd("0.036")
    with pytest.raises(InsufficientFunds):
        tracking.enforce_usage_limits(acme, "openai", "gpt-4", 1_000)
    tracking.enforce_usage_limits(acme, "openai", "gpt-4", 0)


def test_periods_before_the_first_can_be_asked_for_but_not_without_end(acme: str) -> None:
    for periods_back in (-1, 121):
        with pytest.raises(InvalidInput) as caught:
            UsageTrackingService().get_user_usage_stats(acme, periods_back=periods_back)
        assert caught.value.field == "periods_back"
    with pytest.raises(NotFound):
        UsageTrackingService().get_user_usage_stats("org_nobody")


def test_features_of_the_fifth_document_are_tracked_until_they_are_overage(acme: str) -> None:
    tracker = UsageTracker()
    receipt = tracker.record_usage(acme, "document_upload", 2, metadata={"name": "bill.pdf"}, event_id="1")
    assert receipt.included == 2
    assert tracker.record_usage(acme, "document_upload", 2, metadata={"name": "bill.pdf"}, event_id="1").is_duplicate
    uploads = next(left for left in tracker.check_limits(acme) if left.code == "document_uploads")
    assert (uploads.used, uploads.stops) == (2, False)
    assert tracker.calculate_overage(acme) == usd("0")
    tracker.record_usage(acme, "document_upload", (uploads.remaining or 0) + 1_000)
    assert tracker.calculate_overage(acme) == usd("190")
    assert tracker.generate_usage_report(acme).totals.units == (uploads.quantity or 0) + 1_000
    with pytest.raises(NotFound, match="mem_nobody"):
        UsageTracker(acme).record_usage("mem_nobody", "document_upload")


def test_credits_are_used_reserved_settled_and_released(acme: str) -> None:
    service = CreditService()

    async def work() -> None:
        assert (await service.use_credits(acme, AGENT, event_id="1", metadata={"item": 7})).credits == credits("2")
        with pytest.raises(EventConflict):
            await service.use_credits(acme, AGENT, event_id="1", metadata={"item": 8})
        hold = await service.reserve_credits(acme, AGENT, 10, lifetime=timedelta(minutes=1), event_id="2")
        assert (await service.get_balance(acme))["available"] == Decimal(78)
        assert (await service.settle_credits(hold, 3)).credits == credits("6")
        hold = await service.reserve_credits(acme, AGENT, 40)
        assert not await service.has_sufficient_credits(acme, AGENT, 40)
        await service.release_credits(hold)
        assert await service.has_sufficient_credits(acme, AGENT, 40)
        with pytest.raises(HoldResolved):
            await service.settle_credits(hold)
        assert await service.get_action_cost(acme, AGENT, 4) == credits("8")

    asyncio.run(work())
    assert asyncio.run(service.get_balance(acme)) == {
        "available": Decimal(92),
        "balance": Decimal(0),
        "reserved": Decimal(0),
        "currency": "USD",
    }


def test_what_only_the_process_of_billing_can_do_is_refused_elsewhere(acme: str) -> None:
    use(Elsewhere())
    with pytest.raises(NotAllowed, match="/api/v1/admin"):
        TeamBillingManager.get_team_members(acme)
    with pytest.raises(NotAllowed, match="billing_core init"):
        PricingService.initialize_default_pricing()


def test_loading_plans_and_prices_again_changes_nothing(acme: str) -> None:
    before = PricingService.get_plans()
    PricingService.initialize_default_pricing()
    PricingService.initialize_default_plans()
    assert PricingService.get_plans() == before
