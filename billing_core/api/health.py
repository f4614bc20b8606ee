"""GET /health/live and /health/ready: whether the process runs, and whether it can do its work."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from billing_core.bootstrap import Application


class HealthOut(BaseModel):
    """`ok`, or what is missing."""

    status: str


def health_router(application: Application) -> APIRouter:
    """The router of health checks; no key is needed."""
    router = APIRouter(prefix="/health", tags=["health"])

    @router.get("/live", summary="Is the process alive")
    def live() -> HealthOut:  # pyright: ignore[reportUnusedFunction] - the router holds it
        """Answers as long as the process runs."""
        return HealthOut(status="ok")

    @router.get("/ready", summary="Can it serve", responses={503: {"model": HealthOut}})
    def ready(response: Response) -> HealthOut:  # pyright: ignore[reportUnusedFunction] - the router holds it
        """200 when the database is there with the newest schema, 503 with the reason otherwise."""
        if application.is_ready():
            return HealthOut(status="ok")
        response.status_code = 503
        return HealthOut(status="the database is not at the newest schema: run python -m billing_core init")

    return router
