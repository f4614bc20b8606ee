"""Reads Stripe's form encoding, where brackets nest: `line_items[0][price]=price_1`."""

import re
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

Form: TypeAlias = "str | dict[str, Form]"  # a list is a hash with the keys 0, 1, 2 ...

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_INDEX = re.compile(r"[0-9]{1,5}")
_DEPTH_MAX = 12
_FIELDS_MAX = 2_000


class MalformedForm(ValueError):
    """A body that is no form; `param` is the name that cannot be read."""

    def __init__(self, param: str, message: str) -> None:
        super().__init__(message)
        self.param = param


def decode_form(encoded: str) -> dict[str, Form]:
    """Nested hashes and texts of a query string or body. Raises MalformedForm."""
    root: dict[str, Any] = {}
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=_FIELDS_MAX, errors="strict")
    except ValueError as error:
        raise MalformedForm("", f"Invalid form: {error}") from error
    for name, text in pairs:
        _put(root, name, text)
    return root


def as_list(form: dict[str, Form]) -> list[Form] | None:
    """The entries in the order of their numbers; None when some key is no number, so that this is a hash."""
    if not all(_INDEX.fullmatch(key) for key in form):
        return None
    return [form[key] for key in sorted(form, key=int)]


def _put(root: dict[str, Any], name: str, text: str) -> None:
    parts = _NAME.fullmatch(name)
    keys = [parts.group(1), *re.findall(r"\[([^\[\]]*)\]", parts.group(2))] if parts else []
    if not keys or len(keys) > _DEPTH_MAX:
        raise MalformedForm(name, f"Invalid parameter name: {name}")
    node = root
    for key in keys[:-1]:
        below = node.setdefault(key or str(len(node)), {})
        if isinstance(below, str):
            raise MalformedForm(name, f"{name} is given both as a value and as a hash.")
        node = below
    last = keys[-1] or str(len(node))
    if last in node:
        raise MalformedForm(name, f"{name} is given twice.")
    node[last] = text
