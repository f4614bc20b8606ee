"""Sequences of operations on PostgreSQL."""

from pathlib import Path

import pytest

from tests.safety.run_sequences import parts, run_sequences

SEEDS_FROM = 10_000  # other sequences than on SQLite


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize(("number", "count"), parts(100))
def test_any_sequence_of_operations_leaves_the_books_that_plain_arithmetic_gives(
    tmp_path: Path, number: int, count: int
) -> None:
    assert run_sequences(tmp_path, SEEDS_FROM + number, count) >= count
