"""Types as the installed `stripe` package declares them: the fields of a class, and what one of them may hold."""

import builtins
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import UnionType
from typing import Any, ClassVar, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

from stripe import StripeObject
from stripe._object_classes import OBJECT_CLASSES
from typing_extensions import is_typeddict

_TRANSPARENT = (NotRequired, Required, ClassVar)


class AnotherResource:
    """Stands for an API object the SDK names only for type checkers; its own `object` field says which it is."""

    def __class_getitem__(cls, _: Any) -> type["AnotherResource"]:
        return cls


class _Names(dict[str, Any]):
    """What a name in an annotation means: the module's own, a builtin, or else an API object of another module."""

    def __init__(self, module: str) -> None:
        super().__init__()
        self._module = vars(sys.modules[module])

    def __missing__(self, name: str) -> Any:
        if name in self._module:
            return self._module[name]
        return getattr(builtins, name, AnotherResource)


@cache
def fields_of(declared: type) -> Mapping[str, Any]:
    """Field name on the wire -> type, of a params `TypedDict` or a resource class; the SDK's private ones left out."""
    hints = get_type_hints(declared, localns=_Names(declared.__module__), include_extras=True)
    wire_names: Mapping[str, str] = getattr(declared, "_field_remappings", {})
    return {
        wire_names.get(name, name): hint
        for name, hint in hints.items()
        if not name.startswith("_") and name != "OBJECT_NAME"
    }


def alternatives(hint: Any) -> tuple[Any, ...]:
    """The members of a union, wrappers such as `NotRequired` removed; a lone type is its only member."""
    origin = get_origin(hint)
    if origin in _TRANSPARENT:
        return alternatives(get_args(hint)[0])
    if origin in (Union, UnionType):
        return tuple(member for part in get_args(hint) for member in alternatives(part))
    return (hint,)


def choices(hint: Any) -> tuple[Any, ...]:
    """The literal values a type lists, in its own order; empty when it lists none."""
    return tuple(value for part in alternatives(hint) if get_origin(part) is Literal for value in get_args(part))


def scalars(hint: Any) -> set[type]:
    """The plain types a type admits. `Literal[..] | str`, the SDK's open enumeration, counts as closed."""
    plain = {part for part in alternatives(hint) if isinstance(part, type) and not is_structured(part)}
    return plain - {str} if any(choice != "" for choice in choices(hint)) else plain


def is_structured(part: Any) -> bool:
    """Whether a member of a union is declared with fields: a nested hash of params or part of a resource."""
    return part is AnotherResource or is_typeddict(part) or (isinstance(part, type) and issubclass(part, StripeObject))


def is_nullable(hint: Any) -> bool:
    """Whether a resource may carry null here, or leave the field out."""
    return type(None) in alternatives(hint)


@cache
def resource_class(object_name: str) -> type | None:
    """The SDK's class for the value of an `object` field, such as `checkout.session`; None when it has none."""
    if object_name not in OBJECT_CLASSES:
        return None
    module, name = OBJECT_CLASSES[object_name]
    return getattr(import_module(module), name)


def is_expandable(object_name: str, field: str) -> bool:
    """Whether a field of a resource holds an id that `expand` turns into the object."""
    declared = resource_class(object_name)
    if declared is None:
        return False
    parts = alternatives(fields_of(declared).get(field))
    return str in parts and any(is_structured(part) for part in parts)
