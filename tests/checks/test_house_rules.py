"""Every house rule finds the fault it is for, names the place, and accepts the mended file."""

from pathlib import Path

import pytest

from checks.__main__ import RULES
from checks.rule import Finding, Project, Rule
from tests.checks.faults import FAULTS, Files


def findings(rule: Rule, root: Path, files: Files) -> list[Finding]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return list(rule(Project(root)))


each_rule = pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.__name__) for rule in RULES])


@each_rule
def test_a_planted_fault_is_found_where_it_is(rule: Rule, tmp_path: Path) -> None:
    fault = FAULTS[rule.__name__]
    places = [f"{found.path}:{found.line}" for found in findings(rule, tmp_path, fault.planted)]
    assert fault.place in places


@each_rule
def test_the_mended_files_are_left_in_peace(rule: Rule, tmp_path: Path) -> None:
    assert findings(rule, tmp_path, FAULTS[rule.__name__].mended) == []


@each_rule
def test_a_rule_gives_its_reason_in_a_sentence(rule: Rule) -> None:
    assert (rule.__doc__ or "").endswith(".")


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    x = 1\nexcept ValueError:\n    x = 2\n",
        "share = part / whole\n",
        "rows.group_by('day')\n",
    ],
)
def test_a_page_that_catches_counts_or_groups_is_not_thin(body: str, tmp_path: Path) -> None:
    rule = next(rule for rule in RULES if rule.__name__ == "pages_are_thin")
    assert len(findings(rule, tmp_path, {"pages/revenue.py": f"who = require(READ)\n{body}"})) == 1


@pytest.mark.parametrize("text", ["Paid \U0001f389", "Paid \u2705", "Sunny \u2600\ufe0f"])
def test_emoji_on_a_screen_are_found(text: str, tmp_path: Path) -> None:
    rule = next(rule for rule in RULES if rule.__name__ == "screens_speak_plainly")
    assert len(findings(rule, tmp_path, {"billing_core/console/texts.py": f"TEXT = {text!r}\n"})) == 1


def test_a_test_whose_body_is_pass_is_found(tmp_path: Path) -> None:
    rule = next(rule for rule in RULES if rule.__name__ == "tests_assert_something")
    assert len(findings(rule, tmp_path, {"tests/test_x.py": 'def test_x():\n    """Docs."""\n    pass\n'})) == 1
