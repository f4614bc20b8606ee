"""Decision records: numbered, short, and whole."""

import re
from collections import Counter
from collections.abc import Iterator

from checks.rule import Finding, Project

FOLDER = "docs/decisions/"
SECTIONS = ("Context", "Decision", "Consequences", "Alternatives")
LINES_MAX = 80
NAME = re.compile(r"(\d{4})-[a-z0-9-]+\.md")


def decisions_say_why_and_what_else(project: Project) -> Iterator[Finding]:
    """Context, Decision, Consequences, Alternatives on one page: a decision without its alternatives is made again."""
    for path, text in _records(project):
        headings = re.findall(r"^## (.+?)\s*$", text, re.MULTILINE)
        for missing in [section for section in SECTIONS if section not in headings]:
            yield Finding(path, 1, f"has no section '## {missing}'")
        if (lines := len(text.splitlines())) > LINES_MAX:
            yield Finding(path, lines, f"{lines} lines; a page has {LINES_MAX}")


def decisions_are_numbered_once(project: Project) -> Iterator[Finding]:
    """NNNN-title.md, every number used once: others refer to a decision by its number."""
    names = [(path, NAME.fullmatch(path.removeprefix(FOLDER))) for path, _ in _records(project)]
    numbers = Counter(match.group(1) for _, match in names if match)
    for path, match in names:
        if match is None:
            yield Finding(path, 1, "call it NNNN-title-in-small-letters.md")
        elif numbers[match.group(1)] > 1:
            yield Finding(path, 1, f"number {match.group(1)} is used more than once")


def _records(project: Project) -> Iterator[tuple[str, str]]:
    return ((path, text) for path, text in project.texts() if path.startswith(FOLDER) and path.endswith(".md"))


RULES = (decisions_say_why_and_what_else, decisions_are_numbered_once)
