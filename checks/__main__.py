"""Runs every house rule over the project: `python -m checks`; prints file:line and exits 1 when one is broken."""

import inspect
import sys
from pathlib import Path

from checks import decisions, dependencies, money, screens, size, storage, suite, words
from checks.rule import Project, Rule

RULES: tuple[Rule, ...] = (
    *size.RULES,
    *words.RULES,
    *dependencies.RULES,
    *money.RULES,
    *storage.RULES,
    *screens.RULES,
    *suite.RULES,
    *decisions.RULES,
)


def main() -> int:
    """0 when every rule holds; 1 after printing each breach and the reason of the rule."""
    project = Project(Path(__file__).resolve().parent.parent)
    broken = 0
    for rule in RULES:
        findings = list(rule(project))
        for finding in findings:
            print(f"{finding.path}:{finding.line}: {finding.message}")
        if findings:
            broken += len(findings)
            print(f"    {rule.__name__}: {inspect.getdoc(rule)}\n")
    print(f"{len(RULES)} house rules, {broken or 'nothing'} broken.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
