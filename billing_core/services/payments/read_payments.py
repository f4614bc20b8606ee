"""The payments of an organization, the newest first."""

from collections.abc import Sequence

from billing_core.domain.errors import InvalidInput
from billing_core.services.payments.ports import Payment, PaymentFilter, PaymentUnit, Place


def read_payments(
    uow: PaymentUnit, organization_id: str, chosen: PaymentFilter, *, after: Place | None, count_max: int
) -> Sequence[Payment]:
    """At most so many of the chosen payments behind a place.

    NotFound for an unknown organization, InvalidInput when the time ends before it begins.
    """
    uow.organizations.organization(organization_id)
    begins, ends = chosen.created_from, chosen.created_until
    if begins is not None and ends is not None and ends <= begins:
        raise InvalidInput("The end is not after the beginning; give a later `to`.", field="to")
    return uow.payments.payments(organization_id, chosen, after, count_max)
