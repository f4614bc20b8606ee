"""What a usage event may say, so that nothing in it can break the batch it is charged in."""

from datetime import UTC, datetime
from typing import Any

import pytest

from billing_core.domain.errors import InvalidInput
from tests.builders import an_event

NESTED_TOO_DEEP: list[object] = []
NESTED_TOO_DEEP.append(NESTED_TOO_DEEP)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("occurred_at", datetime(1, 1, 1, tzinfo=UTC)),
        ("occurred_at", datetime(2026, 1, 1)),  # noqa: DTZ001 - a time without a zone is what is tried
        ("occurred_at", "2026-01-01T00:00:00Z"),
        ("is_error", "no"),
        ("is_error", 1),
        ("properties", "text"),
        ("properties", {"set": {1, 2}}),
        ("properties", {"half of a pair": "\ud800"}),
        ("properties", {"number": float("nan")}),
        ("properties", {1: "one", "two": 2}),
        ("properties", {"deep": NESTED_TOO_DEEP}),
    ],
)
def test_what_cannot_be_recorded_is_refused_with_its_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        an_event(**{field: value})
    assert refusal.value.field == field


def test_properties_are_part_of_what_makes_two_reports_the_same() -> None:
    first, again, other = (an_event(properties=value) for value in ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 2}))
    assert first.payload_hash == again.payload_hash != other.payload_hash
