"""`@billing_required("chat")`: whatever it stands on runs only when it may, and is charged when it has succeeded."""

import inspect
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import timedelta
from functools import wraps
from importlib import import_module
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, cast

from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import check_text
from billing_core.sdk.afterwards import worker
from billing_core.sdk.billed_use import Amount, BilledUse, FindOrganization, Measured, Terms, quantities

P = ParamSpec("P")
R = TypeVar("R")
ORGANIZATION = "organization_id"
_AnyFunction = Callable[..., Any]


def billing_required(
    feature: str,
    units: Amount | Callable[..., Amount] = 1,
    *,
    provider: str | None = None,
    model: str | None = None,
    measure: Callable[[Any], Measured] | None = None,
    lifetime: timedelta | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Bill every call of a function, method, coroutine or generator as a use of `feature`.

    What a call takes at most is set aside before it runs; LimitReached and its kinds refuse it. When it has succeeded
    it is charged, when it raises everything is given back. A stream is charged when it ends, and when its consumer
    stops early: for all of it once an item was delivered, for nothing before that.

    `units` is a number of units, `Quantities` where tokens count too, or a function of the call's arguments that gives
    either: the most that may be used. `measure` says what a result (of a stream: each item; the last one that tells
    counts) really used, as `Quantities`, or as `Used` to name provider and model too; None is as announced. A call
    that may take longer than 20 seconds names its `lifetime`, and has a hold of its own for so long.

    The organization is that of the `billing_context`; without one it is the argument `organization_id`, else the
    `organization_id` of `self`; MissingOrganization when there is none of these.
    """
    check_text(feature, "feature")
    amount = units if callable(units) else quantities(units)

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        if isinstance(function, type):
            raise InvalidInput(f"{function.__name__} is a class; decorate its methods.", field="function")
        if isinstance(function, staticmethod | classmethod):
            method = cast("Any", function)
            return type(method)(decorate(method.__func__))
        terms = Terms(
            feature=feature,
            amount=amount,
            provider=provider,
            model=model,
            measure=measure,
            lifetime=lifetime,
            find_organization=_finder(function),
        )
        return cast("Callable[P, R]", wraps(function)(_billed(terms, function)))

    return decorate


def _billed(terms: Terms, function: _AnyFunction) -> _AnyFunction:
    if inspect.iscoroutinefunction(function):
        return import_module("billing_core.sdk.billed_coroutines").billed_coroutine(terms, function)
    if inspect.isasyncgenfunction(function):
        return import_module("billing_core.sdk.billed_coroutines").billed_async_stream(terms, function)
    return _billed_stream(terms, function) if inspect.isgeneratorfunction(function) else _billed_call(terms, function)


def _billed_call(terms: Terms, function: _AnyFunction) -> _AnyFunction:
    def call(*args: Any, **kwargs: Any) -> Any:
        use = terms.begin(args, kwargs)
        try:
            result = function(*args, **kwargs)
            use.deliver(result)
        except BaseException:
            use.cancel()
            raise
        use.finish()
        return result

    return call


def _billed_stream(terms: Terms, function: _AnyFunction) -> _AnyFunction:
    def stream(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        use = terms.begin(args, kwargs)
        worker.start()
        try:
            result = yield from _Delivered(function(*args, **kwargs), use)
        except GeneratorExit:
            worker.put(use.leave)
            raise
        except BaseException:
            use.cancel()
            raise
        use.finish()
        return result

    return stream


class _Delivered(Generator[Any, Any, Any]):
    """A generator whose items are taken in on their way to the consumer."""

    def __init__(self, inner: Generator[Any, Any, Any], use: BilledUse) -> None:
        self._inner = inner
        self._use = use

    def send(self, value: Any, /) -> Any:
        return self._taken_in(self._inner.send(value))

    def throw(self, typ: Any, val: Any = None, tb: TracebackType | None = None, /) -> Any:
        return self._taken_in(self._inner.throw(typ if val is None else val))

    def close(self) -> None:
        self._inner.close()

    def _taken_in(self, item: Any) -> Any:
        self._use.deliver(item)
        return item


def _finder(function: _AnyFunction) -> FindOrganization:
    """How to find the organization in the arguments of a call."""
    parameters = list(inspect.signature(function).parameters)
    position = parameters.index(ORGANIZATION) if ORGANIZATION in parameters else None
    default = inspect.signature(function).parameters[ORGANIZATION].default if position is not None else None
    has_self = bool(parameters) and parameters[0] in {"self", "cls"}

    def find(args: Sequence[Any], kwargs: Mapping[str, Any]) -> str | None:
        found = kwargs.get(ORGANIZATION)
        if found is None and position is not None:
            found = args[position] if position < len(args) else default
        if (found is None or found is inspect.Parameter.empty) and has_self and args:
            found = getattr(args[0], ORGANIZATION, None)
        return found if isinstance(found, str) else None

    return find
