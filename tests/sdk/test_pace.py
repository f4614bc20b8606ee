"""When calls are fast enough to keep something in reserve for those to come."""

import pytest

from billing_core.sdk.in_process.pace import CALLS_MIN, LANES_MAX, Pace

LANE = ("org_1", "chat")


class Seconds:
    """A clock that stands where it is put."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def calls(measured: Pace, count: int = CALLS_MIN) -> list[bool]:
    return [measured.is_fast(LANE) for _ in range(count)]


def test_the_first_calls_of_a_second_are_slow_and_the_next_are_fast(seconds: Seconds) -> None:
    assert calls(Pace(seconds), CALLS_MIN + 1) == [False] * CALLS_MIN + [True]


def test_a_lane_that_was_fast_is_fast_in_the_next_second_and_not_after_a_rest(seconds: Seconds) -> None:
    measured = Pace(seconds)
    calls(measured)
    seconds.at = 1.0
    assert calls(measured, 1) == [True]
    seconds.at = 3.5
    assert calls(measured, 1) == [False]


def test_lanes_are_measured_apart_and_forgotten_when_there_are_too_many(seconds: Seconds) -> None:
    measured = Pace(seconds)
    calls(measured)
    assert not measured.is_fast(("org_2", "chat"))
    for number in range(LANES_MAX):
        measured.is_fast((f"org_other_{number}", "chat"))
    assert not measured.is_fast(LANE)
