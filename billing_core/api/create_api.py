"""The REST API of one application, to be mounted at /api: a router per group, over the services."""

from fastapi import FastAPI

from billing_core.api.conventions.direct_route import DirectPaths
from billing_core.api.conventions.fixed_paths import FixedPaths
from billing_core.api.conventions.house import House
from billing_core.api.conventions.known_keys import KnownKeys
from billing_core.api.conventions.measurements import Measurements
from billing_core.api.conventions.openapi import openapi_document
from billing_core.api.conventions.problems import answer_errors_as_problems
from billing_core.api.conventions.rate_limits import RateLimits
from billing_core.api.conventions.request_log import RequestLog
from billing_core.api.routers import (
    admin_api_keys,
    admin_budgets,
    admin_credits,
    admin_departments,
    admin_features,
    admin_members,
    admin_organizations,
    admin_provider_prices,
    admin_tariff_components,
    admin_tariffs,
    balance,
    billing_catalog,
    billing_customer,
    credits,
    credits_costs,
    credits_departments,
    credits_holds,
    credits_transactions,
    credits_usage,
    credits_usage_summary,
    credits_use,
    dashboard,
    docs,
    entitlements,
    events,
    events_adjusted,
    features,
    health,
    limits,
    metrics,
    otlp,
    payments,
    plans,
    pricing,
    purchases,
    stripe_webhook,
    topup,
    trends,
    usage,
    usage_statistics,
    user_usage,
)
from billing_core.bootstrap import Application

GUARDED = (
    events.router,
    events_adjusted.router,
    entitlements.router,
    otlp.router,
    metrics.router,
    balance.router,
    features.router,
    limits.router,
    topup.router,
    usage.router,
    usage_statistics.router,
    user_usage.router,
    dashboard.router,
    trends.router,
    credits.router,
    credits_use.router,
    credits_holds.router,
    credits_transactions.router,
    credits_usage.router,
    credits_usage_summary.router,
    credits_costs.router,
    credits_departments.router,
    admin_tariffs.router,
    admin_tariff_components.router,
    admin_api_keys.router,
    admin_features.router,
    admin_provider_prices.router,
    admin_credits.router,
    admin_budgets.router,
    admin_departments.router,
    admin_members.router,
    admin_organizations.router,
    purchases.router,
    payments.router,
    billing_customer.router,
)
OPEN = (health.router, plans.router, pricing.router, billing_catalog.router, stripe_webhook.router, docs.router)


def create_api(application: Application) -> FastAPI:
    """The API of one application."""
    api = FastAPI(
        title="Tollbooth",
        version="1",
        summary="Meter, price and collect what customers of an AI product use.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    limits = RateLimits(application.settings.api_rate_limit)
    house = api.state.house = House(application, KnownKeys(application.api_keys), limits, Measurements())
    answer_errors_as_problems(api)
    for router in (*GUARDED, *OPEN):
        api.router.routes.extend(router.routes)
    api.add_middleware(DirectPaths, routes=tuple(api.routes))
    api.add_middleware(RequestLog, clock=application.clock, measure=house.measurements.count_request)
    api.router.routes.insert(0, FixedPaths(api.routes))
    api.openapi = lambda: openapi_document(api, GUARDED)
    return api
