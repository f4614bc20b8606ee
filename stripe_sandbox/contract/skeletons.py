"""Blank resources with every field the SDK's class declares, so that a stand-in only fills in what it knows."""

from copy import deepcopy
from decimal import Decimal
from functools import cache
from typing import Any, get_origin

from stripe import ListObject, StripeObject
from stripe._stripe_object import UntypedStripeObject

from stripe_sandbox.contract.declared import (
    AnotherResource,
    alternatives,
    choices,
    fields_of,
    is_nullable,
    resource_class,
)

_EMPTY: dict[Any, Any] = {str: "", int: 0, bool: False, float: 0, Decimal: "0", object: None}


def blank(object_name: str, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """A new resource: null where null is allowed, else empty. `without` are fields that are absent until expanded."""
    return {name: deepcopy(value) for name, value in _blank(object_name).items() if name not in without}


@cache
def _blank(object_name: str) -> dict[str, Any]:
    declared = resource_class(object_name)
    if declared is None:
        raise LookupError(f"the installed stripe package has no resource {object_name!r}")
    return _blank_fields(declared) | {"object": object_name}


def _blank_fields(declared: type) -> dict[str, Any]:
    return {name: _blank_value(hint) for name, hint in fields_of(declared).items() if name != "deleted"}


def _blank_value(hint: Any) -> Any:
    if is_nullable(hint):
        return None
    listed, first = choices(hint), alternatives(hint)[0]
    if listed:
        return listed[0]
    if get_origin(first) is list:
        return []
    if get_origin(first) is ListObject:
        return {"object": "list", "data": [], "has_more": False, "url": ""}
    if get_origin(first) in (dict, UntypedStripeObject):
        return {}
    if first is not AnotherResource and isinstance(first, type) and issubclass(first, StripeObject):
        return _blank_fields(first)
    return _EMPTY.get(first)
