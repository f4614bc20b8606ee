"""What this process measures of itself, for Prometheus."""

import os
from collections.abc import Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric, ProcessCollector, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
# A method is whatever the sender wrote, and every new one would be measured for ever.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Where several processes serve, the folder in which the library adds up what they measure.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


class Measurements:
    """Requests by method, route and status with the seconds they took, and events by what became of them."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "tollbooth_http_request_seconds",
            "Seconds from the first byte of a request to the last of its answer.",
            ("method", "route", "status"),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._events = Counter(
            "tollbooth_events",
            "Usage events that were sent to the API, by what became of them.",
            ("result",),
            registry=self._registry,
        )
        if SHARED_FOLDER not in os.environ:
            ProcessCollector(registry=self._registry)

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request and how long it took."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).observe(seconds)

    def count_events(self, result: str, count: int) -> None:
        """Count events that were accepted, duplicate, conflict or rejected."""
        self._events.labels(result).inc(count)

    def exposition(self, at_present: Sequence[Metric]) -> bytes:
        """All of it in Prometheus' text format, and after it what else is so at present."""
        return generate_latest(self._all()) + generate_latest(_AtPresent(at_present))

    def _all(self) -> Collector:
        if SHARED_FOLDER not in os.environ:
            return self._registry
        shared: Any = CollectorRegistry()
        MultiProcessCollector(shared)
        return shared


class _AtPresent(Collector):
    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Sequence[Metric]:
        return self._metrics
