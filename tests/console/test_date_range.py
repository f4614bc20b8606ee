"""A range names its days in the organization's zone and compares like with like."""

from datetime import UTC, date, datetime
from typing import cast, get_args
from zoneinfo import ZoneInfo

import pytest

from billing_core.console.date_range import DateRange, DaySpan, RangeChoice, resolve_range

UTC_ZONE = ZoneInfo("UTC")
TODAY = date(2026, 11, 20)


def span(range_: DaySpan) -> tuple[date, date]:
    return range_.first, range_.last


def resolve(choice: str, today: date = TODAY, *custom: date) -> DateRange:
    return resolve_range(cast(RangeChoice, choice), today, UTC_ZONE, custom=custom)


@pytest.mark.parametrize(("choice", "days"), [("7 days", 7), ("28 days", 28), ("12 weeks", 84)])
def test_weeks_end_today_and_follow_on_the_same_weekdays(choice: str, days: int) -> None:
    range_ = resolve(choice)
    assert len(range_.current.dates) == len(range_.prior.dates) == days
    assert range_.current.last == TODAY
    assert (range_.current.first - range_.prior.last).days == 1
    assert range_.current.first.weekday() == range_.prior.first.weekday()


def test_changes_leave_out_the_day_that_is_still_being_counted() -> None:
    range_ = resolve("28 days")
    assert range_.partial_day == TODAY
    assert span(range_.complete) == (date(2026, 10, 24), date(2026, 11, 19))
    assert span(range_.prior_complete) == (date(2026, 9, 26), date(2026, 10, 22))


def test_month_to_date_compares_the_same_days_of_last_month() -> None:
    range_ = resolve("Month to date")
    assert span(range_.current) == (date(2026, 11, 1), TODAY)
    assert span(range_.prior) == (date(2026, 10, 1), date(2026, 10, 20))
    assert span(range_.prior_complete) == (date(2026, 10, 1), date(2026, 10, 19))


def test_month_to_date_stops_at_the_end_of_a_shorter_month() -> None:
    range_ = resolve("Month to date", date(2026, 3, 31))
    assert span(range_.prior) == (date(2026, 2, 1), date(2026, 2, 28))


def test_on_the_first_of_a_month_there_is_no_complete_day_to_compare() -> None:
    range_ = resolve("Month to date", date(2026, 11, 1))
    assert range_.complete.is_empty
    assert range_.prior_complete.is_empty
    assert range_.complete.period.start == range_.complete.period.end
    assert range_.complete.dates == []


def test_custom_days_in_the_past_are_all_complete() -> None:
    range_ = resolve("Custom", TODAY, date(2023, 11, 18), date(2023, 11, 16))
    assert span(range_.current) == span(range_.complete) == (date(2023, 11, 16), date(2023, 11, 18))
    assert span(range_.prior) == (date(2023, 11, 13), date(2023, 11, 15))
    assert range_.partial_day is None
    assert range_.partial_note is None


def test_custom_days_after_today_are_cut_off() -> None:
    assert span(resolve("Custom", TODAY, date(2026, 11, 18), date(2027, 1, 1)).current) == (date(2026, 11, 18), TODAY)


def test_custom_without_days_is_the_usual_range() -> None:
    assert resolve("Custom") == resolve("28 days")


def test_a_day_is_as_long_as_the_zone_makes_it() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    period = resolve_range("7 days", date(2026, 10, 25), berlin).current.period
    assert period.start == datetime(2026, 10, 18, 22, tzinfo=UTC)
    assert period.end == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_the_caption_names_the_days_and_what_changes_compare() -> None:
    assert resolve("28 days").caption == "24 Oct – 20 Nov 2026 · changes compare complete days"
    assert resolve_range("28 days", TODAY, UTC_ZONE, compare=False).caption == "24 Oct – 20 Nov 2026"
    assert resolve("28 days").partial_note == "20 Nov is still being counted, so its bar is lighter."


def test_every_choice_can_be_resolved() -> None:
    for choice in get_args(RangeChoice):
        assert resolve(choice).current.last == TODAY
