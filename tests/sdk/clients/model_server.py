"""A provider of models that speaks the wire formats of OpenAI and Anthropic, for the official clients."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any

import httpx2

CHAT_USAGE = {"prompt_tokens": 30, "completion_tokens": 12, "total_tokens": 42}
CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_760_000_000,
    "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": '{"a": 1}'}, "finish_reason": "stop"}],
    "usage": CHAT_USAGE | {"prompt_tokens_details": {"cached_tokens": 10}},
    "service_tier": "default",
}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1_760_000_000,
    "status": "completed",
    "model": "gpt-5-2025-08-07",
    "output": [
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "Hello", "annotations": []}],
        }
    ],
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
    "usage": {
        "input_tokens": 36,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 87,
        "output_tokens_details": {"reasoning_tokens": 64},
        "total_tokens": 123,
    },
}
EMBEDDING = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
    "model": "text-embedding-3-small",
    "usage": {"prompt_tokens": 8, "total_tokens": 8},
}
MESSAGE = {
    "id": "msg_01",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 20,
        "cache_creation_input_tokens": 5,
        "cache_read_input_tokens": 15,
        "output_tokens": 9,
        "service_tier": "standard",
    },
}
# Sixteen characters, which are four tokens by our estimate.
TEXT = "sixteen letters!"
STALLS_AT = 3


def chat_chunks(pieces: int) -> list[dict[str, Any]]:
    """A streamed chat of so many pieces of text, without the one that tells its usage."""
    begin = {"id": "chatcmpl-2", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-2024-08-06"}
    chunks = [
        begin | {"choices": [{"index": 0, "delta": {"role": "assistant", "content": TEXT}, "finish_reason": None}]}
        for _ in range(pieces)
    ]
    return [*chunks, begin | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]


def message_events(pieces: int) -> list[dict[str, Any]]:
    """A streamed message of so many pieces of text."""
    message = MESSAGE | {"content": [], "stop_reason": None, "usage": {"input_tokens": 25, "output_tokens": 1}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": TEXT}}
    return [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *[delta] * pieces,
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 15},
        },
        {"type": "message_stop"},
    ]


def response_events() -> list[dict[str, Any]]:
    """A streamed response."""
    begun = RESPONSE | {"status": "in_progress", "output": [], "usage": None}
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    part = {"type": "output_text", "text": "", "annotations": []}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.content_part.added", "part": part} | place,
        {"type": "response.output_text.delta", "delta": TEXT, "logprobs": []} | place,
        {"type": "response.output_text.done", "text": TEXT, "logprobs": []} | place,
        {"type": "response.completed", "response": RESPONSE},
    ]
    return [event | {"sequence_number": number} for number, event in enumerate(events)]


class _Body(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """Pieces as they come over the wire; `is_closed` once nobody wants more."""

    def __init__(self, pieces: Sequence[bytes | Exception], *, stalls: asyncio.Event | None = None) -> None:
        self._pieces = pieces
        self._stalls = stalls
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for number, piece in enumerate(self):
            if self._stalls is not None and number == STALLS_AT:
                self._stalls.set()
                await asyncio.Event().wait()
            yield piece

    def close(self) -> None:
        self.is_closed = True

    async def aclose(self) -> None:
        self.is_closed = True


class ModelServer:
    """`requests` are the bodies it got; `meanwhile` is called with each while the caller waits.

    Streams break off with `broken_off`, or stay away after some pieces, having set `stalls`.
    """

    def __init__(self, *, pieces: int = 10) -> None:
        self.requests: list[dict[str, Any]] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self.failures: list[int] = []
        self.broken_off: Exception | dict[str, Any] | None = None
        self.stalls: asyncio.Event | None = None
        self.pieces = pieces
        self.body: _Body | None = None

    def client(self) -> httpx2.Client:
        return httpx2.Client(transport=httpx2.MockTransport(self.answer))

    def async_client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer))

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        body: dict[str, Any] = json.loads(request.content) if request.content else {}
        self.requests.append(body)
        self.meanwhile()
        if self.failures:
            status = self.failures.pop(0)
            error = {"type": "error", "error": {"message": "no", "type": "some_error"}}
            return httpx2.Response(status, json=error, headers={"retry-after-ms": "1"})
        path = request.url.path.rpartition("/v1")[2]
        if body.get("stream"):
            return self._stream(path, body)
        whole = {"/chat/completions": CHAT, "/responses": RESPONSE, "/embeddings": EMBEDDING, "/messages": MESSAGE}
        answer = whole.get(path, {"object": "list", "data": [], "input_tokens": 3})
        body_sent = _Body([json.dumps(answer).encode()])
        return httpx2.Response(200, headers={"content-type": "application/json"}, stream=body_sent)

    def _stream(self, path: str, body: Mapping[str, Any]) -> httpx2.Response:
        if path == "/chat/completions":
            events = chat_chunks(self.pieces)
            if (body.get("stream_options") or {}).get("include_usage"):
                events = [event | {"usage": None} for event in events]
                events.append(events[0] | {"choices": [], "usage": CHAT_USAGE})
        else:
            events = message_events(self.pieces) if path == "/messages" else response_events()
        pieces: list[bytes | Exception] = []
        for event in events:
            name = f"event: {event['type']}\n" if "type" in event else ""
            pieces.append(f"{name}data: {json.dumps(event)}\n\n".encode())
        pieces += [b"data: [DONE]\n\n"] if path == "/chat/completions" else []
        if self.broken_off is not None:
            told = self.broken_off
            pieces[5:] = [
                told if isinstance(told, Exception) else f"event: error\ndata: {json.dumps(told)}\n\n".encode()
            ]
        self.body = _Body(pieces, stalls=self.stalls)
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=self.body)
