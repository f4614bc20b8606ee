"""ASGI middleware that records every call of a product's API as usage: feature, latency, status, errors and tokens."""

import asyncio
import logging
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from billing_core.domain.clock import Clock, SystemClock
from billing_core.domain.errors import LimitReached, NotAllowed, Overloaded
from billing_core.domain.ids import new_id
from billing_core.domain.usage import UsageEvent
from billing_core.domain.used import Used
from billing_core.sdk.asgi import App, Receive, Scope, Send, send_problem
from billing_core.sdk.connection import backend
from billing_core.sdk.context import BillingContext, billing_context, current_context
from billing_core.sdk.observed_call import ObservedCall
from billing_core.sdk.unhurried import unhurried
from billing_core.sdk.usage_recorder import UsageRecorder

if TYPE_CHECKING:
    from billing_core.services.charging.lanes import Admitted

SOURCE = "middleware"
PAYMENT_REQUIRED = 402
FORBIDDEN = 403
UNAVAILABLE = 503

Who = Callable[[Scope], "str | BillingContext | None"]
What = Callable[[Scope], "str | None"]
_log = logging.getLogger(__name__)


class BillingMiddleware:
    """`app.add_middleware(BillingMiddleware, feature="chat", organization=...)`, for Starlette, FastAPI and all ASGI.

    Calls are charged after the response, in the background, and whatever goes wrong with that is logged: it never
    fails a request. Responses pass through as they are. Calls that failed (status 400 and above, exceptions) are
    recorded as such and cost nothing; preflights (OPTIONS), web sockets and what `exclude` names are not recorded.
    """

    def __init__(
        self,
        app: App,
        *,
        feature: str | What,
        organization: Who | None = None,
        exclude: Collection[str] = (),
        reads_tokens: bool = False,
        is_enforcing: bool = False,
        recorder: UsageRecorder | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`feature` is the code of one, or finds it by the scope; None then records nothing.

        `organization` finds by the scope who is charged: an id, or a `BillingContext` with member and department too.
        Left out or None, the `billing_context` around this middleware says so. It is asked before the call, so that
        code inside is in that context, and again after it when nothing was known: routers have then put
        `path_params` and `state` into the scope.
        `exclude` are paths that are left alone with all below them. `reads_tokens` looks for tokens in JSON and event
        streams, in a bounded copy; place this middleware inside one that compresses.
        `is_enforcing` has each call admitted first: one that its plan, limits, budgets or funds do not cover is
        answered with 402 and problem details, one that billing cannot be asked about with 503, and one of nobody
        with 403.
        """
        self._app = app
        self._feature: What = feature if callable(feature) else lambda _: feature
        self._organization = organization
        self._excluded = frozenset(exclude)
        self._excluded_below = tuple(path.rstrip("/") + "/" for path in exclude)
        self._reads_tokens = reads_tokens
        self._is_enforcing = is_enforcing
        self.recorder = recorder or UsageRecorder()
        self._clock = clock or SystemClock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] != "http" or self._is_excluded(scope):
            await self._app(scope, receive, send)
        elif self._is_enforcing:
            await self._enforce(scope, receive, send)
        else:
            await self._observe(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            await asyncio.to_thread(self.recorder.flush)

    async def _observe(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = ObservedCall(self._clock.now(), reads_tokens=self._reads_tokens)
        context = self._context(scope)
        try:
            with _entered(context):
                await self._app(scope, receive, call.watch(send))
        except BaseException as error:
            call.fail(error)
            raise
        finally:
            call.end(scope)
            self._record(scope, call, context)

    async def _enforce(self, scope: Scope, receive: Receive, send: Send) -> None:
        feature = self._feature(scope)
        if feature is None:
            await self._app(scope, receive, send)
            return
        call = ObservedCall(self._clock.now(), reads_tokens=self._reads_tokens)
        context = self._context(scope)
        admitted = await self._admit(context, feature, call, send)
        if admitted is None:
            return
        try:
            with _entered(context):
                await self._app(scope, receive, call.watch(send))
        except BaseException as error:
            call.fail(error)
            raise
        finally:
            call.end(scope)
            await unhurried(self._finish(admitted, call))

    async def _admit(
        self, context: BillingContext | None, feature: str, call: ObservedCall, send: Send
    ) -> "Admitted | None":
        """Have a call admitted; None when it was answered with what refused it."""
        if context is None:
            refusal = NotAllowed("Nobody who could be charged for this is known.", field="organization")
            await send_problem(send, FORBIDDEN, refusal)
            return None
        try:
            return await backend().admit_async(_announced(context, feature, call))
        except LimitReached as error:
            await send_problem(send, PAYMENT_REQUIRED, error)
        except Exception:  # noqa: BLE001 - who asks for enforcement wants no call that nobody decided on
            _log.exception("a call of %s could not be admitted", feature)
            problem = Overloaded("Whether this may run cannot be decided now; try again.", retry_after_seconds=1)
            await send_problem(send, UNAVAILABLE, problem)
        return None

    async def _finish(self, admitted: "Admitted", call: ObservedCall) -> None:
        used: Used = await asyncio.to_thread(call.used, admitted.event)
        try:
            await backend().finish_async(admitted, used)
        except Exception:  # noqa: BLE001 - the response is out; the recorder goes on with it
            _log.exception("%s could not be charged; it is tried again", admitted.event.event_id)
            self.recorder.put(lambda: used.of(admitted.event))

    def _record(self, scope: Scope, call: ObservedCall, context: BillingContext | None) -> None:
        try:
            feature = self._feature(scope)
            context = context or self._context(scope)
            if feature is None:
                return
            if context is None:
                _log.warning("%s was called by nobody who is known, and not recorded", feature)
                return
            announced_to = context

            def event() -> UsageEvent:
                announced = _announced(announced_to, feature, call)
                return replace(call.used(announced).of(announced), occurred_at=call.at)

            self.recorder.put(event)
        except Exception:  # noqa: BLE001 - nothing of billing may fail the call
            _log.exception("a call could not be recorded")

    def _context(self, scope: Scope) -> BillingContext | None:
        """Who is charged, None when that is not known; what is wrong with it is logged."""
        try:
            told = None if self._organization is None else self._organization(scope)
            if told is None:
                return current_context() if current_context().organization else None
            with _entered(BillingContext(organization=told) if isinstance(told, str) else told) as context:
                return context if context.organization else None
        except Exception:  # noqa: BLE001 - the product's function may raise anything, and may not fail the call
            _log.exception("who is charged could not be found out")
            return None

    def _is_excluded(self, scope: Scope) -> bool:
        path: str = scope["path"]
        return scope["method"] == "OPTIONS" or path in self._excluded or path.startswith(self._excluded_below)


def _announced(context: BillingContext, feature: str, call: ObservedCall) -> UsageEvent:
    # The id is new for every call: one that came with the request would let it be made again for nothing.
    return UsageEvent(
        organization_id=context.organization or "",
        feature=feature,
        source=SOURCE,
        event_id=new_id("call", call.at),
        member=context.member,
        department=context.department,
        run=context.run,
    )


def _entered(context: BillingContext | None) -> AbstractContextManager[BillingContext]:
    if context is None:
        return nullcontext(BillingContext())
    return billing_context(
        organization=context.organization, member=context.member, department=context.department, run=context.run
    )
