"""Paths that never vary are found at once, and everything else as before."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient

from billing_core.api.conventions.fixed_paths import FixedPaths


def saying(word: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return PlainTextResponse(f"{word} {request.path_params}")

    return answer


def test_a_fixed_path_is_found_before_a_pattern_that_takes_it_too() -> None:
    routes: list[BaseRoute] = [
        Route("/plans/{code}", saying("plan"), methods=["GET"]),
        Route("/plans/all", saying("all"), methods=["GET"]),
    ]
    client = TestClient(Starlette(routes=[Mount("/api", Starlette(routes=[FixedPaths(routes), *routes]))]))
    assert client.get("/api/plans/all").text == "all {}"
    assert client.get("/api/plans/free").text == "plan {'code': 'free'}"
    assert (client.post("/api/plans/all").status_code, client.head("/api/plans/all").status_code) == (405, 200)
    assert client.get("/plans/all").status_code == 404
