"""Plans, who is on them, what providers charge beside them, and what a draft would have meant for last month."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from billing_core.bootstrap import application
from billing_core.domain.catalog import Feature
from billing_core.domain.money import Money
from billing_core.domain.periods import calendar_month
from billing_core.domain.plans import PlanTerms, PlanVersion
from billing_core.domain.prices import ANY_MODEL
from billing_core.domain.provider_prices import PriceBook
from billing_core.domain.usage import Quantities
from billing_core.services.plans.list_plans import PlanOverview, list_plans
from billing_core.services.plans.preview_effect import Effect, effect_of
from billing_core.services.plans.usage_statement import UsageTotals
from billing_core.services.reporting.answers import FeatureUsage
from billing_core.services.reporting.usage_filter import UsageFilter

# The makers whose price a model is compared with; who else sells it charges other prices.
MAKERS = ("openai", "anthropic", "google", "mistral")
_USAGE_TTL_SECONDS = 600
_PRICES_TTL_SECONDS = 60
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class PlanAnswers:
    """All plans, the features they grant by code, and how many organizations hold each version by its id.

    `held` are the versions of the organizations asked about, by plan code.
    """

    plans: Sequence[PlanOverview]
    features: Mapping[str, Feature]
    holders: Mapping[str, int]
    held: Mapping[str, PlanVersion]
    asked_at: datetime

    def is_shown(self, item: PlanOverview, *, is_staff: bool) -> bool:
        """Whether a viewer may see a plan: what is sold and what is theirs; staff see whatever was published."""
        return item.live is not None and (is_staff or item.plan.is_active or item.plan.code in self.held)

    def plan(self, code: str) -> PlanOverview | None:
        return next((item for item in self.plans if item.plan.code == code), None)


@dataclass(frozen=True, slots=True)
class ProviderRates:
    """What the maker of a model charges per million tokens; None where it is not known."""

    input: Money | None
    output: Money | None


def plans_of(organization_ids: frozenset[str] | None) -> PlanAnswers:
    """The plans as they are now; `organization_ids` are those whose own plans are marked, None marks none.

    Not remembered: a draft that is being edited is read again with every change.
    """
    house = application()
    now = house.clock.now()
    with house.read() as uow:
        running = [subscription for subscription, _ in uow.subscriptions.running()]
        own = [item for item in running if organization_ids is not None and item.organization_id in organization_ids]
        return PlanAnswers(
            plans=list_plans(uow, now),
            features={feature.code: feature for feature in uow.catalog.features()},
            holders=Counter(item.plan_version.id for item in running),
            held={item.plan_version.plan_code: item.plan_version for item in own},
            asked_at=now,
        )


@st.cache_data(ttl=_PRICES_TTL_SECONDS, max_entries=50, show_spinner=False)
def provider_rates(models: frozenset[str]) -> dict[str, ProviderRates]:
    """The makers' prices of these models; the same for everyone who may see provider costs."""
    house = application()
    now = house.clock.now()
    named = sorted(models - {ANY_MODEL})
    with house.read() as uow:
        books = uow.catalog.price_books({(maker, model) for maker in MAKERS for model in named})
    found: dict[str, ProviderRates] = {}
    for model in named:
        book = next((book for maker in MAKERS if (book := books[maker, model]) is not None), None)
        found[model] = ProviderRates(None, None) if book is None else _rates(book, now)
    return found


def last_month(now: datetime) -> date:
    """The first day of the last whole calendar month, in UTC."""
    first = now.astimezone(UTC).replace(day=1)
    return (first - timedelta(days=1)).replace(day=1).date()


def effect_on_last_month(plan_code: str, now_terms: PlanTerms, draft_terms: PlanTerms, at: datetime) -> Effect:
    """What the plan's subscribers of today would have paid in the last whole month, under both versions."""
    with application().read() as uow:
        seats = {
            item.organization_id: item.seats
            for item, _ in uow.subscriptions.running()
            if item.plan_version.plan_code == plan_code
        }
    usage = _usage_of(frozenset(seats), last_month(at), now_terms.currency)
    return effect_of(now_terms, draft_terms, usage, seats)


@st.cache_data(ttl=_USAGE_TTL_SECONDS, max_entries=50, show_spinner=False)
def _usage_of(organization_ids: frozenset[str], month: date, currency: str) -> list[UsageTotals]:
    """A month's usage of the organizations, and beside it a row for each with what providers charged in all."""
    start = datetime(month.year, month.month, 1, tzinfo=UTC)
    chosen = UsageFilter(organization_ids=organization_ids, period=calendar_month(start, _UTC), zone=_UTC)
    reports = application().reports
    totals = [
        _totals(item, Money.zero(currency)) for item in reports.usage_totals_by_organization_feature_model(chosen)
    ]
    for row in reports.breakdown(chosen, "organization"):
        cost = row.measures.provider_cost(currency)
        totals.append(UsageTotals(row.key or "", "", None, 0, Quantities(units=0), cost))
    return totals


def _totals(item: FeatureUsage, cost: Money) -> UsageTotals:
    quantities = Quantities(
        units=item.units,
        input_tokens=item.input_tokens,
        llm_tokens=item.llm_tokens,
        output_tokens=item.output_tokens,
        cache_read_tokens=item.cache_read_tokens,
        cache_write_tokens=item.cache_write_tokens,
        reasoning_tokens=item.reasoning_tokens,
    )
    return UsageTotals(item.organization_id, item.feature, item.model, item.calls, quantities, cost, item.provider_cost)


def _rates(book: PriceBook, now: datetime) -> ProviderRates:
    prices = {row.token_kind: Money(row.nanos_per_mtok, row.currency) for row in reversed(book.in_force(now))}
    return ProviderRates(prices.get("input"), prices.get("output"))
