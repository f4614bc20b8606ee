"""Sizes above which code is no longer read but searched."""

import ast
from collections.abc import Iterator

from checks.rule import Finding, Project

FILE_LINES_MAX = 300
PAGE_LINES_MAX = 80
FUNCTION_LINES_MAX = 70
# A migration is a frozen list of statements, read from top to bottom once and never changed.
FROZEN = ("billing_core/adapters/database/migrations",)


def files_stay_short(project: Project) -> Iterator[Finding]:
    """A file has at most 300 lines and a page 80: peers' service classes of 4,000 lines all began at 400."""
    for module in project.modules:
        lines = len(module.text.splitlines())
        lines_max = PAGE_LINES_MAX if module.within("pages") else FILE_LINES_MAX
        if lines > lines_max and not module.within(*FROZEN):
            yield Finding(module.path, lines, f"{lines} lines; at most {lines_max}: split it by noun or verb")


def functions_stay_short(project: Project) -> Iterator[Finding]:
    """A function has at most 70 lines: it fits on a screen, with its branches pushed up and its loops pushed down."""
    for module in project.modules:
        if module.within(*FROZEN):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    yield module.at(node, f"{node.name} has {lines} lines; at most {FUNCTION_LINES_MAX}")


RULES = (files_stay_short, functions_stay_short)
