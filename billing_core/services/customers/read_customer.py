"""An organization as the payment provider knows it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from billing_core.domain.errors import NotFound
from billing_core.services.customers.ports import Customer, CustomerGateway, CustomerUnit, customer_kind


def read_customer(
    read: Callable[[], AbstractContextManager[CustomerUnit]], gateway: CustomerGateway, organization_id: str
) -> Customer:
    """The customer; NotFound as long as the provider has none, ProviderFailure when it does not answer."""
    with read() as uow:
        name = uow.organizations.organization(organization_id).name
        customer_id = uow.purchases.provider_id(customer_kind(gateway), organization_id)
    customer = None if customer_id is None else gateway.customer(customer_id)
    if customer is None:
        raise NotFound(f"Stripe has no customer for {name} yet; the first purchase makes one.", field="organization_id")
    return customer
