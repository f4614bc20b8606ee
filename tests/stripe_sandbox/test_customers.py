"""Customers."""

import pytest
import stripe

from tests.stripe_sandbox.harness import Host


def test_a_customer_is_created_with_what_was_sent(host: Host) -> None:
    created = host.v1.customers.create(
        {
            "email": "mira@northwind.example",
            "name": "Mira <b>",
            "address": {"city": "Oslo", "country": "NO"},
            "shipping": {"name": "Mira", "address": {"line1": "Storgata 1"}},
            "preferred_locales": ["nb", "en"],
            "metadata": {"organization": "org_1"},
        }
    )
    customer = host.v1.customers.retrieve(created.id)
    assert customer.to_dict() == created.to_dict()
    assert customer.id.startswith("cus_")
    assert (customer.email, customer.name) == ("mira@northwind.example", "Mira <b>")
    assert customer.address is not None
    assert (customer.address.city, customer.address.postal_code) == ("Oslo", None)
    assert customer.metadata is not None
    assert customer.metadata["organization"] == "org_1"
    assert host.events() == ["customer.created"]


def test_fields_that_stripe_shows_only_when_expanded_are_absent(host: Host) -> None:
    customer = host.v1.customers.create({})
    assert "subscriptions" not in customer
    with pytest.raises(AttributeError):
        _ = customer.subscriptions


def test_an_update_changes_only_what_was_sent_and_tells_what_it_was(host: Host) -> None:
    customer = host.v1.customers.create({"name": "Mira", "phone": "1", "metadata": {"a": "1", "b": "2"}})
    updated = host.v1.customers.update(customer.id, {"name": "Mia", "metadata": {"a": "", "c": "3"}})
    assert (updated.name, updated.phone) == ("Mia", "1")
    assert updated.metadata is not None
    assert updated.metadata.to_dict() == {"b": "2", "c": "3"}
    event = host.v1.events.list({"type": "customer.updated"}).data[0]
    assert event.data.previous_attributes is not None
    assert event.data.previous_attributes.to_dict() == {"name": "Mira", "metadata": {"a": "1", "b": "2"}}


def test_an_update_that_changes_nothing_tells_nothing(host: Host) -> None:
    customer = host.v1.customers.create({"name": "Mira"})
    host.v1.customers.update(customer.id, {"name": "Mira"})
    assert host.events() == ["customer.created"]


def test_an_empty_text_unsets_a_field_and_an_empty_hash_all_metadata(host: Host) -> None:
    customer = host.v1.customers.create({"name": "Mira", "address": {"city": "Oslo"}, "metadata": {"a": "1"}})
    emptied = host.v1.customers.update(customer.id, {"name": "", "address": "", "metadata": ""})
    assert (emptied.name, emptied.address) == (None, None)
    assert emptied.metadata is not None
    assert emptied.metadata.to_dict() == {}


def test_customers_are_found_by_their_exact_email(host: Host) -> None:
    host.v1.customers.create({"email": "other@northwind.example"})
    mira = host.v1.customers.create({"email": "mira@northwind.example"})
    assert [found.id for found in host.v1.customers.list({"email": "mira@northwind.example"})] == [mira.id]


def test_an_address_that_is_no_email_is_refused(host: Host) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Invalid email address: nobody") as refused:
        host.v1.customers.create({"email": "nobody"})
    assert (refused.value.code, refused.value.param) == ("email_invalid", "email")


@pytest.mark.parametrize(
    ("metadata", "param"),
    [
        ({"k" * 41: "v"}, f"metadata[{'k' * 41}]"),
        ({"k": "v" * 501}, "metadata[k]"),
        ({f"k{i}": "v" for i in range(51)}, "metadata"),
    ],
)
def test_metadata_keeps_to_stripes_limits(host: Host, metadata: dict[str, str], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Metadata") as refused:
        host.v1.customers.create({"metadata": metadata})
    assert refused.value.param == param
    assert host.v1.customers.list().data == []
