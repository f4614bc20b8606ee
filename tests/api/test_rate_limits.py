"""Requests are counted without threads, and what was counted long ago is forgotten."""

import threading

import pytest

from billing_core.api.conventions.problems import TooManyRequests
from billing_core.api.conventions.rate_limits import Counts, RateLimits


def test_more_than_the_limit_is_refused_for_that_caller_alone() -> None:
    limits = RateLimits("2/hour")
    assert limits.count_caller("one")["RateLimit"].startswith('"callers";r=1;')
    limits.count_caller("one")
    with pytest.raises(TooManyRequests) as refusal:
        limits.count_caller("one")
    assert refusal.value.details["retry_after_seconds"]
    limits.count_caller("two")


def test_counting_starts_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts()
    counts.timer.join()

    def start(thread: threading.Thread) -> None:
        raise AssertionError(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    assert [counts.incr("caller", 60) for _ in range(3)] == [1, 2, 3]


def test_what_is_over_is_forgotten() -> None:
    counts = Counts()
    counts.incr("old", -1)
    counts._forgets_at = 0.0
    counts.incr("new", 60)
    assert (set(counts.expirations), set(counts.storage)) == ({"new"}, {"new"})
