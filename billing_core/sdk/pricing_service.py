"""The face of prices, in the words of the third requirement document: what providers charge, and what is sold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billing_core.domain.errors import NotAllowed, NotFound
from billing_core.domain.usage import Quantities
from billing_core.sdk.connection import backend

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from billing_core.domain.money import Money
    from billing_core.domain.provider_prices import ProviderPrice
    from billing_core.sdk.figures import AllowanceLeft, PlanOffer


class PricingService:
    """Costs of provider calls and plans; prices are those in force now."""

    @classmethod
    def get_plans(cls) -> Sequence[PlanOffer]:
        """The plans that are sold, in the order they are shown."""
        return backend().plans()

    @classmethod
    def get_plan(cls, code: str) -> PlanOffer:
        """One plan that is sold; NotFound naming those there are."""
        plans = backend().plans()
        found = next((plan for plan in plans if plan.code == code), None)
        if found is None:
            codes = ", ".join(plan.code for plan in plans)
            raise NotFound(f"No plan {code!r} is sold; the plans are: {codes}.", field="code")
        return found

    @classmethod
    def get_provider_pricing(cls, provider: str | None = None, model: str | None = None) -> Sequence[ProviderPrice]:
        """What providers charge for a million tokens of each kind; of one provider, or of one model of it."""
        return backend().provider_prices(provider, model)

    @classmethod
    def calculate_api_cost(
        cls,
        provider: str,
        model: str,
        tokens_input: int = 0,
        tokens_output: int = 0,
        *,
        cache_read_tokens: int = 0,
        cache_write_tokens: int = 0,
        reasoning_tokens: int = 0,
        service_tier: str = "standard",
    ) -> Money | None:
        """What the provider charges for such a call; None when the model's price is not known, never zero.

        Counts are inclusive: cached tokens are input, reasoning tokens are output.
        """
        from billing_core.domain.provider_prices import PriceBook

        house = backend()
        used = Quantities(
            input_tokens=tokens_input,
            output_tokens=tokens_output,
            cache_read_tokens=cache_read_tokens,
            cache_write_tokens=cache_write_tokens,
            reasoning_tokens=reasoning_tokens,
        )
        return PriceBook(house.provider_prices(provider, model)).cost(used, house.clock.now(), service_tier)

    @classmethod
    def get_user_limits(cls, organization_id: str) -> Sequence[AllowanceLeft]:
        """The allowances of the organization's plan, and what is left of each in the period that runs."""
        return backend().allowances(organization_id)

    @classmethod
    def initialize_default_pricing(cls) -> None:
        """Load the provider prices of the catalogue and of the price list; doing it again changes nothing.

        In the process of billing only. To change a price, add a dated one to `data/catalog/provider_prices.yml`.
        """
        initialize_catalogue()

    @classmethod
    def initialize_default_plans(cls) -> None:
        """Load the plans of the catalogue; doing it again changes nothing.

        In the process of billing only. To change a plan, add a version to `data/catalog/plans.yml`.
        """
        initialize_catalogue()


def initialize_catalogue() -> None:
    """Bring tables, plans, features and prices up to date; NotAllowed on a connection to a server."""
    initialize: Callable[[], None] | None = getattr(backend(), "initialize", None)
    if initialize is None:
        raise NotAllowed("The catalogue is loaded where billing runs: python -m billing_core init.")
    initialize()
