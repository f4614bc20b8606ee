"""python -m billing_core serve: the console and the API in one process."""

import os
from typing import Annotated

import typer
import uvicorn

from billing_core.bootstrap import Application, application
from billing_core.bootstrap.initialize import initialize
from billing_core.bootstrap.logs import write_logs
from billing_core.cli.init import load_demo
from billing_core.cli.output import errors_shown, note, say
from billing_core.services.demo.accounts import demo_accounts
from billing_core.settings import ROOT


def serve(
    demo: Annotated[bool, typer.Option(help="Load the demo data when there are no organizations yet.")] = True,
) -> None:
    """Prepare everything and serve on HOST and PORT until stopped."""
    with errors_shown(as_json=False):
        house = application()
        initialize(house, note)
        if demo and _is_empty(house):
            load_demo(house)
        note("Copying usage to the warehouse")
        house.sync_warehouse()
        note(f"Taking payments through Stripe: {house.stripe_account.backend}")
        say(f"\nTollbooth is at {house.settings.url}   (API: {house.settings.url}/api/docs)")
        for role, email, password in demo_accounts(house):
            say(f"  {role:<14} {email:<32} {password}")
        say("Stop it with Ctrl+C.")
    write_logs()
    os.chdir(ROOT)  # Streamlit reads .streamlit/config.toml from the working directory
    settings = house.settings
    uvicorn.run("app:app", host=settings.host, port=settings.port, log_config=None, access_log=False)


def _is_empty(house: Application) -> bool:
    with house.read() as uow:
        return not uow.organizations.organizations()
