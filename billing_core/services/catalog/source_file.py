"""A file of the catalogue as plain data with the line of every value, and the error that names file, line and field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from billing_core.domain.document_reader import Problem
from billing_core.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What a file holds. `problems` are those of its notation; with any, its data is not to be used."""

    name: str
    data: Any
    lines: Mapping[str, int] = field(default_factory=dict[str, int])
    problems: Sequence[Problem] = ()

    def line_of(self, path: str) -> int:
        """The line of the value at a path, or of the nearest value around it."""
        while path not in self.lines and path:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, 1)


@dataclass(frozen=True, slots=True, order=True)
class CatalogProblem:
    """One thing wrong in a file of the catalogue."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: {self.field} {self.message}"
            if self.field
            else (f"{self.file}:{self.line}: {self.message}")
        )


class InvalidCatalog(InvalidInput):
    """The catalogue's files are wrong in at least one place; nothing of them was taken over."""

    code = "invalid_catalog"

    def __init__(self, problems: Sequence[CatalogProblem]) -> None:
        self.problems = sorted(problems)
        first = self.problems[0]
        super().__init__("\n".join(map(str, self.problems)), field=first.field, file=first.file, line=first.line)


def located(file: SourceFile, problems: Sequence[Problem]) -> list[CatalogProblem]:
    """Problems with the file and line they stand in."""
    return [
        CatalogProblem(file.name, file.line_of(problem.path), problem.path, problem.message) for problem in problems
    ]
