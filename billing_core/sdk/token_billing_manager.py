"""The face of token-based billing, in the words of the second requirement document: input, LLM and output tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from billing_core.sdk.billing_manager import BillingManager

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from billing_core.domain.money import Money
    from billing_core.services.charging.ports import Receipt

FEATURE = "completion"


class TokenDetails(TypedDict, total=False):
    """What may be told of a call beside its tokens, as of `BillingManager.charge`."""

    provider: str
    model: str
    department: str
    run: str
    latency_ms: int
    properties: Mapping[str, Any]
    cache_read_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int


class TokenBasedBillingManager:
    """Charges by the tokens that went in, that the model worked with, and that came out.

    A call is one unit of its feature besides. What each kind of token costs says the plan, by model where a model is
    named; counts are inclusive: cached tokens are input, reasoning tokens are output.
    """

    @classmethod
    def get_token_price(
        cls,
        organization_id: str,
        *,
        input_tokens: int = 0,
        llm_tokens: int = 0,
        output_tokens: int = 0,
        feature_name: str = FEATURE,
        model: str | None = None,
    ) -> Money:
        """What so many tokens cost beyond the allowance, under the organization's plan."""
        return BillingManager.get_price(
            organization_id,
            feature_name,
            model=model,
            input_tokens=input_tokens,
            llm_tokens=llm_tokens,
            output_tokens=output_tokens,
        )

    @classmethod
    def charge_tokens(
        cls,
        organization_id: str,
        user_id: str | None = None,
        *,
        input_tokens: int = 0,
        llm_tokens: int = 0,
        output_tokens: int = 0,
        feature_name: str = FEATURE,
        event_id: str | None = None,
        **details: Unpack[TokenDetails],
    ) -> Receipt:
        """Charge a call for its tokens before or as it happens; refused as `BillingManager.charge` refuses."""
        return BillingManager.charge(
            organization_id,
            feature_name,
            user_id=user_id,
            event_id=event_id,
            input_tokens=input_tokens,
            llm_tokens=llm_tokens,
            output_tokens=output_tokens,
            **details,
        )

    @classmethod
    async def charge_tokens_async(
        cls,
        organization_id: str,
        user_id: str | None = None,
        *,
        input_tokens: int = 0,
        llm_tokens: int = 0,
        output_tokens: int = 0,
        feature_name: str = FEATURE,
        event_id: str | None = None,
        **details: Unpack[TokenDetails],
    ) -> Receipt:
        return await BillingManager.charge_async(
            organization_id,
            feature_name,
            user_id=user_id,
            event_id=event_id,
            input_tokens=input_tokens,
            llm_tokens=llm_tokens,
            output_tokens=output_tokens,
            **details,
        )
