"""GET /health/live and /health/ready: whether the process runs, and whether it can do its work."""

import logging

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.house import App
from billing_core.domain.errors import BillingError

_log = logging.getLogger(__name__)
router = APIRouter(prefix="/health", tags=["Health"])


class HealthOut(BaseModel):
    """`ok`, or what is missing."""

    model_config = ConfigDict(json_schema_extra={"example": {"status": "ok"}})

    status: str


@router.get("/live", summary="Is the process alive")
async def live() -> HealthOut:
    """Answers as long as the process runs; asks nothing of the database."""
    return HealthOut(status="ok")


@router.get("/ready", summary="Can it serve", responses={503: {"model": HealthOut, "description": "Not ready"}})
def ready(application: App, response: Response) -> HealthOut:
    """200 when the database is there with the newest schema, 503 with the reason otherwise."""
    try:
        if application.is_ready():
            return HealthOut(status="ok")
        status = "the database is not at the newest schema: run python -m billing_core init"
    except BillingError as error:
        _log.warning("not ready: %s", error.message)  # with addresses that are not everybody's
        status = "the database does not answer"
    response.status_code = 503
    return HealthOut(status=status)
