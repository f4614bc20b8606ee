"""`expand`: ids in an answer turned into the objects they name."""

from collections.abc import Sequence
from typing import Any, cast

from stripe_sandbox.contract.declared import is_expandable
from stripe_sandbox.errors import StripeError
from stripe_sandbox.resources import INCLUDED
from stripe_sandbox.storage import Resource, Transaction, public

_DEPTH_MAX = 4


def present(tx: Transaction, resource: Resource, expand: Sequence[str]) -> Resource:
    """An answer as the API shows it, with each path of `expand`, such as `data.customer`, filled in."""
    answer = _public(resource)
    for path in expand:
        steps = path.split(".")
        if len(steps) > _DEPTH_MAX + (answer["object"] == "list"):
            raise StripeError(
                f"You cannot expand more than {_DEPTH_MAX} levels of a property ({path}).", param="expand"
            )
        _expand(tx, answer, steps, path)
    return answer


def _expand(tx: Transaction, node: Any, steps: Sequence[str], path: str) -> None:
    if isinstance(node, list):
        for entry in cast("list[Any]", node):
            _expand(tx, entry, steps, path)
    elif isinstance(node, dict):
        _expand_step(tx, cast("Resource", node), steps[0], steps[1:], path)
    elif node is not None:
        raise _cannot_expand(path)


def _expand_step(tx: Transaction, holder: Resource, step: str, further: Sequence[str], path: str) -> None:
    kind: str = holder.get("object", "")
    if (kind, step) in INCLUDED and step not in holder:
        holder[step] = _public(INCLUDED[kind, step](tx, holder))
    value = holder.get(step)
    if isinstance(value, str) and is_expandable(kind, step) and (named := tx.find(value)):
        holder[step] = _public(named)
    elif step not in holder or not (further or _is_expanded(kind, step, value)):
        raise _cannot_expand(path)
    if further:
        _expand(tx, holder[step], further, path)


def _is_expanded(kind: str, step: str, value: Any) -> bool:
    """Whether there is nothing left to do: the object is there already, or there is none to name."""
    return "object" in value if isinstance(value, dict) else value is None and is_expandable(kind, step)


def _public(value: Any) -> Any:
    """The value without the keys that stay inside, at every depth."""
    if isinstance(value, dict):
        return {name: _public(each) for name, each in public(cast("Resource", value)).items()}
    if isinstance(value, list):
        return [_public(each) for each in cast("list[Any]", value)]
    return value


def _cannot_expand(path: str) -> StripeError:
    return StripeError(f"This property cannot be expanded ({path}).", param="expand")
