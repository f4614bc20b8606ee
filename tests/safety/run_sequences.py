"""Running sequences in parts, each with a seed of its own, so that every run is the same and workers can share them."""

import os
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.safety.sequences import Operations
from tests.safety.world import worlds

SWITCH = "TOLLBOOTH_SEQUENCES"
SHRINK = "TOLLBOOTH_SHRINK"  # `no` leaves out the search for the shortest sequence that fails
SEQUENCES_PER_PART = 100
STEPS = 20


def parts(usual: int, share: int = 0, shares: int = 1) -> list[tuple[int, int]]:
    """The number of each part and how many sequences it has, every so-manieth of all parts.

    The switch says how many sequences there are in all. A worker takes whole files, so a file has a share of them.
    """
    wanted = int(os.environ.get(SWITCH, usual))
    size = min(SEQUENCES_PER_PART, wanted)
    return [(number, size) for number in range(wanted // size) if number % shares == share]


def run_sequences(folder: Path, number: int, count: int) -> int:
    """Run a part; how many sequences there were."""
    with worlds(folder) as found:
        machine = type(f"Part{number}", (Operations,), {"worlds": found})
        run_state_machine_as_test(
            seed(number)(machine),
            settings=settings(
                max_examples=count,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                derandomize=False,
                phases=(Phase.generate,) if os.environ.get(SHRINK) == "no" else (Phase.generate, Phase.shrink),
                suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large),
                print_blob=False,
            ),
        )
        return found.sequences
