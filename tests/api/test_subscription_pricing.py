"""What providers charge for models, as everybody may read it."""

from typing import Any

import pytest

from billing_core.services.catalog.override_provider_price import override_provider_price
from tests.api.conftest import Api
from tests.builders import usd
from tests.product import SYSTEM, Product

PRICING = "/api/subscription/pricing"


def prices_of(api: Api, provider: str, model: str) -> dict[tuple[str, str], dict[str, Any]]:
    answer = api.get(PRICING, params={"provider": provider, "model": model}).json()
    (found,) = answer["data"]
    assert answer["next_cursor"] is None
    return {(item["service_tier"], item["token_kind"]): item for item in found["prices"]}


@pytest.mark.parametrize(
    ("provider", "model", "input_", "output"),
    [
        ("openai", "gpt-4", "0.00003", "0.00006"),
        ("openai", "gpt-3.5-turbo", "0.0000015", "0.000002"),
        ("google", "gemini-pro", "0.0000005", "0.0000015"),
        ("anthropic", "claude-3", "0.000008", "0.000024"),
        ("mistral", "mistral-7b", "0.0000002", "0.0000006"),
    ],
)
def test_everybody_may_read_the_prices_of_the_document(
    api: Api, provider: str, model: str, input_: str, output: str
) -> None:
    prices = prices_of(api.as_(None), provider, model)
    assert prices["standard", "input"]["per_token"] == input_
    assert prices["standard", "output"]["per_token"] == output


def test_a_price_is_exact_by_the_million_and_by_the_token(api: Api) -> None:
    price = prices_of(api, "openai", "gpt-4")["standard", "input"]
    assert price == {
        "token_kind": "input",
        "service_tier": "standard",
        "input_tokens_over": 0,
        "per_million_tokens": "30.00",
        "per_token": "0.00003",
        "effective_from": "2023-01-01T00:00:00Z",
        "effective_until": None,
        "source": "catalogue",
        "source_version": "2023-01-01",
    }


def test_a_model_is_found_by_the_name_that_calls_report_but_not_by_a_price_that_was_agreed(
    api: Api, product: Product
) -> None:
    (found,) = api.get(PRICING, params={"provider": "openai", "model": "GPT-4"}).json()["data"]
    assert found["model"] == "gpt-4"
    with product.write() as uow:
        override_provider_price(
            uow,
            provider="openai",
            model="gpt-4-agreed",
            rates={"input": usd("1")},
            effective_from=product.clock.now(),
            reason="Contract",
            actor=SYSTEM,
            now=product.clock.now(),
        )
    for model in ("gpt-4-agreed", "no-such-model"):
        assert api.get(PRICING, params={"provider": "openai", "model": model}).json()["data"] == []


def test_every_model_is_on_one_page_and_in_order(api: Api, product: Product) -> None:
    seen: list[tuple[str, str]] = []
    query: dict[str, Any] = {"limit": 200}
    while True:
        answer = api.get(PRICING, params=query).json()
        seen += [(item["provider"], item["model"]) for item in answer["data"]]
        if answer["next_cursor"] is None:
            break
        query["cursor"] = answer["next_cursor"]
    with product.read() as uow:
        assert seen == list(uow.catalog.known_models())
    assert len(seen) > 200


def test_models_of_one_provider_can_be_asked_for(api: Api) -> None:
    found = api.get(PRICING, params={"provider": "mistral"}).json()["data"]
    assert {item["provider"] for item in found} == {"mistral"}
    assert api.get(PRICING, params={"provider": "nobody"}).json() == {"data": [], "next_cursor": None}


def agreed(product: Product) -> None:
    with product.write() as uow:
        override_provider_price(
            uow,
            provider="openai",
            model="gpt-4",
            rates={"input": usd("21"), "output": usd("42")},
            effective_from=product.clock.now(),
            reason="Agreed",
            actor=SYSTEM,
            now=product.clock.now(),
        )


def test_what_was_agreed_with_a_provider_is_told_to_operators_alone(api: Api, product: Product, northwind: str) -> None:
    agreed(product)
    product.clock.advance(seconds=1)
    of_customer = prices_of(api, "openai", "gpt-4")["standard", "input"]["per_million_tokens"]
    of_visitor = prices_of(api.as_(None), "openai", "gpt-4")["standard", "input"]["per_million_tokens"]
    of_operator = prices_of(api.as_(api.key(None)), "openai", "gpt-4")["standard", "input"]["per_million_tokens"]
    assert (of_customer, of_visitor, of_operator) == ("30.00", "30.00", "21.00")


def test_prices_that_have_not_changed_are_not_sent_again(api: Api, product: Product) -> None:
    api.as_(api.key(None))
    query = {"provider": "openai", "model": "gpt-4"}
    etag = api.get(PRICING, params=query).headers["etag"]
    assert api.get(PRICING, params=query, headers={"If-None-Match": etag}).status_code == 304
    agreed(product)
    product.clock.advance(seconds=1)
    assert api.get(PRICING, params=query, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"cursor": "!"}, "cursor"),
        ({"cursor": "WyJhIl0"}, "cursor"),
        ({"model": "\n"}, "model"),
    ],
    ids=str,
)
def test_a_question_that_cannot_be_is_named(api: Api, query: dict[str, str], field: str) -> None:
    answer = api.as_(None).get(PRICING, params=query)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
