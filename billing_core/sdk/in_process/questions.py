"""Questions before a call, answered from books read a moment ago; whether one may run, from the database."""

import asyncio
from datetime import timedelta

from billing_core.bootstrap import application
from billing_core.domain.books import Books
from billing_core.domain.errors import FeatureNotIncluded
from billing_core.domain.money import Money
from billing_core.domain.plans import FeatureTerms, PlanVersion
from billing_core.domain.prices import Use, price_of
from billing_core.domain.usage import Quantities, UsageEvent
from billing_core.sdk.backend import AGE_MAX
from billing_core.services.charging.entitlement import Entitlement, read_entitlement


class QuestionsInProcess:
    """`Questions` on the application of this process."""

    def check_access(self, organization_id: str, feature: str, max_age: timedelta = AGE_MAX) -> bool:
        try:
            _terms(_books(organization_id, max_age), feature)
        except FeatureNotIncluded:
            return False
        return True

    def price(
        self,
        organization_id: str,
        feature: str,
        quantities: Quantities,
        model: str | None = None,
        max_age: timedelta = AGE_MAX,
    ) -> Money:
        version, terms = _terms(_books(organization_id, max_age), feature)
        if terms.price is None:
            return Money.zero(version.terms.currency)
        return price_of(terms.price, Use(quantities, model))

    def remaining(self, organization_id: str, feature: str, max_age: timedelta = AGE_MAX) -> int | None:
        books = _books(organization_id, max_age)
        version, terms = _terms(books, feature)
        allowance = version.terms.allowances[terms.allowance] if terms.allowance else None
        if allowance is None or allowance.quantity is None:
            return None
        now = application().clock.now()
        period = books.period_at(books.subscription_at(now), now)
        return max(allowance.quantity - books.counters.get((terms.allowance or "", period.start), 0), 0)

    def entitlement(self, event: UsageEvent) -> Entitlement:
        house = application()
        house.admission.give_back(event.organization_id)
        with house.read(event.organization_id) as uow:
            return read_entitlement(uow, event, house.clock)

    async def check_access_async(self, organization_id: str, feature: str, max_age: timedelta = AGE_MAX) -> bool:
        return await asyncio.to_thread(self.check_access, organization_id, feature, max_age)

    async def price_async(
        self,
        organization_id: str,
        feature: str,
        quantities: Quantities,
        model: str | None = None,
        max_age: timedelta = AGE_MAX,
    ) -> Money:
        return await asyncio.to_thread(self.price, organization_id, feature, quantities, model, max_age)

    async def remaining_async(self, organization_id: str, feature: str, max_age: timedelta = AGE_MAX) -> int | None:
        return await asyncio.to_thread(self.remaining, organization_id, feature, max_age)

    async def entitlement_async(self, event: UsageEvent) -> Entitlement:
        return await asyncio.to_thread(self.entitlement, event)


def _books(organization_id: str, max_age: timedelta) -> Books:
    return application().looks.books(organization_id, max_age)


def _terms(books: Books, feature: str) -> tuple[PlanVersion, FeatureTerms]:
    house = application()
    version = books.subscription_at(house.clock.now()).plan_version
    try:
        return version, version.terms.feature(feature)
    except FeatureNotIncluded:
        house.looks.check_feature(feature)
        raise
