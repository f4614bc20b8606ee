"""Holds a JSON answer against the SDK's resource classes: fields that moved, are missing, or hold the wrong thing."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast, get_args, get_origin

from stripe import ListObject, StripeObject
from stripe._stripe_object import UntypedStripeObject

from stripe_sandbox.contract.declared import (
    AnotherResource,
    alternatives,
    choices,
    fields_of,
    is_nullable,
    resource_class,
    scalars,
)

_ABSENT = object()


def check_answer(answer: Any, path: str = "answer") -> list[str]:
    """Deviations of a resource, or of a list of them, each as `path: what is wrong`; empty when it is as declared."""
    if not isinstance(answer, dict):
        return [f"{path}: not an object"]
    body = cast("dict[str, Any]", answer)
    name = body.get("object")
    if name == "list":
        return _check_list(body, path)
    declared = resource_class(name) if isinstance(name, str) else None
    if declared is None:
        return [f"{path}: `object` is {name!r}, which the API does not have"]
    if body.get("deleted") is True:
        return [] if isinstance(body.get("id"), str) else [f"{path}.id: missing"]
    problems = _check_fields(declared, body, str(name) if path == "answer" else path)
    if name == "event" and not problems:
        problems += check_answer(body["data"]["object"], "event.data.object")
    return problems


def _check_list(body: Mapping[str, Any], path: str) -> list[str]:
    problems = [
        f"{path}.{name}: missing or not {kind.__name__}"
        for name, kind in (("data", list), ("has_more", bool), ("url", str))
        if not isinstance(body.get(name), kind)
    ]
    data = body.get("data")
    entries = cast("list[Any]", data) if isinstance(data, list) else []
    return problems + [
        problem for index, entry in enumerate(entries) for problem in check_answer(entry, f"{path}.data[{index}]")
    ]


def _check_fields(declared: type, body: Mapping[str, Any], path: str) -> list[str]:
    fields = fields_of(declared)
    problems = [f"{path}.{name}: this object has no such field" for name in body.keys() - fields.keys()]
    for name, hint in fields.items():
        value = body.get(name, _ABSENT)
        if value is _ABSENT:
            problems += [] if is_nullable(hint) else [f"{path}.{name}: missing"]
        else:
            problems += _check_value(hint, value, f"{path}.{name}")
    return problems


def _check_value(hint: Any, value: Any, path: str) -> list[str]:
    if Any in alternatives(hint):
        return []
    if value is None:
        return [] if is_nullable(hint) else [f"{path}: null"]
    if isinstance(value, list):
        return _check_entries(hint, cast("list[Any]", value), path)
    if isinstance(value, dict):
        return _check_hash(hint, cast("dict[str, Any]", value), path)
    return _check_scalar(hint, value, path)


def _check_scalar(hint: Any, value: Any, path: str) -> list[str]:
    listed, plain = choices(hint), scalars(hint)
    if value in listed or type(value) in plain:
        return []
    if Decimal in plain and isinstance(value, (str, int)):
        return []
    if float in plain and isinstance(value, int):
        return []
    wanted = [repr(choice) for choice in listed] + sorted(kind.__name__ for kind in plain - {type(None)})
    return [f"{path}: {value!r} is not {' or '.join(wanted) or 'a nested value'}"]


def _check_entries(hint: Any, entries: list[Any], path: str) -> list[str]:
    for part in alternatives(hint):
        if get_origin(part) is list:
            item = get_args(part)[0]
            return [p for index, each in enumerate(entries) for p in _check_value(item, each, f"{path}[{index}]")]
    return [f"{path}: a list is not expected here"]


def _check_hash(hint: Any, body: dict[str, Any], path: str) -> list[str]:
    for part in alternatives(hint):
        origin = get_origin(part)
        if origin in (dict, UntypedStripeObject):
            item = get_args(part)[-1]
            return [p for key, each in body.items() for p in _check_value(item, each, f"{path}.{key}")]
        if origin is ListObject:
            return check_answer(body, path) if body.get("object") == "list" else [f"{path}: not a list object"]
        if part is AnotherResource:
            return check_answer(body, path)
        if isinstance(part, type) and issubclass(part, StripeObject):
            return _check_fields(part, body, path)
    return [f"{path}: a hash is not expected here"]
