"""Who may speak to storage, and who decides when it is written."""

import ast
import re
from collections.abc import Iterator

from checks.rule import Finding, Project

ADAPTERS = "billing_core/adapters"
QUERY_LIBRARIES = {"alembic", "duckdb", "ibis", "psycopg", "sqlalchemy", "sqlite3"}
SQL = re.compile(r"\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|CREATE\s+TABLE)\s", re.DOTALL)
TRANSACTION_CALLS = {"commit", "rollback"}


def services_never_commit(project: Project) -> Iterator[Finding]:
    """One request, task or click is one transaction: a service that commits halves the one it was called in."""
    for module in project.modules:
        if module.within("billing_core/domain", "billing_core/services"):
            for call in module.nodes(ast.Call):
                if isinstance(call.func, ast.Attribute) and call.func.attr in TRANSACTION_CALLS:
                    yield module.at(call, f".{call.func.attr}(): the edge that opened the unit of work ends it")


def queries_live_in_adapters(project: Project) -> Iterator[Finding]:
    """SQL and its libraries stay in adapters: a table can change with one folder to read."""
    for module in project.modules:
        if not module.within("billing_core", "pages", "app.py") or module.within(ADAPTERS):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [name.name for name in node.names]
                for name in names:
                    if name.split(".")[0] in QUERY_LIBRARIES:
                        yield module.at(node, f"{name}: ask an adapter through a port of the service")
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
                yield module.at(node, "SQL: ask an adapter through a port of the service")


def relationships_never_load_by_themselves(project: Project) -> Iterator[Finding]:
    """Relationships are `lazy="raise"`: a hidden query per row is found by the customer with the most rows."""
    for module in project.modules:
        for call in module.nodes(ast.Call):
            if isinstance(call.func, ast.Name) and call.func.id == "relationship":
                lazy = next((key.value for key in call.keywords if key.arg == "lazy"), None)
                if not (isinstance(lazy, ast.Constant) and lazy.value == "raise"):
                    yield module.at(call, 'say lazy="raise" and load what is needed in the query')


RULES = (services_never_commit, queries_live_in_adapters, relationships_never_load_by_themselves)
