"""Any agent, billed: what stands in for it has the same methods, one or more of which are uses of a feature."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from types import MethodType
from typing import Any, TypeVar, cast

from billing_core.domain.errors import InvalidInput
from billing_core.sdk.billed_use import Amount, Measured
from billing_core.sdk.billing_required import billing_required

Agent = TypeVar("Agent")
# What agents are usually asked to do, in the order in which the first one found is the one that is billed.
USUAL_METHODS = ("process", "run", "invoke", "execute", "kickoff", "__call__")
_Method = Callable[..., Any]
_Bill = Callable[[_Method], _Method]


def billed(
    agent: Agent,
    *,
    feature: str,
    units: Amount | Callable[..., Amount] = 1,
    methods: Sequence[str] = (),
    provider: str | None = None,
    model: str | None = None,
    measure: Callable[[Any], Measured] | None = None,
) -> Agent:
    """What stands in for the agent, with `methods` billed as `billing_required` bills them.

    Without `methods` it is the first of process, run, invoke, execute, kickoff and calling it. What the agent calls of
    itself meanwhile is part of that use, and not billed again. A class becomes a maker of billed agents, a function is
    billed as it is. InvalidInput names a method that is not there.
    """
    bill: _Bill = billing_required(feature, units, provider=provider, model=model, measure=measure)
    if inspect.isfunction(agent) or inspect.ismethod(agent):
        return cast("Agent", bill(agent))
    if isinstance(agent, type):
        return cast("Agent", _maker(cast("type[Any]", agent), bill, _found(agent, methods)))
    return cast("Agent", _stand_in(agent, bill, _found(type(agent), methods)))


def _found(kind: type, methods: Sequence[str]) -> Sequence[str]:
    """The methods that are there; InvalidInput when one that was named is not, or there is none of the usual ones."""
    there = {name for base in kind.__mro__ for name in vars(base)}
    missing = [name for name in methods if name not in there]
    if missing:
        raise InvalidInput(f"{kind.__name__} has no method {missing[0]!r}.", field="methods")
    usual = [name for name in USUAL_METHODS if name in there]
    if not methods and not usual:
        raise InvalidInput(
            f"{kind.__name__} has none of {', '.join(USUAL_METHODS)}; name what is billed: methods=[...].",
            field="methods",
        )
    return methods or usual[:1]


def _maker(kind: type[Any], bill: _Bill, names: Sequence[str]) -> Callable[..., Any]:
    def make(*args: Any, **kwargs: Any) -> Any:
        return _stand_in(kind(*args, **kwargs), bill, names)

    make.__name__ = make.__qualname__ = f"Billed{kind.__name__}"
    make.__doc__ = kind.__doc__
    return make


def _stand_in(agent: object, bill: _Bill, names: Sequence[str]) -> object:
    kind = type(agent)
    billed_methods = {name: _billed_method(agent, name, bill) for name in names}
    passing: dict[str, Any] = {"__class__": property(lambda _: kind)}
    if callable(agent):
        passing["__call__"] = _calls(billed_methods.get("__call__", agent))
    return type(f"Billed{kind.__name__}", (_StandIn,), passing)(agent, billed_methods)


def _billed_method(agent: object, name: str, bill: _Bill) -> _Method:
    found = inspect.getattr_static(type(agent), name)
    if inspect.isfunction(found):  # the agent is its `self`, and can say its organization
        return MethodType(bill(found), agent)
    return bill(getattr(agent, name))


def _calls(called: _Method) -> _Method:
    def call(_: "_StandIn", *args: Any, **kwargs: Any) -> Any:
        return called(*args, **kwargs)

    return call


class _StandIn:
    """Passes for the agent: everything that is asked of it but the billed methods is the agent's own."""

    __slots__ = ("_billing_agent", "_billing_methods")

    def __init__(self, agent: object, methods: Mapping[str, _Method]) -> None:
        object.__setattr__(self, "_billing_agent", agent)
        object.__setattr__(self, "_billing_methods", methods)

    def __getattr__(self, name: str) -> Any:
        methods: Mapping[str, _Method] = object.__getattribute__(self, "_billing_methods")
        return methods[name] if name in methods else getattr(self._billing_agent, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._billing_agent, name, value)

    def __repr__(self) -> str:
        return f"billed({self._billing_agent!r})"
