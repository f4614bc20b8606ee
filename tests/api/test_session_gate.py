"""The gate before the console: which requests pass without a session, and what the others are answered."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import Message, Scope
from starlette.websockets import WebSocket, WebSocketDisconnect

from billing_core.api.same_site import same_site_path
from billing_core.api.session_gate import SessionGate, is_free
from billing_core.domain.identity import StaffRole
from billing_core.services.identity.ports import SESSION_COOKIE
from billing_core.services.identity.sign_out import sign_out
from tests.identity_house import House, a_house


async def behind(request: Request) -> Response:
    framing = {"X-Frame-Options": "DENY"} if request.url.path == "/login" else {}
    return PlainTextResponse("behind the gate", headers=framing)


async def stream(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("behind the gate")
    await websocket.close()


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    house.staff("ada@example.com", StaffRole.ADMIN)
    return house


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    anything = Route("/{path:path}", behind, methods=["GET", "POST", "PUT", "DELETE"])
    app = Starlette(routes=[WebSocketRoute("/_stcore/stream", stream), anything])
    with TestClient(SessionGate(app, house), base_url="http://127.0.0.1", follow_redirects=False) as browser:
        yield browser


@pytest.mark.parametrize(
    ("asked", "sent_to"),
    [
        ("/", "/login"),
        ("/usage", "/login?next=/usage"),
        ("/usage?org=A%26B&range=7+days", "/login?next=/usage%3Forg%3DA%2526B%26range%3D7%2Bdays"),
        ("/?org=North", "/login?next=/%3Forg%3DNorth"),
    ],
)
def test_a_page_without_a_session_leads_to_sign_in_and_back(browser: TestClient, asked: str, sent_to: str):
    answer = browser.get(asked, headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, sent_to)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.next_request
    back = answer.next_request.url.params.get("next", "/")
    assert back == same_site_path(back) == asked


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/usage"),
        ("PUT", "/_stcore/upload_file/session/file"),
        ("DELETE", "/_stcore/upload_file/session/file"),
        ("GET", "/_stcore/host-config"),
        ("GET", "/usage/_stcore/host-config"),
        ("GET", "/_stcore/metrics"),
        ("POST", "/_stcore/agent/mcp"),
        ("GET", "/media/0123456789abcdef.csv"),
        ("GET", "/component/any.frame/index.html"),
    ],
)
def test_anything_but_a_page_is_refused_without_a_session(browser: TestClient, method: str, path: str):
    answer = browser.request(method, path)
    assert answer.status_code == 401
    assert "behind" not in answer.text


def test_the_socket_that_carries_every_screen_is_closed_without_a_session(browser: TestClient):
    with pytest.raises(WebSocketDisconnect) as closed, browser.websocket_connect("/_stcore/stream") as socket:
        socket.receive_text()
    assert closed.value.code == 1008


def test_with_a_session_pages_socket_and_files_pass(house: House, browser: TestClient):
    browser.cookies.set(SESSION_COOKIE, house.sign_in("ada@example.com"))
    for path in ("/", "/usage?org=North", "/media/0123456789abcdef.csv", "/_stcore/host-config"):
        assert browser.get(path).text == "behind the gate"
    with browser.websocket_connect("/_stcore/stream") as socket:
        assert socket.receive_text() == "behind the gate"


@pytest.mark.parametrize("token", ["forged", "", "' OR 1=1 --", "%00", "a" * 4_000])
def test_a_forged_cookie_opens_neither_page_nor_socket(browser: TestClient, token: str):
    cookie = {"cookie": f"{SESSION_COOKIE}={token}"}
    assert browser.get("/usage", headers=cookie).status_code == 303
    assert browser.get("/media/x", headers=cookie).status_code == 401
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect("/_stcore/stream", headers=cookie) as socket:
        socket.receive_text()


def test_a_session_that_ended_or_went_idle_opens_nothing(house: House, browser: TestClient):
    idle, ended = house.sign_in("ada@example.com"), house.sign_in("ada@example.com")
    with house.write() as uow:
        sign_out(uow, ended, address="127.0.0.1", now=house.clock.now())
    browser.cookies.set(SESSION_COOKIE, ended)
    assert browser.get("/usage").status_code == 303
    house.clock.advance(minutes=60)
    browser.cookies.set(SESSION_COOKIE, idle)
    assert browser.get("/usage").status_code == 303


@pytest.mark.parametrize(
    "path",
    [
        "/login",
        "/logout",
        "/api/billing/stripe/webhook",
        "/_stcore/health",
        "/app/static/InterTab-latin.woff2",
        "/static/js/index.js",
        "/favicon.png",
    ],
)
def test_what_guards_itself_or_holds_nobodys_data_is_free(browser: TestClient, path: str):
    assert browser.get(path).text == "behind the gate"
    assert browser.get(path, headers={"cookie": f"{SESSION_COOKIE}=forged"}).text == "behind the gate"


@pytest.mark.parametrize("path", ["/sandbox/stripe/", "/sandbox/stripe/checkout/cs_1", "/sandbox/stripe/v1/events"])
def test_the_sandbox_is_nobodys_business_without_a_session(browser: TestClient, path: str):
    assert browser.get(path).status_code == 303
    assert browser.post(path).status_code == 401


@pytest.mark.parametrize(
    ("host", "path", "answer"),
    [
        ("127.0.0.1", "/sandbox/stripe/v1/customers", 200),
        ("192.0.2.7", "/sandbox/stripe/v1/customers", 303),
        ("127.0.0.1", "/sandbox/stripe/v1/../checkout/cs_1", 303),
    ],
)
def test_the_sandboxs_api_answers_only_this_machine(house: House, host: str, path: str, answer: int):
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [],
        "client": (host, 1),
    }
    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    asyncio.run(SessionGate(PlainTextResponse("behind the gate"), house)(scope, receive, send))
    assert statuses == [answer]


@pytest.mark.parametrize(
    "path",
    [
        "/static",
        "/staticfiles",
        "/apikeys",
        "/login/",
        "/loginx",
        "/sandboxes",
        "/_stcore/health/",
        "/_stcore/healthy",
        "/usage/_stcore/health",
        "/static/../usage",
        "/api/../_stcore/stream",
        "/static//usage",
        "/app/static/..\\usage",
        "//static/usage",
        "/api/\n",
        "/STATIC/x",
        "/API/x",
        "",
    ],
)
def test_a_path_that_only_looks_free_is_not(path: str):
    assert not is_free(path)


def test_every_answer_carries_the_security_headers_and_keeps_stricter_ones(browser: TestClient):
    for path in ("/usage", "/static/js/index.js", "/media/x", "/api/x"):
        headers = browser.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert browser.get("/login").headers["x-frame-options"] == "DENY"
