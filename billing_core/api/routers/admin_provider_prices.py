"""/v1/admin/provider-prices: what providers charge, from which source since when, and prices of our own instead."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from billing_core.api.conventions.authentication import EverywhereWith
from billing_core.api.conventions.caller import Caller
from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Page, PageAsked
from billing_core.api.conventions.paths import PRINTABLE
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.conventions.texts import Moment
from billing_core.api.routers.provider_price_shapes import (
    OverrideEnded,
    OverrideSent,
    ProviderPriceShown,
    ProviderPricesSet,
    RepriceTold,
    price_shown,
    prices_set,
    reprice_told,
)
from billing_core.domain.errors import InvalidInput
from billing_core.domain.identity import Permission
from billing_core.services.adjustments.ports import EventFilter
from billing_core.services.adjustments.reprice import reprice
from billing_core.services.catalog.override_provider_price import end_price_override, override_provider_price

# More would keep a request waiting for minutes; the command line has no such limit.
REPRICED_DAYS_MAX = 92
router = APIRouter(prefix="/v1/admin/provider-prices", tags=["Admin: provider prices"], route_class=Route)
EditProviderPricesEverywhere = Annotated[Caller, Depends(EverywhereWith(Permission.EDIT_PROVIDER_PRICES))]
ReadProviderCostEverywhere = Annotated[Caller, Depends(EverywhereWith(Permission.READ_PROVIDER_COST))]
Only = Annotated[str | None, Query(max_length=200, pattern=PRINTABLE, description="Only of this, as it is listed.")]
Reported = Annotated[str | None, Query(max_length=200, pattern=PRINTABLE, description="Only calls reported with it.")]
Since = Annotated[Moment, Query(description="Calls from then on.")]
Until = Annotated[Moment, Query(description="Calls before then; at most 92 days later.")]


@router.get(
    "",
    summary="List provider prices",
    responses=error_answers(401, 403, 422, 429),
    dependencies=[Depends(EverywhereWith(Permission.READ_PROVIDER_COST))],
)
def provider_prices(
    application: App,
    asked: PageAsked,
    provider: Only = None,
    model: Only = None,
    source: Only = None,
) -> Page[ProviderPriceShown]:
    """Every dated price of every source, by provider and model. Administrators, analysts and keys of operators."""
    after = asked.place(3)
    with application.read() as uow:
        found = uow.catalog.provider_price_page(
            provider=provider,
            model=model,
            source=source,
            after=None if after is None else (after[0], after[1], after[2]),
            count_max=asked.limit + 1,
        )
    return asked.page(found, lambda item: (item[1].provider, item[1].model, item[0]), lambda item: price_shown(item[1]))


@router.post(
    "/overrides",
    summary="Override a provider's price",
    status_code=201,
    responses=error_answers(400, 401, 403, 409, 413, 422, 429),
)
def override(application: App, caller: EditProviderPricesEverywhere, body: OverrideSent) -> ProviderPricesSet:
    """Set prices that win over the lists from a date on, with the reason on record. Calls charged before keep theirs.

    Administrators, and keys of operators with the scope manage. 422 where another override holds at the time.
    """
    with application.write() as uow:
        added = override_provider_price(
            uow,
            provider=body.provider,
            model=body.model,
            rates=body.per_million_tokens.rates(body.currency),
            effective_from=body.effective_from,
            effective_until=body.effective_until,
            service_tier=body.service_tier,
            reason=body.reason,
            actor=caller.actor,
            now=application.clock.now(),
        )
    return prices_set(added)


@router.post(
    "/overrides/end",
    summary="End an override",
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def end_override(application: App, caller: EditProviderPricesEverywhere, body: OverrideEnded) -> ProviderPricesSet:
    """Let the override that holds at a time end there: from then on the lists count again. 404 where none holds."""
    with application.write() as uow:
        ended = end_price_override(
            uow,
            provider=body.provider,
            model=body.model,
            effective_until=body.effective_until,
            service_tier=body.service_tier,
            reason=body.reason,
            actor=caller.actor,
            now=application.clock.now(),
        )
    return prices_set(ended)


@router.get("/repricing", summary="What repricing would change", responses=error_answers(401, 403, 422, 429))
def repricing(
    application: App,
    caller: ReadProviderCostEverywhere,
    occurred_from: Since,
    occurred_until: Until,
    provider: Reported = None,
    model: Reported = None,
) -> RepriceTold:
    """Compare what calls of a stretch of time cost with the prices known now; `prices reprice` corrects them."""
    if not timedelta(0) < occurred_until - occurred_from <= timedelta(days=REPRICED_DAYS_MAX):
        raise InvalidInput(
            f"Ask for at most {REPRICED_DAYS_MAX} days, from an earlier to a later time.", field="occurred_until"
        )
    report = reprice(
        application.write,
        application.read,
        application.clock,
        EventFilter(provider=provider, model=model, occurred_from=occurred_from, occurred_until=occurred_until),
        reason="dry run",
        actor=caller.actor,
        is_dry_run=True,
    )
    return reprice_told(report)
