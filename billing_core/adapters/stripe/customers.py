"""Customers at Stripe."""

from typing import TYPE_CHECKING

import stripe

from billing_core.adapters.stripe.failures import asking_stripe
from billing_core.domain.organizations import Organization
from billing_core.services.customers.ports import Customer

if TYPE_CHECKING:
    from stripe.params import CustomerCreateParams, CustomerUpdateParams


def ensure_customer(client: stripe.StripeClient, organization: Organization, known_id: str | None) -> str:
    """Stripe's id of the organization: `known_id`, unless the customer was deleted there."""
    if known_id and find_customer(client, known_id):
        return known_id
    params: CustomerCreateParams = {"name": organization.name, "metadata": {"organization_id": organization.id}}
    key = f"customer-{organization.id}" + (f"-after-{known_id}" if known_id else "")
    with asking_stripe("making the customer"):
        return client.v1.customers.create(params, {"idempotency_key": key}).id


def find_customer(client: stripe.StripeClient, customer_id: str) -> Customer | None:
    """The customer; None when Stripe does not know it, or it was deleted."""
    with asking_stripe("reading the customer"):
        try:
            found = client.v1.customers.retrieve(customer_id)
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":
                return None
            raise
    return None if "deleted" in found else _customer(found)


def update_customer(
    client: stripe.StripeClient, customer_id: str, *, name: str | None, email: str | None, operation: str
) -> Customer:
    """The customer with what is not None changed, under the operation as idempotency key."""
    params: CustomerUpdateParams = {}
    if name is not None:
        params["name"] = name
    if email is not None:
        params["email"] = email
    with asking_stripe("changing the customer"):
        return _customer(client.v1.customers.update(customer_id, params, {"idempotency_key": operation}))


def _customer(found: stripe.Customer) -> Customer:
    return Customer(found.id, found.name or None, found.email)
