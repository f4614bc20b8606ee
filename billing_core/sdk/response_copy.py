"""What of a response is kept beside its way out, to find the tokens in it: its beginning and its end, never more."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from billing_core.domain.errors import InvalidInput
from billing_core.services.metering.metered_call import MeteredCall
from billing_core.services.metering.paths import is_object
from billing_core.services.metering.read_provider_body import read_provider_body
from billing_core.services.metering.stream_usage import StreamUsage

JSON_BYTES_MAX = 1 << 20
# Streams tell their usage in the first pieces or the last ones, which may repeat the whole answer.
EVENTS_BYTES_MAX = 1 << 18
Headers = Iterable[tuple[bytes, bytes]]


class ResponseCopy:
    """The first and the last bytes of a body, `limit` of each; `is_whole` when nothing lies between them."""

    __slots__ = ("_end", "_is_stream", "_limit", "_start", "is_whole")

    def __init__(self, *, is_stream: bool) -> None:
        self._is_stream = is_stream
        self._limit = EVENTS_BYTES_MAX if is_stream else JSON_BYTES_MAX
        self._start = bytearray()
        self._end = bytearray()
        self.is_whole = True

    def add(self, part: bytes) -> None:
        """Keep of the next bytes what there is room for."""
        room = self._limit - len(self._start)
        if len(part) <= room:
            self._start += part
            return
        self._start += part[:room]
        if not self._is_stream:
            self.is_whole = False
            return
        self._end += part[room:]
        if len(self._end) > 2 * self._limit:
            del self._end[: -self._limit]
            self.is_whole = False

    def metered(self) -> MeteredCall | None:
        """What the response says was used; None when it says nothing of that, or nothing that can be right."""
        try:
            if self._is_stream:
                return self._metered_stream()
            body: Any = json.loads(self._start) if self.is_whole else None
            return read_provider_body(body) if is_object(body) else None
        except (InvalidInput, ValueError, RecursionError):
            return None

    def _metered_stream(self) -> MeteredCall | None:
        usage = StreamUsage()
        for item in _items(bytes(self._start), bytes(self._end), is_whole=self.is_whole):
            usage.add(item)
        return usage.metered() if usage.has_usage else None


def copy_for(headers: Headers) -> ResponseCopy | None:
    """A copy for a response that may tell of tokens: JSON or server-sent events, not compressed."""
    kind = b""
    for name, value in headers:
        lowered = name.lower()
        if lowered == b"content-encoding" and value != b"identity":
            return None
        if lowered == b"content-type":
            kind = value.partition(b";")[0].strip().lower()
    if kind == b"text/event-stream":
        return ResponseCopy(is_stream=True)
    is_json = kind == b"application/json" or kind.endswith(b"+json")
    return ResponseCopy(is_stream=False) if is_json else None


def _items(start: bytes, end: bytes, *, is_whole: bool) -> Iterator[Mapping[str, Any]]:
    """The JSON objects of the `data:` lines; lines cut off where bytes are missing are none."""
    seam = b"" if is_whole else b"\n"
    for line in (start + seam + end).splitlines():
        if not line.startswith(b"data:"):
            continue
        try:
            item: Any = json.loads(line[5:])
        except (ValueError, RecursionError):
            continue
        if is_object(item):
            yield item
