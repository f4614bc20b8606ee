"""Plans, prices, allowances and usage, read in this process."""

import asyncio
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from billing_core.bootstrap import application
from billing_core.domain.errors import InvalidInput
from billing_core.domain.periods import Period
from billing_core.domain.provider_prices import ProviderPrice
from billing_core.sdk.figures import AllowanceLeft, PlanOffer, UsageStatistics
from billing_core.services.limits.ports import Limit
from billing_core.services.limits.read_limits import read_limits
from billing_core.services.plans.current_subscription import current_subscription
from billing_core.services.plans.offered_plans import Offer, offered_plans
from billing_core.services.plans.past_period import past_period
from billing_core.services.reporting.measures import Measures
from billing_core.services.reporting.ports import UsageReports
from billing_core.services.reporting.steady_answer import steady_answer, version_of
from billing_core.services.reporting.usage_filter import Dimension, UsageFilter


class FiguresInProcess:
    """`Figures` on the application of this process."""

    def plans(self) -> Sequence[PlanOffer]:
        house = application()
        with house.read() as uow:
            return [_plan_offer(offer) for offer in offered_plans(uow, house.clock.now())]

    def provider_prices(self, provider: str | None = None, model: str | None = None) -> Sequence[ProviderPrice]:
        if model is not None and provider is None:
            raise InvalidInput(f"Model {model!r} was given without its provider.", field="provider")
        house = application()
        with house.read() as uow:
            pairs = [(provider, model)] if provider and model else uow.catalog.known_models()
            wanted = [pair for pair in pairs if provider is None or pair[0] == provider]
            books = uow.catalog.price_books(wanted)
        now = house.clock.now()
        return [price for pair in wanted if (book := books[pair]) is not None for price in book.in_force(now)]

    def allowances(self, organization_id: str) -> Sequence[AllowanceLeft]:
        house = application()
        with house.read(organization_id) as uow:
            uow.organizations.organization(organization_id)
            limits = read_limits(uow.limits, frozenset({organization_id}), house.clock.now())
        return [_left(limit) for limit in limits]

    def usage(self, organization_id: str, *, member: str | None = None, periods_back: int = 0) -> UsageStatistics:
        house = application()
        period, zone = _period(organization_id, periods_back)
        if house.has_unsynced_events():
            house.sync_warehouse()
        chosen = UsageFilter(
            organization_ids=frozenset({organization_id}),
            period=period,
            zone=zone,
            member=None if member is None else frozenset({member}),
        )
        return steady_answer(
            house.reports,
            version_of(house.reports.freshness()),
            lambda reports: UsageStatistics(
                organization_id=organization_id,
                member=member,
                period=period,
                totals=reports.totals(chosen),
                by_provider=_by(reports, chosen, "provider"),
                by_feature=_by(reports, chosen, "feature"),
            ),
        )

    async def plans_async(self) -> Sequence[PlanOffer]:
        return await asyncio.to_thread(self.plans)

    async def provider_prices_async(
        self, provider: str | None = None, model: str | None = None
    ) -> Sequence[ProviderPrice]:
        return await asyncio.to_thread(self.provider_prices, provider, model)

    async def allowances_async(self, organization_id: str) -> Sequence[AllowanceLeft]:
        return await asyncio.to_thread(self.allowances, organization_id)

    async def usage_async(
        self, organization_id: str, *, member: str | None = None, periods_back: int = 0
    ) -> UsageStatistics:
        return await asyncio.to_thread(self.usage, organization_id, member=member, periods_back=periods_back)


def _period(organization_id: str, periods_back: int) -> tuple[Period, ZoneInfo]:
    """The billing period that runs, or one before it, and the zone its days are of."""
    house = application()
    now = house.clock.now()
    with house.read(organization_id) as uow:
        zone = uow.organizations.organization(organization_id).time_zone
        subscription = current_subscription(uow, organization_id, now)
    return past_period(subscription, now, zone, periods_back), zone


def _by(reports: UsageReports, chosen: UsageFilter, dimension: Dimension) -> Mapping[str | None, Measures]:
    return {row.key: row.measures for row in reports.breakdown(chosen, dimension)}


def _plan_offer(offer: Offer) -> PlanOffer:
    plan, terms = offer.plan, offer.version.terms
    return PlanOffer(
        code=plan.code,
        name=plan.name,
        description=plan.description,
        price_month=terms.price_month,
        price_year=terms.price_year,
        credits_per_month=terms.credits_per_month,
        seats_included=terms.seats_included,
        seats_max=terms.seats_max,
        trial_days=terms.trial_days,
        allowances={code: allowance.quantity for code, allowance in terms.allowances.items()},
        features=tuple(terms.features),
    )


def _left(limit: Limit) -> AllowanceLeft:
    return AllowanceLeft(
        code=limit.code,
        name=limit.allowance.name,
        measure=limit.allowance.measure,
        features=limit.features,
        quantity=limit.allowance.quantity,
        used=limit.used,
        remaining=limit.remaining,
        stops=limit.stops,
        period=limit.period,
    )
