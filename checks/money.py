"""Exact amounts: floats and rounding have one place each, and it is not here."""

import ast
from collections.abc import Iterator

from checks.rule import Finding, Module, Project

PRODUCT = ("billing_core", "pages", "app.py")
# Where a float is right, and why.
FLOATS_ALLOWED = {
    "billing_core/domain/money.py": "the one place of rounding",
    "billing_core/console/charts": "a pixel is a float; the figure beside it is exact",
    "billing_core/console/components/columns.py": "a table sorts ratios by a float and shows the exact text",
}
INEXACT_COLUMNS = {"Double", "DOUBLE", "Float", "FLOAT", "Numeric", "NUMERIC", "REAL"}
INEXACT_CALLS = {"float": "a float cannot hold 0.1", "round": "round through Money, so that every place rounds alike"}


def amounts_are_never_floats(project: Project) -> Iterator[Finding]:
    """No float() and no round(): every second place of rounding was a bug report in every peer."""
    for module in _places(project):
        for call in module.nodes(ast.Call):
            if isinstance(call.func, ast.Name) and call.func.id in INEXACT_CALLS:
                yield module.at(call, f"{call.func.id}(): {INEXACT_CALLS[call.func.id]}")


def cents_are_made_in_one_place(project: Project) -> Iterator[Finding]:
    """No `* 100` and `/ 100`: yen has no cents, and dividing makes a float."""
    for module in _places(project):
        for node in module.nodes(ast.BinOp):
            if isinstance(node.op, ast.Mult | ast.Div) and _is_hundred(node.right):
                yield module.at(
                    node,
                    "cents: Money.minor_units, Money.from_minor_units; a percentage names its hundred (PERCENT = 100)",
                )


def nanos_are_divided_exactly(project: Project) -> Iterator[Finding]:
    """No `/` on nanos: true division gives a float, which is wrong from nine million dollars upwards."""
    for module in _places(project):
        for node in module.nodes(ast.BinOp):
            if isinstance(node.op, ast.Div) and (_speaks_of_nanos(node.left) or _speaks_of_nanos(node.right)):
                yield module.at(node, "use divide_half_even, Money.share or to_decimal")


def columns_hold_exact_numbers(project: Project) -> Iterator[Finding]:
    """No Float or Numeric column: SQLite keeps both as binary floats; amounts are BIGINT nanos with a currency."""
    for module in project.modules:
        if module.within("billing_core/adapters"):
            for node in module.nodes(ast.ImportFrom):
                if (node.module or "").startswith("sqlalchemy"):
                    for name in node.names:
                        if name.name in INEXACT_COLUMNS:
                            yield module.at(name, f"{name.name}: store integers (nanos, milliseconds, basis points)")


def _places(project: Project) -> Iterator[Module]:
    return (m for m in project.modules if m.within(*PRODUCT) and not m.within(*FLOATS_ALLOWED))


def _is_hundred(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in (100, 100.0)


def _speaks_of_nanos(node: ast.expr) -> bool:
    names = (part.id if isinstance(part, ast.Name) else getattr(part, "attr", "") for part in ast.walk(node))
    return any(name == "nanos" or name.endswith("_nanos") for name in names)


RULES = (amounts_are_never_floats, cents_are_made_in_one_place, nanos_are_divided_exactly, columns_hold_exact_numbers)
