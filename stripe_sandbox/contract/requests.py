"""Holds a request against the parameters the SDK declares, and turns its texts into the declared types."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args, get_origin

from stripe import RequestOptions
from stripe._stripe_object import UntypedStripeObject
from typing_extensions import is_typeddict

from stripe_sandbox.contract.declared import alternatives, choices, fields_of, scalars
from stripe_sandbox.contract.forms import Form, as_list

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?")
_OPTIONS = frozenset(RequestOptions.__annotations__)  # headers and client settings, never on the wire


@dataclass(frozen=True)
class Problem:
    """What is wrong with one parameter, in Stripe's words; `param` is written as in `line_items[0][price]`."""

    param: str
    message: str
    code: str | None = None


def read_params(declared: type | None, form: Mapping[str, Form]) -> tuple[dict[str, Any], list[Problem]]:
    """The typed parameters of a request, and everything the SDK's types would not have let through."""
    problems: list[Problem] = []
    if declared is None:
        return {}, [_unknown(name) for name in form]
    return _read_hash(declared, form, "", problems), problems


def _read_hash(declared: type, form: Mapping[str, Form], path: str, problems: list[Problem]) -> dict[str, Any]:
    fields = fields_of(declared)
    if not path:
        fields = {name: hint for name, hint in fields.items() if name not in _OPTIONS}
    values: dict[str, Any] = {}
    for name, value in form.items():
        if name in fields:
            values[name] = _read(fields[name], value, _below(path, name), problems)
        else:
            problems.append(_unknown(_below(path, name)))
    required: frozenset[str] = getattr(declared, "__required_keys__", frozenset())
    for name in sorted(required & fields.keys() - form.keys()):
        param = _below(path, name)
        problems.append(Problem(param, f"Missing required param: {param}.", "parameter_missing"))
    return values


def _read(hint: Any, value: Form, path: str, problems: list[Problem]) -> Any:
    if isinstance(value, str):
        return _read_text(hint, value, path, problems)
    return _read_nested(hint, value, path, problems)


def _read_text(hint: Any, text: str, path: str, problems: list[Problem]) -> Any:
    plain, listed = scalars(hint), choices(hint)
    for choice in listed:
        if text == (str(choice).lower() if isinstance(choice, bool) else choice):
            return choice
    if bool in plain and text in ("true", "false"):
        return text == "true"
    if int in plain and _INTEGER.fullmatch(text):
        return int(text)
    if plain & {Decimal, float} and _DECIMAL.fullmatch(text):
        return Decimal(text)
    if str in plain:
        return text
    problems.append(_wrong_text(plain, [choice for choice in listed if choice != ""], text, path))
    return None


def _wrong_text(plain: set[type], listed: list[Any], text: str, path: str) -> Problem:
    if text == "":
        message = f"You passed an empty string for '{path}', which cannot be unset."
        return Problem(path, message, "parameter_invalid_empty")
    if int in plain:
        return Problem(path, f"Invalid integer: {text}", "parameter_invalid_integer")
    if plain & {Decimal, float}:
        return Problem(path, f"Invalid decimal: {text}")
    if bool in plain:
        return Problem(path, f"Invalid boolean: {text}")
    if listed:
        return Problem(path, f"Invalid {path}: must be one of {', '.join(map(str, listed))}")
    return Problem(path, f"Invalid {path}: a list or a hash is expected, not a value.")


def _read_nested(hint: Any, form: dict[str, Form], path: str, problems: list[Problem]) -> Any:
    """Of several shapes that would do, the one with the fewest problems is what was meant."""
    entries = as_list(form)
    readings: list[tuple[Any, list[Problem]]] = []
    for part in alternatives(hint):
        found: list[Problem] = []
        if get_origin(part) is list and entries is not None:
            item = get_args(part)[0]
            readings.append(([_read(item, each, f"{path}[{i}]", found) for i, each in enumerate(entries)], found))
        elif get_origin(part) in (dict, UntypedStripeObject):
            item = get_args(part)[-1]
            readings.append(({key: _read(item, each, _below(path, key), found) for key, each in form.items()}, found))
        elif is_typeddict(part):
            readings.append((_read_hash(part, form, path, found), found))
    if not readings:
        shape = "hash" if entries is None else "list"
        problems.append(Problem(path, f"Invalid {path}: a {shape} is not expected here."))
        return None
    reading, found = min(readings, key=lambda each: len(each[1]))
    problems.extend(found)
    return reading


def _below(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _unknown(param: str) -> Problem:
    return Problem(param, f"Received unknown parameter: {param}", "parameter_unknown")
