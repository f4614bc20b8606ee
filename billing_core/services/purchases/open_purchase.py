"""Write down what is bought and by whom, before the payment provider hears of it."""

from datetime import datetime

from billing_core.domain.errors import Conflict, InvalidInput
from billing_core.domain.identity import Actor
from billing_core.services.audit.record_change import record_change
from billing_core.services.purchases.ports import Purchase, PurchaseStatus, PurchaseUnit


def open_purchase(
    uow: PurchaseUnit,
    purchase_id: str,
    organization_id: str,
    package_code: str,
    requested_by: Actor,
    now: datetime,
    *,
    payment_method_id: str | None = None,
) -> Purchase:
    """The row of a purchase, made unless it is there; NotFound, Conflict for an id that bought something else."""
    organization = uow.organizations.organization(organization_id)
    known = uow.purchases.purchase(purchase_id)
    package = uow.catalog.package_on_sale(package_code, known.created_at if known else now)
    if known:
        first = (known.organization_id, known.package_id, known.payment_method_id)
        if first != (organization_id, package.id, payment_method_id):
            raise Conflict(f"{purchase_id!r} is the key of another purchase; begin a new one.", field="purchase_id")
        return known
    if package.price.currency != organization.currency:
        raise InvalidInput(
            f"{package.name} is sold in {package.price.currency}; {organization.name} pays in {organization.currency}.",
            field="package_code",
        )
    purchase = Purchase(
        id=purchase_id,
        organization_id=organization_id,
        package_id=package.id,
        package_name=package.name,
        status=PurchaseStatus.PENDING,
        credits=package.credits,
        price=package.price.rounded(),
        valid_months=package.valid_months,
        requested_by=requested_by.id,
        created_at=now,
        payment_method_id=payment_method_id,
    )
    uow.purchases.add_purchase(purchase)
    record_change(
        uow,
        requested_by,
        "purchase.started",
        ("credit_purchase", purchase_id),
        now=now,
        organization_id=organization_id,
        after={"package": package.code, "credits": str(purchase.credits), "price": str(purchase.price)},
    )
    return purchase
