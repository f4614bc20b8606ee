"""What the routes work with: the application, and the limits of this API."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from billing_core.api.conventions.known_keys import KnownKeys
from billing_core.api.conventions.measurements import Measurements
from billing_core.api.conventions.rate_limits import RateLimits
from billing_core.bootstrap import Application


@dataclass(frozen=True, slots=True)
class House:
    """One application, the keys to its API, how often it may be asked, and what was measured of it."""

    application: Application
    keys: KnownKeys
    rate_limits: RateLimits
    measurements: Measurements


def house_of(request: Request) -> House:
    """The house that answers the request."""
    house: House = request.app.state.house
    return house


def application_of(request: Request) -> Application:
    """The application that answers the request."""
    return house_of(request).application


async def asked_application(request: Request) -> Application:
    """`application_of` as a dependency: async, since FastAPI sends every plain one to a thread."""
    return application_of(request)


App = Annotated[Application, Depends(asked_application)]
