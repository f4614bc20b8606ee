"""The face of usage tracking in the words of the fifth requirement document: features, limits, overage, reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billing_core.sdk.connection import backend
from billing_core.sdk.context import payer
from billing_core.sdk.usage_event import UsageDetails, told_event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from billing_core.domain.money import Money
    from billing_core.sdk.figures import AllowanceLeft, UsageStatistics
    from billing_core.services.charging.ports import Receipt


class UsageTracker:
    """Tracks what a user used of billable features, such as `ai_response` and `document_upload`.

    A `user_id` is a member of the organization given here or named by the `billing_context`. Without either the user
    is a customer alone, and it is the id of their organization.
    """

    def __init__(self, organization_id: str | None = None) -> None:
        self._organization_id = organization_id

    def record_usage(
        self,
        user_id: str,
        feature_type: str,
        usage_amount: int = 1,
        *,
        metadata: Mapping[str, Any] | None = None,
        event_id: str | None = None,
    ) -> Receipt:
        """Record use that has happened; beyond the allowance it is charged, and what nothing covers is overage."""
        organization_id, member = payer(user_id, self._organization_id)
        details = UsageDetails() if metadata is None else UsageDetails(properties=metadata)
        return backend().record(told_event(organization_id, feature_type, usage_amount, member, event_id, details))

    def check_limits(self, user_id: str) -> Sequence[AllowanceLeft]:
        """The allowances of the user's plan, and what is left of each in the period that runs."""
        return backend().allowances(payer(user_id, self._organization_id)[0])

    def calculate_overage(self, user_id: str) -> Money:
        """What was used beyond allowance, credits and balance, and is to be invoiced."""
        return backend().balance(payer(user_id, self._organization_id)[0]).money.owed

    def generate_usage_report(self, user_id: str, *, periods_back: int = 0) -> UsageStatistics:
        """What the user used in the billing period that runs, or so many before it: in all, by provider and feature."""
        organization_id, member = payer(user_id, self._organization_id)
        return backend().usage(organization_id, member=member, periods_back=periods_back)
