"""The organization at the embedded Stripe, over HTTP: made once, changed, and nobody else's."""

from collections.abc import Iterator

import pytest

from billing_core.adapters.database.schema.identity import audit_record
from billing_core.domain.organizations import ApiScope
from tests.api.conftest import Api
from tests.api.embedded_stripe import EmbeddedStripe, without_stripe
from tests.product import Product

CUSTOMER = "/api/billing/customer"


@pytest.fixture
def embedded(product: Product, api: Api) -> Iterator[EmbeddedStripe]:
    embedded = EmbeddedStripe(product)
    yield embedded
    assert embedded.stop() == []


def test_there_is_no_customer_until_one_is_saved(api: Api, embedded: EmbeddedStripe) -> None:
    assert (api.get(CUSTOMER).status_code, api.get(CUSTOMER).json()["code"]) == (404, "not_found")
    made = api.post(CUSTOMER, json={})
    assert (made.status_code, made.json()["name"], made.json()["account"]) == (200, "Northwind AI", "sandbox")
    assert api.get(CUSTOMER).json() == made.json()


def test_name_and_address_are_changed_at_stripe(api: Api, embedded: EmbeddedStripe) -> None:
    made = api.post(CUSTOMER, json={"name": "Northwind Ltd", "email": "Billing@Northwind.example "}).json()
    assert (made["name"], made["email"]) == ("Northwind Ltd", "billing@northwind.example")
    changed = api.post(CUSTOMER, json={"email": "money@northwind.example"}).json()
    assert changed == made | {"email": "money@northwind.example"}
    known = embedded.client.v1.customers.list().data
    assert [(customer.id, customer.name, customer.email) for customer in known] == [
        (made["stripe_customer_id"], "Northwind Ltd", "money@northwind.example")
    ]


def test_a_purchase_and_a_saved_customer_are_the_same(api: Api, embedded: EmbeddedStripe) -> None:
    bought = api.post("/api/billing/purchase-credits", json={"package_id": "small"}).json()
    session = embedded.client.v1.checkout.sessions.retrieve(bought["stripe_checkout_session_id"])
    assert api.get(CUSTOMER).json()["stripe_customer_id"] == session.customer


def test_a_customer_deleted_at_stripe_is_made_anew(
    api: Api, product: Product, northwind: str, embedded: EmbeddedStripe
) -> None:
    with product.write() as uow:
        uow.purchases.set_provider_id("customer:sandbox", northwind, "cus_gone", product.clock.now())
    assert api.get(CUSTOMER).status_code == 404
    made = api.post(CUSTOMER, json={}).json()
    assert (made["stripe_customer_id"] != "cus_gone", api.get(CUSTOMER).json()) == (True, made)


def test_only_changes_are_audited(api: Api, product: Product, embedded: EmbeddedStripe) -> None:
    for _ in range(2):
        api.post(CUSTOMER, json={"email": "money@northwind.example"})
    with product.database.read() as connection:
        actions = connection.execute(audit_record.select()).all()
    assert [row.after["email"] for row in actions if row.action == "customer.changed"] == ["money@northwind.example"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"email": "nobody"}, "email"), ({"name": ""}, "name"), ({"name": "a\nb"}, "name"), ({"phone": "1"}, "phone")],
)
def test_what_is_no_name_or_address_is_refused(api: Api, sent: dict[str, str], field: str) -> None:
    answer = api.post(CUSTOMER, json=sent)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_only_who_may_buy_sees_and_saves_the_customer(api: Api, product: Product, northwind: str) -> None:
    api.as_(api.key(northwind, ApiScope.READ, ApiScope.CHARGE))
    assert (api.get(CUSTOMER).status_code, api.post(CUSTOMER, json={}).status_code) == (403, 403)
    other = product.organization("Contoso Labs")
    assert api.as_(api.key(northwind)).get(CUSTOMER, params={"organization_id": other}).status_code == 404


def test_without_stripe_the_answer_says_so(api: Api, product: Product) -> None:
    without_stripe(product)
    answer = api.post(CUSTOMER, json={})
    assert (answer.status_code, answer.json()["code"]) == (502, "provider_failure")
