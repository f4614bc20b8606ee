"""What may be imported where, and that every installation is the same."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions

from checks.rule import Finding, Module, Project

OURS = {"app", "benchmarks", "billing_core", "checks", "pages", "stripe_sandbox", "tests"}
PAGES_MAY_IMPORT = ("billing_core.console", "billing_core.domain", "streamlit")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(\[[a-z0-9,._-]+\])?==[0-9][\w.]*$")
BROUGHT_ALONG = re.compile(r"^# -{20,}", re.MULTILINE)  # the line below which the transitive pins stand


def the_domain_needs_only_python(project: Project) -> Iterator[Finding]:
    """The domain imports the standard library and itself: rules of money outlive every framework around them."""
    for module in project.modules:
        if module.within("billing_core/domain"):
            for node, name in _imports(module):
                if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("billing_core.domain"):
                    yield module.at(node, f"{name} in the domain")


def pages_import_only_the_console(project: Project) -> Iterator[Finding]:
    """A page knows Streamlit, the console's parts and the domain's words; all else comes through a query or command."""
    for module in project.modules:
        if module.within("pages"):
            for node, name in _imports(module):
                is_standard = name.split(".")[0] in sys.stdlib_module_names
                if not is_standard and not f"{name}.".startswith(tuple(f"{allowed}." for allowed in PAGES_MAY_IMPORT)):
                    yield module.at(node, f"{name} in a page")


def requirements_are_exact(project: Project) -> Iterator[Finding]:
    """Every requirement is pinned with ==: what was tested is what is installed."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        for number, line in enumerate(_lines(project, name), start=1):
            requirement = line.split("#")[0].strip()
            if requirement and not requirement.startswith("-r ") and not PIN.match(requirement):
                yield Finding(name, number, f"{requirement!r} is not name==version")


def what_is_imported_is_required(project: Project) -> Iterator[Finding]:
    """What the product imports stands in the upper part of requirements.txt: a stranger's dependency may go any day."""
    upper = BROUGHT_ALONG.split("\n".join(_lines(project, "requirements.txt")))[0]
    required = {_normal(line.split("==")[0].split("[")[0]) for line in upper.splitlines() if "==" in line}
    distributions = packages_distributions()
    for module in project.modules:
        if module.within("billing_core", "pages", "stripe_sandbox", "app.py"):
            for node, name in _imports(module):
                top = name.split(".")[0]
                is_foreign = top not in sys.stdlib_module_names and top not in OURS
                if is_foreign and not required & {_normal(found) for found in distributions.get(top, [top])}:
                    yield module.at(node, f"{top} is not in the upper part of requirements.txt")


def _imports(module: Module) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "billing_core":
            yield from ((node, f"billing_core.{name.name}") for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node, node.module


def _lines(project: Project, name: str) -> list[str]:
    file = project.root / name
    return file.read_text().splitlines() if file.is_file() else []


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


RULES = (
    the_domain_needs_only_python,
    pages_import_only_the_console,
    requirements_are_exact,
    what_is_imported_is_required,
)
