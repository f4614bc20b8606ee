"""What actions cost: told before they are used, and the same as is taken then."""

import pytest

from billing_core.domain.money import CREDITS, Money
from billing_core.domain.organizations import ApiScope
from tests.api.conftest import Api
from tests.product import Product

COSTS = "/api/credits/costs"


def costs(api: Api) -> dict[str, dict[str, object]]:
    return {item["action"]: item for item in api.get(COSTS).json()["data"]}


def test_an_action_is_priced_as_data_and_in_words(api: Api) -> None:
    found = costs(api)["generate_content"]
    assert str(found["words"]).startswith("10 credits / ")
    assert found["price"] == {"kind": "per_unit", "currency": "CREDITS", "amount": "10.00", "per_units": 1}
    assert (found["each"], found["beyond"], found["allowance"]) == (
        {"amount": "10.00", "currency": "CREDITS"},
        "credits",
        None,
    )


@pytest.mark.parametrize("action", ["generate_content", "content_agent", "ai_response", "document_upload"])
def test_each_is_what_a_use_takes_beyond_the_allowance(api: Api, product: Product, action: str) -> None:
    owner = product.organization("Contoso Labs", "starter", credits="9000")
    api.as_(api.key(owner))
    each = costs(api)[action]["each"]
    used = api.post("/api/credits/use", json={"action": action, "units": 600}).json()
    paid = 600 - used["taken"]["allowance"]
    assert isinstance(each, dict)
    expected = Money(Money.parse(each["amount"], CREDITS).nanos * paid, CREDITS)
    assert used["taken"]["credits"]["amount"] == expected.decimal_text


def test_what_depends_on_tokens_or_is_not_sold_has_no_single_cost(api: Api) -> None:
    found = costs(api)
    assert (found["chat"]["each"], found["chat"]["allowance"]) == (None, "calls")
    assert (found["ai_response"]["each"], found["ai_response"]["price"], found["ai_response"]["beyond"]) == (
        None,
        None,
        "stop",
    )


def test_a_big_unit_is_priced_as_it_is_shown(api: Api, product: Product) -> None:
    api.as_(api.key(product.organization("Contoso Labs", "starter")))
    storage = costs(api)["storage"]
    assert (storage["unit"], storage["each"]) == ("GB", {"amount": "5.00", "currency": "CREDITS"})


def test_costs_are_not_sent_again_until_they_change(api: Api) -> None:
    first = api.get(COSTS)
    again = api.get(COSTS, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_key_that_may_only_charge_does_not_see_costs(api: Api, northwind: str) -> None:
    assert api.as_(api.key(northwind, ApiScope.CHARGE)).get(COSTS).status_code == 403
