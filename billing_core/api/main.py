"""The REST API: routers over the services, mounted by the console's process at /api."""

from fastapi import FastAPI

from billing_core.api.balance import balance_router
from billing_core.api.events import events_router
from billing_core.api.health import health_router
from billing_core.api.problems import answer_errors_as_problems
from billing_core.api.stripe_webhook import stripe_webhook_router
from billing_core.bootstrap import Application


def create_api(application: Application) -> FastAPI:
    """The API of one application."""
    api = FastAPI(title="Tollbooth", version="1", docs_url="/docs", redoc_url="/redoc")
    answer_errors_as_problems(api)
    api.include_router(health_router(application))
    api.include_router(events_router(application))
    api.include_router(balance_router(application))
    api.include_router(stripe_webhook_router(lambda: application))
    return api
