"""Plans, prices, allowances and usage, read on a server."""

from collections.abc import Sequence

from billing_core.domain.errors import InvalidInput
from billing_core.domain.provider_prices import ProviderPrice
from billing_core.sdk.figures import AllowanceLeft, PlanOffer, UsageStatistics
from billing_core.sdk.remote.figure_calls import allowances_asked, plans_asked, prices_asked, usage_asked
from billing_core.sdk.remote.over_http import OverHttp


class RemoteFigures(OverHttp):
    """`Figures` over HTTP.

    Usage is what was recorded until a moment ago: seconds, as the console shows it. Response times are told of all of
    it, and not by provider and feature.
    """

    def plans(self) -> Sequence[PlanOffer]:
        return self._http.ask_all(plans_asked())

    def provider_prices(self, provider: str | None = None, model: str | None = None) -> Sequence[ProviderPrice]:
        _check(provider, model)
        return [price for prices in self._http.ask_all(prices_asked(provider, model)) for price in prices]

    def allowances(self, organization_id: str) -> Sequence[AllowanceLeft]:
        return self._http.ask(allowances_asked(organization_id))

    def usage(self, organization_id: str, *, member: str | None = None, periods_back: int = 0) -> UsageStatistics:
        return self._http.ask(usage_asked(organization_id, member, periods_back))

    async def plans_async(self) -> Sequence[PlanOffer]:
        return await self._http.ask_all_async(plans_asked())

    async def provider_prices_async(
        self, provider: str | None = None, model: str | None = None
    ) -> Sequence[ProviderPrice]:
        _check(provider, model)
        return [price for prices in await self._http.ask_all_async(prices_asked(provider, model)) for price in prices]

    async def allowances_async(self, organization_id: str) -> Sequence[AllowanceLeft]:
        return await self._http.ask_async(allowances_asked(organization_id))

    async def usage_async(
        self, organization_id: str, *, member: str | None = None, periods_back: int = 0
    ) -> UsageStatistics:
        return await self._http.ask_async(usage_asked(organization_id, member, periods_back))


def _check(provider: str | None, model: str | None) -> None:
    if model is not None and provider is None:
        raise InvalidInput(f"Model {model!r} was given without its provider.", field="provider")
