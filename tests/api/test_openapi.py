"""The OpenAPI document is complete: nobody has to read the code to send a request or to understand an answer."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.conftest import Api

METHODS = ("get", "post", "put", "patch", "delete")
# Answers of every guarded operation, and of every one that takes a body.
OF_GUARDED = {"401", "429"}
OF_BODIES = {"400", "413", "422"}
SUMMARY_LENGTH_MAX = 60


@pytest.fixture
def document(api: Api) -> dict[str, Any]:
    return api.get("/api/openapi.json").json()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item[method]


def has_example(document: dict[str, Any], content: dict[str, Any]) -> bool:
    """Whether a kind of body has an example: its own, or that of the schema it is of."""
    schema = content.get("schema", {})
    return "example" in content or bool(content.get("examples")) or _is_shown(document, schema)


def _is_shown(document: dict[str, Any], schema: dict[str, Any]) -> bool:
    if "$ref" in schema:
        return _is_shown(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "example" in schema or schema.get("examples") or schema.get("format") == "binary":
        return True
    if "anyOf" in schema:
        return any(_is_shown(document, part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return _is_shown(document, schema["items"])
    of_page = schema.get("properties", {}).get("data")
    return of_page is not None and _is_shown(document, of_page)


def lacking(operation: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    """What a reader of the operation would miss."""
    if not operation.get("summary") or len(operation["summary"]) > SUMMARY_LENGTH_MAX:
        yield "a summary of a few words"
    if not operation.get("description"):
        yield "a description"
    if len(operation.get("tags", [])) != 1:
        yield "one tag"
    yield from (f"what {item['name']} is" for item in operation.get("parameters", []) if not item.get("description"))
    yield from _lacking_in_bodies(operation, document)


def _lacking_in_bodies(operation: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    answers: dict[str, Any] = operation["responses"]
    body: dict[str, Any] = operation.get("requestBody", {"content": {}})
    expected = (OF_GUARDED if operation.get("security") else set[str]()) | (OF_BODIES if body["content"] else set())
    if missing := expected - set(answers):
        yield f"the answers {', '.join(sorted(missing))}"
    if not all(has_example(document, content) for content in body["content"].values()):
        yield "an example of the body"
    for status, answer in answers.items():
        content = answer.get("content", {})
        if status.startswith("2") and not all(has_example(document, of_type) for of_type in content.values()):
            yield f"an example of the answer {status}"
        if status[0] in "45" and not content:
            yield f"the form of the answer {status}"


def test_every_operation_says_all_that_is_needed_to_use_it(document: dict[str, Any]) -> None:
    found = [
        f"{name} lacks {what}" for name, operation in operations(document) for what in lacking(operation, document)
    ]
    assert not found, "\n".join(found)


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(set(names)) == len(names)


def test_every_tag_is_explained(document: dict[str, Any]) -> None:
    explained = [tag["name"] for tag in document["tags"] if tag["description"]]
    assert {tag for _, operation in operations(document) for tag in operation["tags"]} == set(explained)


def test_guarded_operations_say_how_a_caller_is_known(document: dict[str, Any]) -> None:
    schemes = set(document["components"]["securitySchemes"])
    guarded = {name for name, operation in operations(document) if operation.get("security")}
    assert schemes == {"API key", "Console session"}
    assert "POST /v1/events" in guarded
    assert "GET /health/live" not in guarded


def test_examples_of_errors_are_problems(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status[0] == "4":
                assert list(answer["content"]) == ["application/problem+json"], f"{name} {status}"
