"""Thousands of sequences of operations on SQLite: the parts with even numbers."""

from pathlib import Path

import pytest

from tests.safety.run_sequences import parts, run_sequences


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize(("number", "count"), parts(2_000, 0, 2))
def test_any_sequence_of_operations_leaves_the_books_that_plain_arithmetic_gives(
    tmp_path: Path, number: int, count: int
) -> None:
    assert run_sequences(tmp_path, number, count) >= count
