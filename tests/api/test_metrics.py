"""What Prometheus reads: measured of requests and events, and how things stand at present."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from billing_core.api.conventions.measurements import SHARED_FOLDER, Measurements
from billing_core.bootstrap.background import background_jobs
from billing_core.domain.organizations import ApiScope
from billing_core.services.charging.charge_events import charge_events
from billing_core.services.charging.ports import ReserveRequest
from tests.api.conftest import Api
from tests.builders import an_event
from tests.product import Product

METRICS = "/api/metrics"
EVENT = {"id": "1", "feature": "generate_content"}


def measured(api: Api, name: str, **labels: str) -> float | None:
    """The value of a sample that has these labels among others."""
    answer = api.get(METRICS)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/plain")
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return sample.value
    return None


@pytest.fixture
def operator(api: Api, northwind: str) -> Api:
    """The client, after Northwind sent some events."""
    api.post("/api/v1/events", json=EVENT)
    api.post("/api/v1/events", json=[EVENT, EVENT | {"units": 2}, EVENT | {"id": "2", "feature": "nothing"}])
    return api.as_(api.key(None, ApiScope.READ))


def test_requests_and_events_are_counted(operator: Api) -> None:
    labels = {"method": "POST", "route": "/v1/events", "status": "200"}
    assert measured(operator, "tollbooth_http_request_seconds_count", **labels) == 2
    results = ("accepted", "duplicate", "conflict", "rejected")
    assert [measured(operator, "tollbooth_events_total", result=result) for result in results] == [1, 1, 1, 1]
    assert measured(operator, "process_resident_memory_bytes")


def test_spans_are_counted_as_events(api: Api) -> None:
    export = {
        "resourceSpans": [
            {
                "scopeSpans": [
                    {"spans": [{"attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}]}]}
                ]
            }
        ]
    }
    api.post("/api/v1/otlp/v1/traces", json=export)
    api.as_(api.key(None, ApiScope.READ))
    assert measured(api, "tollbooth_events_total", result="rejected") == 1


def test_what_is_so_at_present_is_told(operator: Api, product: Product, northwind: str) -> None:
    assert measured(operator, "tollbooth_charges_queued") == 0
    assert measured(operator, "tollbooth_open_holds") == 0
    with product.write() as uow:
        charge_events(
            uow, [ReserveRequest(an_event(northwind, "CategorizationAgent"), timedelta(minutes=1))], product.clock
        )
    assert measured(operator, "tollbooth_open_holds") == 1


def test_the_lag_of_the_warehouse_is_the_age_of_the_oldest_event_it_does_not_have(
    operator: Api, product: Product
) -> None:
    product.clock.advance(seconds=90)
    assert measured(operator, "tollbooth_warehouse_lag_seconds") == 90
    product.sync_warehouse()
    assert measured(operator, "tollbooth_warehouse_lag_seconds") == 0


def test_how_jobs_fared_is_told(operator: Api, product: Product) -> None:
    background_jobs(product)._run_once()
    assert measured(operator, "tollbooth_job_failed", job="warehouse") == 0
    finished = measured(operator, "tollbooth_job_finished_timestamp_seconds", job="warehouse")
    assert finished == product.clock.now().timestamp()


def test_metrics_are_for_operators_who_may_read(api: Api, product: Product) -> None:
    assert api.get(METRICS).status_code == 403
    assert api.as_(api.key(None, ApiScope.CHARGE)).get(METRICS).status_code == 403
    assert api.as_(None).get(METRICS).status_code == 401


def test_a_method_that_nobody_knows_is_no_new_measurement() -> None:
    measurements = Measurements()
    for number in range(3):
        measurements.count_request(f"FOO{number}", "unknown", 405, 0.001)
    told = measurements.exposition([]).decode()
    assert 'method="other",route="unknown",status="405"} 3.0' in told
    assert "FOO" not in told


def test_processes_that_share_a_folder_are_measured_together(tmp_path_factory: pytest.TempPathFactory) -> None:
    program = """
from billing_core.api.conventions.measurements import Measurements
measurements = Measurements()
measurements.count_events("accepted", 2)
print(measurements.exposition([]).decode())
"""
    environment = {**os.environ, SHARED_FOLDER: str(tmp_path_factory.mktemp("shared"))}
    for total in (2, 4):
        told = subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True).stdout
        assert f'tollbooth_events_total{{result="accepted"}} {total}.0' in told.decode()
