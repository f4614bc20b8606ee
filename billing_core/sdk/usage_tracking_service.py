"""The face of usage tracking, in the words of the third requirement document: API calls, limits, statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from billing_core.domain.usage import Quantities, UsageEvent
from billing_core.sdk.connection import backend
from billing_core.sdk.context import payer
from billing_core.sdk.usage_event import SOURCE, new_event_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billing_core.sdk.figures import UsageStatistics
    from billing_core.services.charging.entitlement import Entitlement
    from billing_core.services.charging.ports import Receipt

FEATURE = "chat"
FIRST_ERROR_STATUS = 400
PERIODS = 6


class ApiCall(TypedDict, total=False):
    """What may be told of a call: inclusive token counts, where it went, how long it took, and how it ended."""

    tokens_input: int
    tokens_output: int
    endpoint: str
    method: str
    status_code: int
    response_time_ms: int
    event_id: str


_FACTS = ("endpoint", "method", "status_code")


class UsageTrackingService:
    """Records calls of AI providers, says whether another may run, and what was used.

    A `user_id` is a member of the organization given here or named by the `billing_context`. Without either the user
    is a customer alone, and it is the id of their organization.
    """

    def __init__(self, organization_id: str | None = None, *, feature: str = FEATURE) -> None:
        self._organization_id = organization_id
        self._feature = feature

    def track_api_usage(self, user_id: str, provider: str, model: str, **call: Unpack[ApiCall]) -> Receipt:
        """Record a call that has happened; never refused for lack of funds.

        A status of 400 or more is an error: it costs the customer nothing, and counts in the error rate.
        """
        return backend().record(self._call(user_id, provider, model, call))

    async def track_api_usage_async(self, user_id: str, provider: str, model: str, **call: Unpack[ApiCall]) -> Receipt:
        return await backend().record_async(self._call(user_id, provider, model, call))

    def check_usage_limits(
        self, user_id: str, provider: str, model: str, tokens_input: int = 0, tokens_output: int = 0
    ) -> Entitlement:
        """Whether such a call would be admitted now, what it would cost, and what stands in its way."""
        used = Quantities(input_tokens=tokens_input, output_tokens=tokens_output)
        return backend().entitlement(self._event(user_id, used, provider, model, event_id=new_event_id()))

    def enforce_usage_limits(
        self, user_id: str, provider: str, model: str, tokens_input: int = 0, tokens_output: int = 0
    ) -> None:
        """Raise what stands in the way of such a call: LimitReached and its kinds, each with the numbers."""
        refusal = self.check_usage_limits(user_id, provider, model, tokens_input, tokens_output).refusal
        if refusal is not None:
            raise refusal

    def get_user_usage_stats(self, user_id: str, *, periods_back: int = 0) -> UsageStatistics:
        """What the user used in the billing period that runs, or so many before it: in all, by provider and feature."""
        organization_id, member = payer(user_id, self._organization_id)
        return backend().usage(organization_id, member=member, periods_back=periods_back)

    def get_usage_trends(self, user_id: str, periods: int = PERIODS) -> Sequence[UsageStatistics]:
        """What the user used in each of the last billing periods, the earliest first; the one that runs is the last."""
        return [self.get_user_usage_stats(user_id, periods_back=back) for back in reversed(range(periods))]

    def _call(self, user_id: str, provider: str, model: str, call: ApiCall) -> UsageEvent:
        facts = {name: fact for name, fact in call.items() if name in _FACTS}
        return self._event(
            user_id,
            Quantities(input_tokens=call.get("tokens_input", 0), output_tokens=call.get("tokens_output", 0)),
            provider,
            model,
            event_id=call.get("event_id") or new_event_id(),
            latency_ms=call.get("response_time_ms"),
            is_error=call.get("status_code", 0) >= FIRST_ERROR_STATUS,
            properties=facts or None,
        )

    def _event(
        self, user_id: str, used: Quantities, provider: str, model: str, *, event_id: str, **details: Any
    ) -> UsageEvent:
        organization_id, member = payer(user_id, self._organization_id)
        return UsageEvent(
            organization_id=organization_id,
            feature=self._feature,
            source=SOURCE,
            event_id=event_id,
            quantities=used,
            provider=provider,
            model=model,
            member=member,
            **details,
        )
