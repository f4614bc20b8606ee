"""Reads YAML into plain data and remembers the line of every value; decimals and dates stay the text they are."""

from pathlib import Path
from typing import Any, cast

import yaml

from billing_core.domain.document_reader import Problem
from billing_core.services.catalog.source_file import SourceFile

_BOOL, _NULL = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null"


def read_yaml(path: Path) -> SourceFile:
    """The file as data. A file that is missing, not UTF-8, or not YAML comes back with its problems instead."""
    try:
        return parse_yaml(path.read_text(encoding="utf-8"), path.name)
    except FileNotFoundError:
        return SourceFile(path.name, None, problems=[Problem("", "The file is missing from the catalogue's folder.")])
    except UnicodeDecodeError as error:
        return SourceFile(path.name, None, problems=[Problem("", f"The file is not UTF-8: {error.reason}.")])


def parse_yaml(text: str, name: str) -> SourceFile:
    """YAML text as data, with the line (from 1) of every value by its path."""
    try:
        root = cast("yaml.Node | None", yaml.compose(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        return _broken(name, error)
    reader = _NodeReader()
    data = None if root is None else reader.read(root, "")
    return SourceFile(name, data, reader.lines, reader.problems)


def _broken(name: str, error: yaml.YAMLError) -> SourceFile:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    reason = error.problem if isinstance(error, yaml.MarkedYAMLError) else str(error)
    lines = {"": 1 if mark is None else mark.line + 1}
    return SourceFile(name, None, lines, [Problem("", f"This is not YAML: {reason}.")])


class _NodeReader:
    """Turns composed nodes into dicts, lists, text, truth values and None."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.problems: list[Problem] = []
        self._around: list[yaml.Node] = []

    def read(self, node: yaml.Node, path: str) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.CollectionNode):
            return self._collection(node, path)
        if node.tag == _NULL:
            return None
        if node.tag == _BOOL and str(node.value).lower() in ("true", "false"):
            return str(node.value).lower() == "true"
        return str(node.value)

    def _collection(self, node: yaml.CollectionNode, path: str) -> Any:
        if any(node is outer for outer in self._around):
            self.problems.append(Problem(path, "contains itself through an alias."))
            return None
        self._around.append(node)
        if isinstance(node, yaml.MappingNode):
            values: Any = self._mapping(node, path)
        else:
            values = [self.read(item, f"{path}[{index}]") for index, item in enumerate(node.value)]
        self._around.pop()
        return values

    def _mapping(self, node: yaml.MappingNode, path: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            where = f"{path}.{key}" if path else key
            if key in values:
                self.problems.append(Problem(where, f"is there twice; the first is in line {self.lines[where]}."))
                self.lines[where] = key_node.start_mark.line + 1
                continue
            values[key] = self.read(value_node, where)
            self.lines[where] = key_node.start_mark.line + 1
        return values
