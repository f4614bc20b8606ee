"""Questions before a call that are answered by a server."""

from datetime import timedelta

from billing_core.domain.errors import FeatureNotIncluded
from billing_core.domain.money import Money
from billing_core.domain.usage import Quantities, UsageEvent
from billing_core.sdk.backend import AGE_MAX
from billing_core.sdk.remote.http import Http
from billing_core.sdk.remote.over_http import OverHttp
from billing_core.sdk.remote.question_calls import (
    PlanTold,
    any_use,
    entitlement_asked,
    limits_asked,
    plan_asked,
)
from billing_core.sdk.remote.recent import Recent
from billing_core.services.charging.entitlement import Entitlement


class RemoteQuestions(OverHttp):
    """`Questions` over HTTP: plan and allowances are read with a key that may read, entitlements with one that charges.

    An entitlement does not tell what the provider charges.
    """

    def __init__(self, url: str, api_key: str, *, http: Http | None = None) -> None:
        super().__init__(url, api_key, http=http)
        self._plans: Recent[PlanTold] = Recent()

    def check_access(self, organization_id: str, feature: str, max_age: timedelta = AGE_MAX) -> bool:
        if feature in self._plan(organization_id, max_age).prices:
            return True
        return _is_included(self.entitlement(any_use(organization_id, feature)))

    def price(
        self,
        organization_id: str,
        feature: str,
        quantities: Quantities,
        model: str | None = None,
        max_age: timedelta = AGE_MAX,
    ) -> Money:
        plan = self._plan(organization_id, max_age)
        if feature not in plan.prices:
            _check(self.entitlement(any_use(organization_id, feature)))
            plan = self._plan(organization_id, timedelta(0))
        return plan.price(feature, quantities, model)

    def remaining(self, organization_id: str, feature: str, max_age: timedelta = AGE_MAX) -> int | None:
        left = self._http.ask(limits_asked(organization_id))
        if feature not in left:
            _check(self.entitlement(any_use(organization_id, feature)))
        return left.get(feature)

    def entitlement(self, event: UsageEvent) -> Entitlement:
        return self._http.ask(entitlement_asked(event))

    async def check_access_async(self, organization_id: str, feature: str, max_age: timedelta = AGE_MAX) -> bool:
        if feature in (await self._plan_async(organization_id, max_age)).prices:
            return True
        return _is_included(await self.entitlement_async(any_use(organization_id, feature)))

    async def price_async(
        self,
        organization_id: str,
        feature: str,
        quantities: Quantities,
        model: str | None = None,
        max_age: timedelta = AGE_MAX,
    ) -> Money:
        plan = await self._plan_async(organization_id, max_age)
        if feature not in plan.prices:
            _check(await self.entitlement_async(any_use(organization_id, feature)))
            plan = await self._plan_async(organization_id, timedelta(0))
        return plan.price(feature, quantities, model)

    async def remaining_async(self, organization_id: str, feature: str, max_age: timedelta = AGE_MAX) -> int | None:
        left = await self._http.ask_async(limits_asked(organization_id))
        if feature not in left:
            _check(await self.entitlement_async(any_use(organization_id, feature)))
        return left.get(feature)

    async def entitlement_async(self, event: UsageEvent) -> Entitlement:
        return await self._http.ask_async(entitlement_asked(event))

    def _plan(self, organization_id: str, max_age: timedelta) -> PlanTold:
        asked = self._plans.now()
        known = self._plans.find(organization_id, max_age)
        return known or self._plans.keep(organization_id, asked, self._http.ask(plan_asked(organization_id)))

    async def _plan_async(self, organization_id: str, max_age: timedelta) -> PlanTold:
        asked = self._plans.now()
        known = self._plans.find(organization_id, max_age)
        return known or self._plans.keep(
            organization_id, asked, await self._http.ask_async(plan_asked(organization_id))
        )


def _is_included(entitlement: Entitlement) -> bool:
    return not isinstance(entitlement.refusal, FeatureNotIncluded)


def _check(entitlement: Entitlement) -> None:
    """Raise that the plan does not include a feature; one that it includes since a moment ago is found anew."""
    if isinstance(entitlement.refusal, FeatureNotIncluded):
        raise entitlement.refusal
