"""Purchases as their organization sees them."""

from collections.abc import Sequence

from billing_core.domain.errors import NotFound
from billing_core.domain.identity import Scope
from billing_core.services.purchases.ports import Purchase, PurchaseStore


def purchase_of_session(purchases: PurchaseStore, session_id: str, scope: Scope) -> Purchase:
    """The purchase whose checkout a customer returns from; NotFound when it is not of an organization in `scope`.

    Reading fulfils nothing: a `pending` one is paid as far as the customer is concerned, and its credits arrive with
    the webhook.
    """
    purchase = purchases.purchase_of_session(session_id)
    if purchase is None or not scope.allows(purchase.organization_id):
        raise NotFound(f"There is no checkout {session_id!r}.", field="session_id")
    return purchase


def list_purchases(
    purchases: PurchaseStore, organization_id: str, scope: Scope, *, count_max: int = 50
) -> Sequence[Purchase]:
    """The organization's purchases, the newest first; NotFound for an organization outside `scope`."""
    scope.narrowed(organization_id)
    return purchases.purchases(organization_id, count_max=count_max)
