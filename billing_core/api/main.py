"""The REST API alone, without the console: `uvicorn billing_core.api.main:app --workers 4`."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.routing import Mount, Router

from billing_core.api.create_api import create_api
from billing_core.bootstrap import application
from billing_core.bootstrap.background import background_jobs
from billing_core.bootstrap.garbage import collect_garbage_seldom
from billing_core.bootstrap.logs import write_logs


@asynccontextmanager
async def _lifespan(_: Router) -> AsyncGenerator[None]:
    """Run jobs while the process serves; of several workers each job is run by one at a time."""
    house = application()
    jobs = background_jobs(house)
    jobs.start()
    yield
    jobs.stop()
    house.close()


write_logs()
app = Router(routes=[Mount("/api", create_api(application()))], lifespan=_lifespan)
collect_garbage_seldom()
