"""Make an organization known to the payment provider, or change what the provider knows of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from billing_core.domain.clock import Clock
from billing_core.domain.identity import Actor, checked_email, checked_name
from billing_core.services.audit.ports import Facts
from billing_core.services.audit.record_change import record_change
from billing_core.services.customers.ports import Customer, CustomerGateway, CustomerUnit, customer_kind


def save_customer(
    write: Callable[[], AbstractContextManager[CustomerUnit]],
    gateway: CustomerGateway,
    *,
    organization_id: str,
    name: str | None,
    email: str | None,
    operation: str,
    actor: Actor,
    clock: Clock,
) -> Customer:
    """The customer with this name and e-mail address; what is None stays, and is the organization's name at first.

    Safe to repeat. NotFound for an unknown organization, InvalidInput names the field, ProviderFailure when the
    provider does not answer.
    """
    name = None if name is None else checked_name(name)
    email = None if email is None else checked_email(email)
    kind = customer_kind(gateway)
    with write() as uow:
        organization = uow.organizations.organization(organization_id)
        known_id = uow.purchases.provider_id(kind, organization_id)
    customer_id = gateway.ensure_customer(organization, known_id)
    if customer_id != known_id:
        with write() as uow:
            uow.purchases.set_provider_id(kind, organization_id, customer_id, clock.now())
    before = gateway.customer(customer_id)
    if before is not None and (name in (None, before.name)) and (email in (None, before.email)):
        return before
    after = gateway.update_customer(customer_id, name=name, email=email, operation=operation)
    with write() as uow:
        record_change(
            uow,
            actor,
            "customer.changed",
            ("organization", organization_id),
            now=clock.now(),
            organization_id=organization_id,
            before=None if before is None else _facts(before),
            after=_facts(after),
        )
    return after


def _facts(customer: Customer) -> Facts:
    return {"stripe_customer": customer.id, "name": customer.name, "email": customer.email}
