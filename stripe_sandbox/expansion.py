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
    if not steps or node is None:
        return
    if isinstance(node, list):
        for entry in cast("list[Any]", node):
            _expand(tx, entry, steps, path)
        return
    if not isinstance(node, dict):
        raise _cannot_expand(path)
    holder, step = cast("Resource", node), steps[0]
    kind = holder.get("object", "")
    if (kind, step) in INCLUDED and step not in holder:
        holder[step] = _public(INCLUDED[kind, step](tx, holder))
    elif isinstance(holder.get(step), str):
        named = tx.find(holder[step]) if is_expandable(kind, step) else None
        if named is None:
            raise _cannot_expand(path)
        holder[step] = _public(named)
    elif step not in holder or (len(steps) == 1 and holder[step] is None and not is_expandable(kind, step)):
        raise _cannot_expand(path)
    _expand(tx, holder[step], steps[1:], path)


def _public(value: Any) -> Any:
    """The value without the keys that stay inside, at every depth."""
    if isinstance(value, dict):
        return {name: _public(each) for name, each in public(cast("Resource", value)).items()}
    if isinstance(value, list):
        return [_public(each) for each in cast("list[Any]", value)]
    return value


def _cannot_expand(path: str) -> StripeError:
    return StripeError(f"This property cannot be expanded ({path}).", param="expand")
