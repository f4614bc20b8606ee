"""One process: console, REST API, sign-in, background jobs and, without a Stripe key, the Stripe sandbox."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount

import stripe_sandbox
from billing_core.adapters.stripe.account import Backend
from billing_core.api.compressed_scripts import CompressedScripts
from billing_core.api.create_api import create_api
from billing_core.api.session_gate import SessionGate
from billing_core.api.sign_in import sign_in_routes
from billing_core.bootstrap import application
from billing_core.bootstrap.background import background_jobs
from billing_core.bootstrap.garbage import collect_garbage_seldom
from billing_core.console.script_errors import show_error
from billing_core.console.sign_in_page import sign_in_page
from billing_core.services.demo.accounts import demo_accounts

house = application()
has_sandbox = house.stripe_account.backend is Backend.SANDBOX
sandbox_database = house.settings.data_dir / "stripe_sandbox.sqlite"


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncGenerator[None]:
    """Run jobs and deliver the sandbox's webhooks for as long as the process serves."""
    jobs = background_jobs(house)
    deliverer = stripe_sandbox.Deliverer(sandbox_database) if has_sandbox else None
    jobs.start()
    if deliverer:
        stripe_sandbox.ensure_webhook_endpoint(
            sandbox_database, url=house.settings.webhook_url, secret=house.stripe_account.webhook_secret
        )
        deliverer.start()
    yield
    if deliverer:
        deliverer.stop()
    jobs.stop()
    house.close()


routes = [
    *sign_in_routes(house, house.passwords, page=sign_in_page, demo_accounts=demo_accounts(house)),
    Mount("/api", create_api(house)),
]
if has_sandbox:
    sandbox = stripe_sandbox.create_app(sandbox_database, public_base_url=house.settings.stripe_sandbox_url)
    routes.append(Mount("/sandbox/stripe", sandbox))

app = st.App(
    Path(__file__).parent / "pages" / "shell.py",
    routes=routes,
    lifespan=lifespan,
    middleware=[Middleware(CompressedScripts), Middleware(SessionGate, application=house)],
    on_script_error=show_error,
)
collect_garbage_seldom()
