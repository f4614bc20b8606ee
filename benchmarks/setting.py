"""The whole product in a folder that is gone afterwards: real catalogue, real database, no Stripe but the stand-in."""

import itertools
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from billing_core.bootstrap import Application
from billing_core.bootstrap.garbage import collect_garbage_seldom
from billing_core.bootstrap.initialize import initialize
from billing_core.domain.clock import SystemClock
from billing_core.domain.identity import Actor
from billing_core.domain.money import Money
from billing_core.domain.usage import Quantities, UsageEvent
from billing_core.services.organizations.open_organization import open_organization
from billing_core.settings import ROOT, Settings

# More than any benchmark can spend.
CREDITS = Money.parse("1000000000", "CREDITS")
FEATURE = "CategorizationAgent"
BUILD = ROOT / "build"
_numbers = itertools.count(1)


@contextmanager
def a_product(database_url: str = "") -> Generator[tuple[Application, Path]]:
    """An application ready for use with nobody in it, and a folder beside its own; on SQLite unless told otherwise.

    On the project's disk: the system's folder for temporary files may be in memory, where a commit costs nothing.
    """
    BUILD.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=BUILD, prefix="bench-") as folder:
        place = Path(folder)
        application = application_in(place / "var", database_url)
        initialize(application, lambda _: None)
        try:
            yield application, place
        finally:
            application.close()


def application_in(data_dir: Path, database_url: str = "") -> Application:
    """An application with that folder, and the database in it unless another is named, in a process set up as ours."""
    collect_garbage_seldom()
    settings = Settings.model_validate(
        {"data_dir": data_dir, "database_url": database_url, "stripe_secret_key": "", "stripe_webhook_secret": ""}
    )
    return Application(settings, SystemClock())


def an_organization(application: Application) -> str:
    """The id of a new organization with more credits than it can use."""
    return some_organizations(application, 1)[0]


def some_organizations(application: Application, count: int) -> list[str]:
    """The ids of so many such organizations."""
    with application.write() as uow:
        return [
            open_organization(
                uow,
                name=f"Northwind AI {next(_numbers)}",
                sign_up_credits=CREDITS,
                actor=Actor("system", "benchmark", "Benchmark", "localhost"),
                now=application.clock.now(),
            ).id
            for _ in range(count)
        ]


def an_event(organization_id: str, event_id: str, occurred_at: datetime | None = None) -> UsageEvent:
    """An event that takes the whole road: credits pay for it, and its provider's cost is known."""
    return UsageEvent(
        organization_id=organization_id,
        feature=FEATURE,
        source="benchmark",
        event_id=event_id,
        quantities=Quantities(input_tokens=1_200, output_tokens=350, cache_read_tokens=256),
        occurred_at=occurred_at,
        provider="openai",
        model="gpt-4o",
        latency_ms=840,
    )


def events(organization_id: str, count: int, now: datetime) -> Iterator[UsageEvent]:
    """So many events, spread evenly over the 90 days before `now`."""
    step = timedelta(days=90) / count
    for number in range(count):
        yield an_event(organization_id, f"call-{number}", now - step * (count - number))
