"""Plans, prices, allowances and usage are the same in the process of billing and over HTTP."""

import asyncio
from dataclasses import replace

import pytest

from billing_core.bootstrap.application import application
from billing_core.domain.errors import InvalidInput, NotFound
from billing_core.domain.usage import Quantities
from billing_core.sdk import PricingService, disconnect
from billing_core.sdk.backend import Backend
from billing_core.sdk.in_process import InProcess
from tests.builders import an_event, credits, usd

AGENT = "CategorizationAgent"


def test_plans_and_allowances_are_the_same(house: Backend, acme: str) -> None:
    house.charge(an_event(acme, "chat", units=4))
    here = InProcess()
    assert house.plans() == asyncio.run(house.plans_async()) == here.plans()
    assert [plan.code for plan in house.plans()][:2] == ["free", "starter"]
    assert house.allowances(acme) == asyncio.run(house.allowances_async(acme)) == here.allowances(acme)
    assert next(left.used for left in house.allowances(acme) if "chat" in left.features) == 4
    with pytest.raises(NotFound):
        house.allowances("org_nobody")


@pytest.mark.parametrize("model", ["gpt-4", "gpt-4o-2024-08-06", "GPT-4", "gemini-2.5-pro", "no-such-model"])
def test_prices_of_providers_are_the_same(house: Backend, model: str) -> None:
    provider = "google" if model.startswith("gemini") else "openai"
    cost = PricingService.calculate_api_cost(provider, model, 300_000, 1_000, cache_read_tokens=10)
    found = house.provider_prices(provider, model)
    assert asyncio.run(house.provider_prices_async(provider, model)) == found
    there = InProcess().provider_prices(provider, model)
    assert [(price.key, price.per_mtok_text, price.source) for price in found] == [
        (price.key, price.per_mtok_text, price.source) for price in there
    ]
    assert (cost is None) is (model == "no-such-model")
    disconnect()
    assert PricingService.calculate_api_cost(provider, model, 300_000, 1_000, cache_read_tokens=10) == cost


def test_every_price_is_listed_on_as_many_pages_as_it_takes(house: Backend) -> None:
    listed = {(price.provider, price.model) for price in house.provider_prices("openai")}
    assert listed == {(price.provider, price.model) for price in InProcess().provider_prices("openai")}
    assert len(listed) > 20
    with pytest.raises(InvalidInput, match="without its provider"):
        house.provider_prices(model="gpt-4")


def test_usage_is_told_by_provider_and_feature(house: Backend, acme: str) -> None:
    used = Quantities(input_tokens=1_000, output_tokens=500, cache_read_tokens=10, reasoning_tokens=20)
    event = an_event(acme, "chat", provider="openai", model="gpt-4", latency_ms=800)
    house.record(replace(event, quantities=used))
    house.record(an_event(acme, AGENT, "2", units=3))
    house.record(an_event(acme, AGENT, "3", units=3, is_error=True))
    application().sync_warehouse()
    told, known = house.usage(acme), InProcess().usage(acme)
    assert told == asyncio.run(house.usage_async(acme))
    assert told.totals == known.totals
    assert (told.totals.calls, told.totals.errors, told.totals.units) == (3, 1, 7)
    assert (told.period, told.organization_id, told.member) == (known.period, acme, None)
    assert told.by_feature.keys() == {"chat", AGENT}
    assert told.by_provider.keys() == {"openai", None}
    assert told.by_feature[AGENT] == known.by_feature[AGENT]
    assert (told.by_provider["openai"].provider_cost("USD"), told.totals.credits) == (usd("0.06"), credits("6"))
    before = house.usage(acme, periods_back=1)
    assert (before.period.end, before.totals.calls) == (told.period.start, 0)


@pytest.mark.parametrize("periods_back", [-1, 121])
def test_periods_that_cannot_be_asked_for_are_named(house: Backend, acme: str, periods_back: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        house.usage(acme, periods_back=periods_back)
    assert caught.value.field == "periods_back"


def test_usage_of_who_is_not_there_is_not_found(house: Backend) -> None:
    with pytest.raises(NotFound):
        house.usage("org_nobody")
