"""The console: thin guarded pages, caches in one place, plain words."""

import ast
import re
from collections.abc import Iterator

from checks.rule import Finding, Module, Project

FRAME = ("pages/__init__.py", "pages/shell.py")  # the frame signs in; every other page guards itself
SCREEN_CODE = ("pages", "billing_core/console", "app.py")
CACHE_HOME = ("billing_core/console/queries.py", "billing_core/console/queries")
FRAGMENT_HOME = "billing_core/console/session.py"
WITHOUT_STREAMLIT = ("billing_core/console/formatting.py", "billing_core/console/charts")
NOISE = {"balloons", "snow", "write"}
PICTOGRAM = re.compile("[\U0001f000-\U0001faff\u2600-\u26ff\u2702-\u27b0\u2b50\ufe0f]")


def pages_guard_themselves(project: Project) -> Iterator[Finding]:
    """A page's first act is `require(...)`: Streamlit can run a page file without the frame around it."""
    for module in _pages(project):
        acts = [node for node in module.tree.body if not _is_preamble(node)]
        if not acts or "require" not in _called_names(acts[0]):
            yield Finding(module.path, acts[0].lineno if acts else 1, "begin with who = require(Permission...)")


def pages_are_thin(project: Project) -> Iterator[Finding]:
    """Guard, filters, query, empty state, picture; no try, no groupby, no arithmetic."""
    for module in _pages(project):
        for node in ast.walk(module.tree):
            match node:
                case ast.Try():
                    yield module.at(node, "try: errors are shown by the frame and by console/commands")
                case ast.Attribute(attr="groupby" | "group_by" | "merge" | "pivot_table"):
                    yield module.at(node, f".{node.attr}: the query gives the rows as they are shown")
                case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.FloorDiv() | ast.Mod()):
                    yield module.at(node, "arithmetic: compute it in a query, or format it in console/formatting")
                case _:
                    pass


def caches_live_with_the_queries(project: Project) -> Iterator[Finding]:
    """st.cache_* only in console/queries: a cache is shared by all users, so each takes the scope as an argument."""
    for module in project.modules:
        if module.within(*SCREEN_CODE) and not module.within(*CACHE_HOME):
            for node in module.nodes(ast.Attribute):
                if node.attr in ("cache_data", "cache_resource"):
                    yield module.at(node, f"st.{node.attr} outside console/queries")


def fragments_ask_who_is_looking(project: Project) -> Iterator[Finding]:
    """st.fragment only inside guarded_fragment: a click in a fragment runs it without the guard of its page."""
    for module in project.modules:
        if module.within(*SCREEN_CODE) and not module.within(FRAGMENT_HOME):
            for node in module.nodes(ast.Attribute):
                if node.attr == "fragment" and ast.unparse(node.value) == "st":
                    yield module.at(node, "st.fragment: use guarded_fragment of console/session")


def charts_and_formats_know_no_streamlit(project: Project) -> Iterator[Finding]:
    """Charts and formats are pure: they are tested without a browser and used by exports and mails too."""
    for module in project.modules:
        if module.within(*WITHOUT_STREAMLIT):
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Import | ast.ImportFrom) and "streamlit" in ast.unparse(node):
                    yield module.at(node, "return the figure or the text; the page draws it")


def screens_speak_plainly(project: Project) -> Iterator[Finding]:
    """No emoji, no st.write, no balloons: a console about money looks like one."""
    for module in project.modules:
        if not module.within(*SCREEN_CODE):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and PICTOGRAM.search(node.value):
                yield module.at(node, "emoji: use a word, or a :material/...: icon")
            elif isinstance(node, ast.Attribute) and node.attr in NOISE and ast.unparse(node.value) == "st":
                yield module.at(node, f"st.{node.attr}: call the element that is meant")


def _pages(project: Project) -> Iterator[Module]:
    return (module for module in project.modules if module.within("pages") and not module.within(*FRAME))


def _is_preamble(node: ast.stmt) -> bool:
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_docstring or isinstance(node, ast.Import | ast.ImportFrom)


def _called_names(statement: ast.stmt) -> set[str]:
    return {ast.unparse(node.func).split(".")[-1] for node in ast.walk(statement) if isinstance(node, ast.Call)}


RULES = (
    pages_guard_themselves,
    pages_are_thin,
    caches_live_with_the_queries,
    fragments_ask_who_is_looking,
    charts_and_formats_know_no_streamlit,
    screens_speak_plainly,
)
