"""YAML with its lines: plain data, exact text, and faults that say where they are."""

from pathlib import Path

import pytest

from billing_core.adapters.catalog_files.folder import read_catalog_folder
from billing_core.adapters.catalog_files.yaml_file import parse_yaml, read_yaml


def test_numbers_and_dates_stay_the_text_they_are() -> None:
    file = parse_yaml(
        "{price: 9.90, day: 2026-01-01, big: 1_000, quoted: 'true', yes: yes, on: true, none: ~}", "x.yml"
    )
    assert file.data == {
        "price": "9.90",
        "day": "2026-01-01",
        "big": "1_000",
        "quoted": "true",
        "yes": "yes",
        "on": True,
        "none": None,
    }
    assert file.problems == []


def test_every_value_has_its_line_and_what_is_missing_that_of_what_is_around_it() -> None:
    file = parse_yaml("plans:\n  - code: pro\n    rates:\n      gpt-3.5: 1\n", "plans.yml")
    assert file.line_of("plans[0].code") == 2
    assert file.line_of("plans[0].rates.gpt-3.5") == 4
    assert file.line_of("plans[0].price_month") == 2
    assert file.line_of("plans[7].code") == 1
    assert file.line_of("") == 1


def test_what_an_alias_stands_for_is_read_in_its_place() -> None:
    file = parse_yaml("list: &list\n  a: 1\nuse:\n  it: *list\n", "x.yml")
    assert file.data["use"]["it"] == {"a": "1"}
    assert (file.line_of("use.it"), file.line_of("use.it.a")) == (4, 2)


def test_a_key_written_twice_is_a_problem_and_the_first_one_counts() -> None:
    file = parse_yaml("a: 1\nb: 2\na: 3\n", "x.yml")
    assert file.data == {"a": "1", "b": "2"}
    (problem,) = file.problems
    assert (problem.path, file.line_of("a")) == ("a", 3)
    assert "the first is in line 1" in problem.message


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: [1, 2\nb: 3\n", 2), ("a: 1\n\tb: 2\n", 2), ("a: *nowhere\n", 1), ("a: 1\n---\nb: 2\n", 2), ("a: \x00", 1)],
)
def test_what_is_not_yaml_says_in_which_line(text: str, line: int) -> None:
    file = parse_yaml(text, "x.yml")
    assert file.data is None
    assert "This is not YAML" in file.problems[0].message
    assert file.line_of("") == line


def test_an_anchor_inside_itself_is_a_problem() -> None:
    assert "contains itself" in parse_yaml("a: &a\n  b: *a\n", "x.yml").problems[0].message


def test_a_missing_file_and_one_that_is_not_text_are_problems(tmp_path: Path) -> None:
    assert "missing" in read_yaml(tmp_path / "plans.yml").problems[0].message
    (tmp_path / "plans.yml").write_bytes(b"a: \xff")
    assert "not UTF-8" in read_yaml(tmp_path / "plans.yml").problems[0].message


def test_a_folder_gives_every_file_of_the_catalogue_by_its_name(tmp_path: Path) -> None:
    files = read_catalog_folder(tmp_path)
    assert sorted(files) == ["features", "packages", "plans", "provider_prices", "settings"]
    assert all(file.problems for file in files.values())
