"""Reading documents: exact values in, every problem named by its path."""

from datetime import UTC, datetime
from typing import Any

import pytest

from billing_core.domain.document_reader import DocumentReader, Problem, did_you_mean
from billing_core.domain.money import Money


def a_reader(value: object, *keys: str) -> DocumentReader:
    return DocumentReader(value, "plan", [], keys or ("it",))


def problem_of(reader: DocumentReader) -> Problem:
    (problem,) = reader.problems
    return problem


def test_an_unknown_key_is_named_with_the_key_that_was_meant() -> None:
    problem = problem_of(a_reader({"price_mont": "1"}, "price_month", "price_year"))
    assert problem.path == "plan.price_mont"
    assert "Did you mean price_month?" in problem.message
    assert "Allowed: price_month, price_year." in problem.message


def test_a_name_far_from_all_others_gets_no_guess() -> None:
    assert did_you_mean("zzz", ["price_month"]) == ""


def test_a_missing_value_is_one_problem_and_its_fields_are_none() -> None:
    reader = a_reader({}, "sign_up")
    child = reader.child("sign_up", ("credits", "valid_days"))
    child.money("credits", "CREDITS")
    child.whole("valid_days")
    assert [problem.path for problem in reader.problems] == ["plan.sign_up"]


@pytest.mark.parametrize("value", ["1_000", "1000", 1000])
def test_a_whole_number_may_be_text_with_its_digits_grouped(value: object) -> None:
    assert a_reader({"it": value}).whole("it") == 1000


@pytest.mark.parametrize("value", ["1.5", "-1", -1, True, 1.0, "ten", "", "١٢", [], "9" * 5000])
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    reader = a_reader({"it": value})
    reader.whole("it")
    assert "it must be a whole number from 0 to" in problem_of(reader).message
    assert len(problem_of(reader).message) < 400


def test_unlimited_is_none_and_empty_is_a_problem() -> None:
    assert a_reader({"it": "unlimited"}).limit("it") is None
    reader = a_reader({"it": None})
    reader.limit("it")
    assert problem_of(reader).path == "plan.it"


def test_an_amount_is_read_exactly() -> None:
    assert a_reader({"it": "0.000000001"}).money("it", "USD") == Money(1, "USD")


@pytest.mark.parametrize("value", ["1e3", "-1", "$5", "0.0000000001", 9.9, True, {}, "99999999999999999999"])
def test_what_is_no_amount_is_refused(value: object) -> None:
    reader = a_reader({"it": value})
    reader.money("it", "USD")
    assert problem_of(reader).path == "plan.it"


def test_a_day_begins_at_midnight_in_utc() -> None:
    assert a_reader({"it": "2026-11-20"}).instant("it") == datetime(2026, 11, 20, tzinfo=UTC)
    assert a_reader({"it": "2026-11-20T01:00:00+01:00"}).instant("it") == datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize("value", ["2026-11-20T08:00:00", "20 Nov", "2026-13-01", 5])
def test_a_time_without_its_zone_is_refused(value: object) -> None:
    reader = a_reader({"it": value})
    reader.instant("it")
    assert "with its zone" in problem_of(reader).message


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"it": "yes"}, lambda reader: reader.flag("it", default=True)),
        ({"it": "stopp"}, lambda reader: reader.choice("it", ("stop", "overage"))),
        ({"it": "EURO"}, lambda reader: reader.currency("it", "USD")),
        ({"it": "two\nlines"}, lambda reader: reader.text("it")),
        ({"it": " "}, lambda reader: reader.text("it")),
        ({"it": "a" * 201}, lambda reader: reader.text("it")),
        ({"it": {"a": 1}}, lambda reader: list(reader.children("it", ("a",)))),
        ({"it": []}, lambda reader: list(reader.children("it", ("a",)))),
        ({"it": "text"}, lambda reader: reader.child("it", None)),
    ],
)
def test_a_value_of_another_kind_is_one_problem(value: object, read: Any) -> None:
    reader = a_reader(value)
    read(reader)
    assert problem_of(reader).path == "plan.it"


def test_entries_of_a_list_are_sound_or_not_on_their_own() -> None:
    reader = a_reader({"it": [{"a": "x"}, {"a": "1"}]})
    sound = [(item.whole("a"), item.is_sound) for item in reader.children("it", ("a",))]
    assert sound == [(0, False), (1, True)]
    assert problem_of(reader).path == "plan.it[0].a"


def test_an_unreadable_document_keeps_its_own_problems_only() -> None:
    reader = DocumentReader.unreadable([Problem("", "This is not YAML.")])
    list(reader.children("plans", ("code",)))
    reader.child("sign_up", None).text("x")
    assert len(reader.problems) == 1
