"""One right way to write each value; everything else is refused with that way."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import COUNT_MAX
from billing_core.services.ingestion.cells import count_of, flag_of, text_of, time_of

UTC_ZONE = ZoneInfo("UTC")


@given(st.integers(0, COUNT_MAX))
def test_a_whole_number_is_read_as_itself_from_digits_or_from_a_number(number: int):
    assert count_of(str(number), "units") == count_of(f" {number} ", "units") == count_of(number, "units") == number


WRITTEN_WRONG = ("", "-1", "3.5", "1e3", "1,024", "1 024", "1_000", "+1", "0x1F", "seven", "NaN", "١٢", "9" * 5_000)
NO_COUNTS = (
    *WRITTEN_WRONG,
    None,
    -1,
    3.5,
    374.0,
    Decimal(3),
    float("nan"),
    True,
    [],
    COUNT_MAX + 1,
    str(COUNT_MAX + 1),
)


@pytest.mark.parametrize("cell", NO_COUNTS)
def test_what_is_no_whole_number_of_tokens_is_refused_by_name(cell: object):
    with pytest.raises(InvalidInput) as refused:
        count_of(cell, "input_tokens")
    assert refused.value.field == "input_tokens"
    assert refused.value.message.startswith("input_tokens is ")
    assert len(refused.value.message) < 200


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2023-11-16 18:15:46.6805900", datetime(2023, 11, 16, 18, 15, 46, 680590, UTC)),
        ("2023-11-16T18:15:46.999999999Z", datetime(2023, 11, 16, 18, 15, 46, 999999, UTC)),
        ("2023-11-16T18:15:46+02:00", datetime(2023, 11, 16, 16, 15, 46, 0, UTC)),
        ("2023-11-16T18:15:46.5-0530", datetime(2023, 11, 16, 23, 45, 46, 500000, UTC)),
        (datetime(2023, 11, 16, 18, tzinfo=timezone(timedelta(hours=1))), datetime(2023, 11, 16, 17, tzinfo=UTC)),
        (datetime(2023, 11, 16, 18), datetime(2023, 11, 16, 18, tzinfo=UTC)),  # noqa: DTZ001
    ],
)
def test_a_time_is_read_in_every_common_way_and_cut_to_the_microsecond(cell: object, expected: datetime):
    assert time_of(cell, UTC_ZONE) == expected
    assert time_of(cell, UTC_ZONE).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2023-07-01 12:00:00", datetime(2023, 7, 1, 10, tzinfo=UTC)),
        ("2023-10-29 02:30:00", datetime(2023, 10, 29, 0, 30, tzinfo=UTC)),  # happens twice: the first is meant
        ("2023-03-26 02:30:00", datetime(2023, 3, 26, 1, 30, tzinfo=UTC)),  # is skipped: the offset before holds
    ],
)
def test_a_time_without_a_zone_is_read_in_the_given_one(wall: str, utc: datetime):
    assert time_of(wall, ZoneInfo("Europe/Berlin")) == utc


NO_TIMES = [
    "",
    None,
    "yesterday",
    1_700_158_546,
    "2023-11-16",
    "2023-11-16T18:15",
    "16.11.2023 18:15:46",
    "2023-02-30 00:00:00",
    "2023-11-16 24:00:00",
    "2023-11-16 18:15:46.1234567890",
    "2023-W46-4T18:15:46",
    "2023-11-16 18:15:46 +99:00",
    "２023-11-16 18:15:46",
    "1999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
]


@pytest.mark.parametrize("cell", NO_TIMES)
def test_what_is_no_time_or_before_our_time_is_refused_by_name(cell: object):
    with pytest.raises(InvalidInput) as refused:
        time_of(cell, UTC_ZONE)
    assert refused.value.field == "time"


def test_flags_are_true_or_false_and_nothing_is_false():
    assert [flag_of(cell, "is_error") for cell in ("true", "TRUE", True, "1", 1)] == [True] * 5
    assert [flag_of(cell, "is_error") for cell in ("false", False, "0", 0, "", None)] == [False] * 6
    with pytest.raises(InvalidInput, match="is_error is 'perhaps'; it must be true or false"):
        flag_of("perhaps", "is_error")


def test_text_is_trimmed_and_nothing_is_none():
    assert [text_of(cell, "model") for cell in (" gpt-4 ", "", "  ", None, 12)] == ["gpt-4", None, None, None, "12"]
    with pytest.raises(InvalidInput, match="model"):
        text_of(["gpt-4"], "model")
