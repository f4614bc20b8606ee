"""Names and words: what a file is called, what it says of itself, and what it must not leave behind."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from checks.rule import Finding, Project

CATCH_ALL_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "base_utils", "tools"}
# The brackets keep these patterns from finding themselves.
LEFTOVER = re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b|coming[ ]soon|lorem[ ]ipsum", re.IGNORECASE)
MACHINE_PATH = re.compile(r"(?<![\w.}~])/(?:wor[k]|tm[p]|roo[t]|hom[e]|User[s])/\w")


def names_say_what_is_inside(project: Project) -> Iterator[Finding]:
    """No utils, helpers or common: a name that fits everything collects everything."""
    for module in project.modules:
        if CATCH_ALL_NAMES & set(PurePosixPath(module.path).with_suffix("").parts):
            yield Finding(module.path, 1, "name it after the thing it holds, not after its being useful")


def modules_say_what_they_are_for(project: Project) -> Iterator[Finding]:
    """Every module begins with a sentence on its purpose: a newcomer reads the listing before the code."""
    for module in project.modules:
        docstring = ast.get_docstring(module.tree) or ""
        if not docstring.split("\n\n")[0].endswith("."):
            yield Finding(module.path, 1, "begin with a docstring whose first paragraph is a whole sentence")


def public_functions_are_documented(project: Project) -> Iterator[Finding]:
    """What a module offers says shapes, units and errors: types alone do not."""
    for module in project.modules:
        if module.within("billing_core"):
            for node in module.tree.body:
                is_named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                if not is_named or node.name.startswith("_") or _is_overload(node):
                    continue
                if not ast.get_docstring(node):
                    yield module.at(node, f"{node.name} has no docstring")


def _is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """A signature of the function that follows, which has the words."""
    return any(isinstance(item, ast.Name) and item.id == "overload" for item in node.decorator_list)


def nothing_is_left_for_later(project: Project) -> Iterator[Finding]:
    """No reminders and no placeholders: what is missing is an issue, what is there is finished."""
    yield from _matches(project, LEFTOVER, "finish it, or take it out and open an issue", exempt=())


def no_path_belongs_to_one_machine(project: Project) -> Iterator[Finding]:
    """No absolute paths of somebody's machine: the product runs from any folder, as any user."""
    yield from _matches(project, MACHINE_PATH, "take the folder from the settings or the caller", exempt=("tests/",))


def _matches(project: Project, pattern: re.Pattern[str], message: str, exempt: tuple[str, ...]) -> Iterator[Finding]:
    for path, text in project.texts():
        if not path.startswith(exempt):
            for number, line in enumerate(text.splitlines(), start=1):
                if match := pattern.search(line):
                    yield Finding(path, number, f"{match.group()!r}: {message}")


RULES = (
    names_say_what_is_inside,
    modules_say_what_they_are_for,
    public_functions_are_documented,
    nothing_is_left_for_later,
    no_path_belongs_to_one_machine,
)
