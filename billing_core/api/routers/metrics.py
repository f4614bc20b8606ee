"""GET /metrics: what Prometheus reads, with the key of an operator."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, Metric
from prometheus_client.core import GaugeMetricFamily

from billing_core.api.conventions.authentication import Known
from billing_core.api.conventions.house import App, house_of
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.bootstrap import Application
from billing_core.domain.identity import Permission

router = APIRouter(tags=["Health"], route_class=Route)
_EXAMPLE = """\
# HELP tollbooth_charges_queued Charges that wait in this process for the next commit.
# TYPE tollbooth_charges_queued gauge
tollbooth_charges_queued 3.0
"""


@router.get(
    "/metrics",
    summary="Measurements for Prometheus",
    response_class=Response,
    responses={
        200: {"description": "Prometheus' text format", "content": {"text/plain": {"example": _EXAMPLE}}},
        **error_answers(401, 403, 429),
    },
)
def metrics(request: Request, application: App, caller: Known) -> Response:
    """Requests, events, charges that wait, open reservations, background jobs and how far the warehouse is behind.

    For operators, with the scope read. Of several processes each answers for itself, unless PROMETHEUS_MULTIPROC_DIR
    names a folder they share.
    """
    caller.everywhere(Permission.READ_ALL_ORGANIZATIONS)
    exposition = house_of(request).measurements.exposition(_at_present(application))
    return Response(exposition, media_type=CONTENT_TYPE_LATEST)


def _at_present(application: Application) -> Sequence[Metric]:
    with application.read() as uow:
        holds, jobs = uow.holds.open_count(), uow.jobs.states()
    failed = GaugeMetricFamily("tollbooth_job_failed", "Whether the job failed when it last ran.", labels=["job"])
    finished = GaugeMetricFamily(
        "tollbooth_job_finished_timestamp_seconds", "When the job last ended, in seconds since 1970.", labels=["job"]
    )
    for job in jobs:
        failed.add_metric([job.name], int(job.error is not None))
        if job.finished_at is not None:
            finished.add_metric([job.name], job.finished_at.timestamp())
    return [
        GaugeMetricFamily(
            "tollbooth_charges_queued",
            "Charges that wait in this process for the next commit.",
            value=application.charges.queued,
        ),
        GaugeMetricFamily("tollbooth_open_holds", "Reservations and leases that are open.", value=holds),
        GaugeMetricFamily(
            "tollbooth_warehouse_lag_seconds",
            "For how long the oldest event that the warehouse does not have has been recorded.",
            value=application.warehouse_lag().total_seconds(),
        ),
        failed,
        finished,
    ]
