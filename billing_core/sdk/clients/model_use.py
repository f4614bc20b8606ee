"""One model call from its admission to its end: charged for what the provider says it used."""

import atexit
import logging
import os
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import Quantities, UsageEvent
from billing_core.domain.used import Used
from billing_core.sdk.afterwards import worker
from billing_core.sdk.clients.estimate import characters_answered, characters_told, tokens_of
from billing_core.sdk.connection import backend
from billing_core.sdk.metered_use import used_by
from billing_core.sdk.usage_recorder import UsageRecorder
from billing_core.services.metering.metered_call import MeteredCall
from billing_core.services.metering.read_provider_body import read_provider_body
from billing_core.services.metering.stream_usage import StreamUsage

if TYPE_CHECKING:
    from billing_core.services.charging.lanes import Admitted

MS_PER_SECOND = 1_000
ESTIMATED = "tokens_are_estimated"
_log = logging.getLogger(__name__)
recorder = UsageRecorder()
_open: "set[ModelUse]" = set()


@dataclass(frozen=True, slots=True)
class Opened:
    """A call that may be made. Without `admitted` nothing was asked, and it is recorded when it has happened."""

    event: UsageEvent
    admitted: "Admitted | None"
    provider: str | None


class ModelUse:
    """One call; it ends once, however often that is said. `is_reading` while its stream is asked for the next piece.

    What the provider told of tokens counts. Where it told nothing, or not the end, tokens are estimated from the text
    that arrived, and the event says so. `leave` is for consumers that stop, and for finalizers: it never waits.
    """

    def __init__(self, opened: Opened, *, hides_usage: bool = False) -> None:
        """`hides_usage`: the piece that tells only usage was not asked for by whoever reads the stream."""
        self.is_reading = False
        self._opened = opened
        self._hides_usage = hides_usage
        self._stream = StreamUsage(provider=opened.provider, model=opened.event.model)
        self._call: MeteredCall | None = None
        self._characters = 0
        self._has_ended = False
        self._began = perf_counter()

    def take_answer(self, body: Mapping[str, Any]) -> None:
        """Take in an answer that came as a whole."""
        try:
            self._call = read_provider_body(body, provider=self._opened.provider, model=self._opened.event.model)
        except InvalidInput as error:
            self._characters = characters_answered(body)
            _log.warning("an answer told no usage that can be read, it is estimated: %s", error)

    def take_piece(self, piece: Mapping[str, Any]) -> bool:
        """Take in a piece of a stream; whether it is for whoever reads the stream."""
        self._stream.add(piece)
        self._characters += characters_told(piece)
        return not (self._hides_usage and piece.get("choices") == [] and piece.get("usage"))

    def finish(self, *, is_error: bool = False) -> None:
        """Charge what was used; a call that failed costs nothing, and what was set aside for it is free again."""
        if (used := self._end(is_error=is_error)) is not None:
            self._charge(used)

    async def finish_async(self, *, is_error: bool = False) -> None:
        """As `finish`, on an event loop."""
        if (used := self._end(is_error=is_error)) is None:
            return
        if (admitted := self._opened.admitted) is None:
            self._record(used)
            return
        try:
            await backend().finish_async(admitted, used)
        except Exception:  # noqa: BLE001 - the answer is there and must reach whoever asked for it
            self._record_after_failure(used)

    def leave(self) -> None:
        """Charge in the background what had arrived when the consumer stopped."""
        if (used := self._end(is_error=False)) is not None:
            worker.put(lambda: self._charge(used))

    def leave_with(self, answer: object) -> None:
        """Have it charged should the answer be dropped without being read or closed."""
        worker.start()
        weakref.finalize(answer, self.leave).atexit = False  # `_leave_all` comes in time for what it hands over
        _open.add(self)

    def _charge(self, used: Used) -> None:
        if (admitted := self._opened.admitted) is None:
            self._record(used)
            return
        try:
            backend().finish(admitted, used)
        except Exception:  # noqa: BLE001 - the answer is there and must reach whoever asked for it
            self._record_after_failure(used)

    def _record_after_failure(self, used: Used) -> None:
        _log.exception("%s could not be charged; it is tried again", self._opened.event.event_id)
        self._record(used)

    def _record(self, used: Used) -> None:
        event = self._opened.event
        recorder.put(lambda: used.of(event))

    def _end(self, *, is_error: bool) -> Used | None:
        """What was used, the first time it is asked."""
        if self._has_ended:
            return None
        self._has_ended = True
        _open.discard(self)
        latency_ms = int((perf_counter() - self._began) * MS_PER_SECOND)
        call = self._metered(is_error=is_error)
        try:
            return used_by(call, self._opened.event, latency_ms=latency_ms, is_error=is_error)
        except InvalidInput as error:
            _log.error("what was used cannot be recorded as it was told, and is charged as announced: %s", error)
            return Used(latency_ms=latency_ms, is_error=is_error)

    def _metered(self, *, is_error: bool) -> MeteredCall:
        call = self._call or self._told_by_stream()
        if call is not None and not call.is_partial:
            return call
        event, arrived = self._opened.event, tokens_of(self._characters)
        if call is not None:
            if call.quantities.output_tokens >= arrived:
                return call
            call = replace(call, quantities=replace(call.quantities, output_tokens=arrived))
        elif is_error and not arrived:
            return MeteredCall(provider=event.provider, model=event.model)
        else:
            told = Quantities(input_tokens=event.quantities.input_tokens, output_tokens=arrived)
            call = MeteredCall(provider=event.provider, model=event.model, quantities=told, is_partial=True)
        return replace(call, properties={**call.properties, ESTIMATED: True})

    def _told_by_stream(self) -> MeteredCall | None:
        try:
            return self._stream.metered() if self._stream.has_usage else None
        except InvalidInput as error:
            _log.warning("a stream told usage that cannot be read, it is estimated: %s", error)
            return None


def _leave_all() -> None:
    """Charge what is still being read when the process ends; a forked child has those of its parent, and drops them."""
    while _open:
        _open.pop().leave()
    worker.wait()
    recorder.close()


atexit.register(_leave_all)
os.register_at_fork(after_in_child=_open.clear)
