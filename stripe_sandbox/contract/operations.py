"""Which requests the API knows: method, path, parameters and answer, read from the SDK's service classes."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import stripe

_SDK_FOLDER = Path(stripe.__file__).parent
_PATH_LITERAL = re.compile(r'"(/v\d/[^"]+)"')


@dataclass(frozen=True)
class Operation:
    """One request of the API. `answer` names the SDK class of what comes back, `ListObject[...]` for a page of them."""

    method: str
    template: str
    params: type | None
    answer: str


@cache
def find_operation(method: str, template: str) -> Operation | None:
    """The operation at a path written with placeholders, as in `/v1/customers/{customer}`."""
    for source in _sources_by_template().get(template, ()):
        for operation in _operations_in(source):
            if (operation.method, operation.template) == (method, template):
                return operation
    return None


def match_operation(method: str, path: str) -> Operation | None:
    """The operation a concrete path belongs to; a literal segment wins over a placeholder."""
    for template in sorted(_sources_by_template(), key=lambda known: known.count("{")):
        if _pattern(template).fullmatch(path) and (operation := find_operation(method, template)):
            return operation
    return None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template)))


@cache
def _sources_by_template() -> dict[str, list[Path]]:
    """Reading text is quick; parsing 220 files is not, so only those that are asked for are parsed."""
    found: dict[str, list[Path]] = {}
    for source in sorted(_SDK_FOLDER.rglob("*_service.py")):
        for template in dict.fromkeys(_PATH_LITERAL.findall(source.read_text(encoding="utf-8"))):
            found.setdefault(template, []).append(source)
    return found


@cache
def _operations_in(source: Path) -> tuple[Operation, ...]:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    modules = {
        alias.asname or alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    return tuple(
        Operation(method.upper(), template, _params_class(function, modules), _annotation(function.returns))
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for method, template in _requests_in(function)
    )


def _requests_in(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """`self._request("post", "/v1/...".format(...), ...)` calls of a service method."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "_request":
            texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
            method = next(text for text in texts if isinstance(text, str) and not text.startswith("/"))
            template = next(text for text in texts if isinstance(text, str) and text.startswith("/"))
            yield method, template


def _params_class(function: ast.FunctionDef, modules: dict[str, str]) -> type | None:
    for argument in function.args.args:
        if argument.arg == "params":
            name = re.search(r"\w+Params\b", _annotation(argument.annotation))
            if name and name.group() in modules:
                return getattr(import_module(modules[name.group()]), name.group())
    return None


def _annotation(node: ast.expr | None) -> str:
    return "" if node is None else ast.unparse(node).replace("'", "").replace('"', "")
