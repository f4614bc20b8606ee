"""The bounded copy in which tokens of a response are found."""

import json
import tracemalloc

import pytest

from billing_core.sdk.response_copy import EVENTS_BYTES_MAX, JSON_BYTES_MAX, ResponseCopy, copy_for
from tests.sdk.billed_site import CHUNKS, COMPLETION

STARTED = {
    "type": "message_start",
    "message": {"id": "msg_1", "model": "claude-sonnet-4-5", "usage": {"input_tokens": 25, "output_tokens": 1}},
}
ENDED = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 15}}


def _event(item: object) -> bytes:
    return f"event: x\ndata: {json.dumps(item)}\n\n".encode()


def _padding(length: int) -> bytes:
    return _event({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "x" * length}})


@pytest.mark.parametrize(
    ("content_type", "is_copied"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("Application/LD+JSON", True),
        ("text/event-stream", True),
        ("text/html", False),
        ("application/octet-stream", False),
        ("", False),
    ],
)
def test_only_what_may_tell_of_tokens_is_copied(content_type: str, is_copied: bool) -> None:
    assert (copy_for([(b"Content-Type", content_type.encode())]) is not None) is is_copied
    assert copy_for([(b"content-type", content_type.encode()), (b"Content-Encoding", b"br")]) is None


def test_usage_at_both_ends_of_a_long_stream_is_found_in_bounded_memory() -> None:
    copy = ResponseCopy(is_stream=True)
    copy.add(_event(STARTED))
    tracemalloc.start()
    for _ in range(2_000):
        copy.add(_padding(10_000))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    copy.add(_event(ENDED) + _event({"type": "message_stop"}))
    call = copy.metered()
    assert kept < 5 * EVENTS_BYTES_MAX
    assert not copy.is_whole
    assert call is not None
    assert (call.model, call.quantities.input_tokens, call.quantities.output_tokens) == ("claude-sonnet-4-5", 25, 15)
    assert not call.is_partial


def test_a_stream_that_broke_off_tells_what_it_told_and_that_it_is_partial() -> None:
    copy = ResponseCopy(is_stream=True)
    copy.add(_event(STARTED)[:30])
    copy.add(_event(STARTED)[30:] + _padding(10)[:20])
    call = copy.metered()
    assert call is not None
    assert (call.quantities.input_tokens, call.is_partial) == (25, True)


def test_pieces_may_be_cut_anywhere() -> None:
    body = b"".join(_event(chunk) for chunk in CHUNKS) + b"data: [DONE]\n\n"
    whole, pieces = ResponseCopy(is_stream=True), ResponseCopy(is_stream=True)
    whole.add(body)
    for index in range(0, len(body), 7):
        pieces.add(body[index : index + 7])
    assert whole.metered() == pieces.metered() is not None


def test_a_line_may_lie_across_the_end_of_the_first_bytes() -> None:
    last = _event(CHUNKS[-1])
    copy = ResponseCopy(is_stream=True)
    copy.add(_padding(EVENTS_BYTES_MAX - len(_padding(0)) - len(last) // 2) + last)
    call = copy.metered()
    assert call is not None
    assert call.quantities.output_tokens == 12


def test_what_lies_on_both_sides_of_missing_bytes_is_not_put_together() -> None:
    copy = ResponseCopy(is_stream=True)
    begin, end = b'data: {"model": "gpt-4", "usage": {"prompt_tokens": 1, "completion_tokens": 1', b"5}}\n\n"
    copy.add(b":" * (EVENTS_BYTES_MAX - len(begin) - 1) + b"\n" + begin)
    copy.add(b"0" * 2 * EVENTS_BYTES_MAX)
    copy.add(end.ljust(EVENTS_BYTES_MAX, b"\n"))
    assert copy.metered() is None


def test_a_piece_that_cannot_be_read_hides_none_after_it() -> None:
    copy = ResponseCopy(is_stream=True)
    copy.add(b"data: " + b"[" * 50_000 + b"\n\ndata: {\n\ndata: 7\n\n" + _event(CHUNKS[-1]))
    assert copy.metered() is not None


def test_json_is_read_whole_or_not_at_all() -> None:
    body = json.dumps(COMPLETION | {"padding": "x" * JSON_BYTES_MAX}).encode()
    copy = ResponseCopy(is_stream=False)
    for index in range(0, len(body), 65_536):
        copy.add(body[index : index + 65_536])
    assert copy.metered() is None
    assert not copy.is_whole


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b"null", b'{"usage": 7}', b'{"usage": {"prompt_tokens": -1}}', b"[" * 100_000]
)
def test_an_answer_that_tells_nothing_or_nonsense_is_none(body: bytes) -> None:
    copy = ResponseCopy(is_stream=False)
    copy.add(body)
    assert copy.metered() is None
    stream = ResponseCopy(is_stream=True)
    stream.add(b"data: " + body + b"\n\n")
    assert stream.metered() is None
