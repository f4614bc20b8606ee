"""Scripts are sent compressed, whole, and the same to everyone."""

import asyncio
import gzip

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message, Scope

from billing_core.api.compressed_scripts import CompressedScripts

SCRIPT = b"let tollbooth = 1;" * 1_000


async def script(request: Request) -> Response:
    """As Streamlit does it: nothing for a client that has the file, or that is gone."""
    if request.headers.get("if-none-match") or await request.is_disconnected():
        return Response(status_code=304)
    return Response(SCRIPT, media_type="text/javascript", headers={"ETag": "1"})


def scripts() -> CompressedScripts:
    return CompressedScripts(Starlette(routes=[Route("/static/js/a.js", script)]))


def test_a_script_arrives_compressed_and_whole_also_after_a_conditional_request() -> None:
    client = TestClient(scripts(), headers={"Accept-Encoding": "gzip"})
    for headers in ({"If-None-Match": "1"}, {}, {"Range": "bytes=0-1"}):
        answer = client.get("/static/js/a.js", headers=headers)
        assert (answer.status_code, answer.content) == (200, SCRIPT)
        assert answer.headers["content-encoding"] == "gzip"


def test_a_client_that_understands_no_gzip_gets_the_file_itself() -> None:
    answer = TestClient(scripts(), headers={"Accept-Encoding": "identity"}).get("/static/js/a.js")
    assert answer.content == SCRIPT
    assert "content-encoding" not in answer.headers


def test_a_client_that_hangs_up_spoils_nothing_for_the_next() -> None:
    app = scripts()
    first: list[Message] = []

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        first.append(message)

    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": "/static/js/a.js",
        "query_string": b"",
        "headers": [(b"accept-encoding", b"gzip")],
    }
    asyncio.run(app(scope, gone, send))
    assert gzip.decompress(first[-1]["body"]) == SCRIPT
    assert TestClient(app).get("/static/js/a.js").content == SCRIPT


def test_a_missing_script_is_missing() -> None:
    assert TestClient(scripts(), headers={"Accept-Encoding": "gzip"}).get("/static/js/b.js").status_code == 404
