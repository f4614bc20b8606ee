"""What every rule works with: the project's files, parsed once, and the findings it yields."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TypeVar

CODE_FOLDERS = ("billing_core", "pages", "stripe_sandbox", "checks", "benchmarks", "tests")
CODE_FILES = ("app.py",)
TEXT_FOLDERS = (*CODE_FOLDERS, ".ci", ".streamlit", "docs", "data/catalog")
TEXT_SUFFIXES = {".py", ".md", ".toml", ".yml", ".yaml", ".txt", ".html", ".css", ".js", ".sql", ".ini", ".mako", ""}

Node = TypeVar("Node", bound=ast.AST)


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach: where it is, and what is wrong there."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its path from the project's root, its text, and its tree."""

    path: str
    text: str
    tree: ast.Module

    def at(self, node: ast.stmt | ast.expr | ast.keyword | ast.alias, message: str) -> Finding:
        return Finding(self.path, node.lineno, message)

    def within(self, *places: str) -> bool:
        """Whether the file is one of these paths, or lies in one of these folders."""
        return any(self.path == place or self.path.startswith(f"{place}/") for place in places)

    def nodes(self, kind: type[Node]) -> Iterator[Node]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kind))


@dataclass(frozen=True)
class Project:
    """The files below a root, as rules see them."""

    root: Path

    @cached_property
    def modules(self) -> list[Module]:
        """Every Python file of ours; raises SyntaxError for one this Python cannot read."""
        folders = (self.root / folder for folder in CODE_FOLDERS)
        files = [*(file for folder in folders for file in sorted(folder.rglob("*.py"))), *self._existing(CODE_FILES)]
        return [Module(self._name(file), text := file.read_text(), ast.parse(text, self._name(file))) for file in files]

    def texts(self) -> Iterator[tuple[str, str]]:
        """Path and content of every text file of ours, whatever its language."""
        folders = [self.root, *(self.root / folder for folder in TEXT_FOLDERS)]
        for folder in folders:
            files = folder.glob("*") if folder == self.root else folder.rglob("*")
            for file in sorted(files):
                if file.is_file() and file.suffix in TEXT_SUFFIXES and "__pycache__" not in file.parts:
                    yield self._name(file), file.read_text()

    def _existing(self, names: Iterable[str]) -> Iterator[Path]:
        return (self.root / name for name in names if (self.root / name).is_file())

    def _name(self, file: Path) -> str:
        return str(PurePosixPath(file.relative_to(self.root)))


Rule = Callable[[Project], Iterator[Finding]]
