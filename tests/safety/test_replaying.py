"""The same requests in other batches: the books they leave are the same to the last byte."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.safety.replaying import Player
from tests.safety.requests import ASKED, Asked
from tests.safety.world import World

EXAMPLES = 6
ALL = 10_000
STEPS = st.lists(st.lists(st.tuples(st.integers(0, 1), ASKED), min_size=25, max_size=60), min_size=2, max_size=4)


@settings(
    max_examples=EXAMPLES,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example),
)
@given(steps=STEPS)
def test_a_log_leaves_the_same_books_in_batches_of_any_size(
    tmp_path_factory: pytest.TempPathFactory, steps: Sequence[Sequence[tuple[int, Asked]]]
) -> None:
    original = Player(World(tmp_path_factory.mktemp("original")))
    log = original.record(steps)
    books = original.books()
    assert original.world.findings() == []
    original.world.close()
    for size in (1, 7, 256, ALL):
        player = Player(World(tmp_path_factory.mktemp("replayed")))
        player.play(log, size)
        assert player.books() == books
        player.world.close()
