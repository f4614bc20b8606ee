"""The tests: sentences that assert something, at their own speed, against the real thing."""

import ast
from collections.abc import Iterator

from checks.rule import Finding, Module, Project

NAME_WORDS_MIN = 4
WAITS = {"sleep", "wait_for_timeout"}


def tests_never_sleep(project: Project) -> Iterator[Finding]:
    """No sleeping: it is too short on a slow machine and too long on every other; wait for what is meant."""
    for module in _suites(project):
        for call in module.nodes(ast.Call):
            name = ast.unparse(call.func)
            if name.split(".")[-1] in WAITS:
                yield module.at(call, f"{name}(): wait for an event or use expect(...)")


def tests_assert_something(project: Project) -> Iterator[Finding]:
    """A test whose body is `pass`, or that cannot fail, is worse than none: it is counted."""
    for module in _suites(project):
        for test in _tests(module):
            body = [
                node for node in test.body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
            ]
            if all(isinstance(node, ast.Pass) for node in body):
                yield module.at(test, f"{test.name} does nothing")
        for node in module.nodes(ast.Assert):
            if any(isinstance(part, ast.Constant) and part.value is True for part in _alternatives(node.test)):
                yield module.at(node, "this assertion always holds")


def test_names_are_sentences(project: Project) -> Iterator[Finding]:
    """`test_refunding_twice_with_the_same_key_moves_money_once`: the listing is the specification."""
    for module in _suites(project):
        for test in _tests(module):
            if len(test.name.split("_")) <= NAME_WORDS_MIN:
                yield module.at(test, f"{test.name}: say in a sentence what holds")


def tests_use_fakes_not_mocks(project: Project) -> Iterator[Finding]:
    """No unittest.mock: a mock repeats the call it expects and stays green when the real thing changes."""
    for module in _suites(project):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import | ast.ImportFrom) and "mock" in ast.unparse(node):
                yield module.at(node, "write a fake of the port, or use the real adapter")


def _suites(project: Project) -> Iterator[Module]:
    return (module for module in project.modules if module.within("tests"))


def _tests(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def _alternatives(test: ast.expr) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else [test]


RULES = (tests_never_sleep, tests_assert_something, test_names_are_sentences, tests_use_fakes_not_mocks)
