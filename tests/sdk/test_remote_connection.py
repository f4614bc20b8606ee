"""What the client does when the network or the server does not do its part."""

import asyncio
import json
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from billing_core.bootstrap.application import application
from billing_core.domain.errors import (
    BillingError,
    Conflict,
    InsufficientFunds,
    LimitReached,
    NotAllowed,
    NotFound,
    Overloaded,
    ProviderFailure,
)
from billing_core.domain.organizations import ApiKeyRefused
from billing_core.sdk.afterwards import worker
from billing_core.sdk.backend import Backend
from billing_core.sdk.remote import RemoteBackend
from billing_core.sdk.remote.http import Http
from billing_core.sdk.remote.retries import Retries
from tests.builders import an_event, credits, usd
from tests.sdk.served_api import ServedApi, a_key

AGENT = "CategorizationAgent"
Answer = httpx.Response | Exception
USE: dict[str, Any] = {
    "id": "evt_1",
    "source": "test",
    "event_id": "1",
    "action": AGENT,
    "occurred_at": "2026-11-20T12:00:00Z",
    "is_duplicate": False,
    "measured": 1,
    "price": {"amount": "2.00", "currency": "CREDITS"},
    "taken": {
        "allowance": 0,
        "credits": {"amount": "2.00", "currency": "CREDITS"},
        "balance": {"amount": "0.00", "currency": "USD"},
        "overage": {"amount": "0.00", "currency": "USD"},
    },
    "provider_cost": None,
    "is_unpriced": None,
}


class Line:
    """A server that gives the answers it was told to, one after another; the last one again and again."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.waited: list[float] = []
        http = Http(
            "https://billing.example.com/",
            "tbk_secret",
            retries=Retries(chance=lambda: 0.5),
            wait=self.waited.append,
            wait_async=self._wait,
            transport=httpx.MockTransport(self._answer),
            async_transport=httpx.MockTransport(self._answer),
        )
        self.backend: Backend = RemoteBackend("https://billing.example.com", "tbk_secret", http=http)

    def charge(self, is_async: bool) -> object:
        event = an_event("org_1", AGENT)
        return asyncio.run(self.backend.charge_async(event)) if is_async else self.backend.charge(event)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _wait(self, seconds: float) -> None:
        self.waited.append(seconds)


def refused(status: int, code: str, *, retry_after: str | None = None, **details: object) -> httpx.Response:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return httpx.Response(status, json={"title": "No.", "status": status, "code": code} | details, headers=headers)


both_ways = pytest.mark.parametrize("is_async", [False, True], ids=["in a thread", "on a loop"])


@both_ways
def test_the_same_event_is_sent_again_until_it_gets_through(is_async: bool) -> None:
    line = Line(httpx.ConnectError("refused"), httpx.ReadTimeout(""), httpx.Response(200, json=USE))
    line.charge(is_async)
    assert len({request.content for request in line.requests}) == 1
    assert json.loads(line.requests[0].content)["event_id"] == "1"
    assert str(line.requests[0].url) == "https://billing.example.com/api/credits/use?organization_id=org_1"
    assert line.requests[0].headers["authorization"] == "Bearer tbk_secret"
    assert line.waited == [0.1, 0.2]


@both_ways
def test_who_cannot_be_reached_is_given_up_in_the_end(is_async: bool) -> None:
    line = Line(httpx.ConnectError("Connection refused"))
    with pytest.raises(ProviderFailure, match="cannot be reached: Connection refused"):
        line.charge(is_async)
    assert (len(line.requests), len(line.waited)) == (4, 3)


@both_ways
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_names_a_time_is_asked_again_then(is_async: bool, status: int) -> None:
    line = Line(refused(status, "too_many_requests", retry_after="2"), httpx.Response(200, json=USE))
    line.charge(is_async)
    assert line.waited == [2.1]


@both_ways
def test_a_time_that_is_too_long_to_wait_is_told_at_once(is_async: bool) -> None:
    line = Line(refused(429, "too_many_requests", retry_after="60", retry_after_seconds=60))
    with pytest.raises(Overloaded) as caught:
        line.charge(is_async)
    assert (caught.value.details, line.waited) == ({"retry_after_seconds": 60}, [])


@both_ways
def test_a_server_that_stays_overloaded_is_given_up_in_the_end(is_async: bool) -> None:
    line = Line(refused(503, "overloaded", retry_after="1", retry_after_seconds=1))
    with pytest.raises(Overloaded):
        line.charge(is_async)
    assert len(line.requests) == 4


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (402, "insufficient_funds", InsufficientFunds),
        (401, "api_key_refused", ApiKeyRefused),
        (402, "a_new_kind_of_limit", LimitReached),
        (409, "a_new_kind_of_conflict", Conflict),
        (404, "unknown_path", NotFound),
        (403, "not_known", NotAllowed),
        (500, "internal_error", ProviderFailure),
    ],
)
def test_an_error_is_what_its_code_says_or_else_its_status(status: int, code: str, kind: type[BillingError]) -> None:
    line = Line(refused(status, code, field="action", limit="3.00", used=2, scope=None, strange=["list"]))
    with pytest.raises(BillingError) as caught:
        line.charge(is_async=False)
    assert type(caught.value) is kind
    assert (caught.value.message, caught.value.field) == ("No.", "feature")
    assert caught.value.details == {"limit": "3.00", "used": 2, "scope": None}
    assert len(line.requests) == 1


def test_an_answer_in_other_words_is_a_failure_of_the_server() -> None:
    line = Line(httpx.Response(200, json={"receipt": 1}))
    with pytest.raises(ProviderFailure, match="another version"):
        line.charge(is_async=False)


@pytest.mark.parametrize("status", [200, 404])
def test_an_address_that_is_not_billings_is_named(status: int) -> None:
    line = Line(httpx.Response(status, text="<h1>It works!</h1>"))
    with pytest.raises(BillingError, match=r"https://billing\.example\.com/api/credits/use.* not billing's JSON"):
        line.charge(is_async=False)


def test_a_server_that_went_away_and_came_back_is_used_again(acme: str) -> None:
    key, started = a_key(application()), ExitStack()
    with ServedApi() as first:
        first.serve(application())
        url, port = first.url, first.port

        def come_back(_: float) -> None:
            second = started.enter_context(ServedApi(port))
            second.serve(application())

        house = RemoteBackend(url, key, http=Http(url, key, wait=come_back))
        assert house.charge(an_event(acme, AGENT)).credits == credits("2")
    with started:
        assert house.charge(an_event(acme, AGENT, "2")).credits == credits("2")
        assert asyncio.run(house.balance_async(acme)).credits == credits("96")
        house.close()


def test_a_key_of_another_organization_finds_nothing_and_says_nothing(acme: str, served: ServedApi) -> None:
    served.serve(application())
    stranger = RemoteBackend(served.url, a_key(application(), acme))
    for organization_id in ("org_01kaqz1c4d5e6f7g8h9j0k1m2n", "org_nobody"):
        with pytest.raises(NotFound, match=organization_id):
            stranger.charge(an_event(organization_id, AGENT))
        with pytest.raises(NotFound, match=organization_id):
            stranger.balance(organization_id)
    with pytest.raises(NotAllowed, match="grant credits"):
        stranger.top_up(acme, "1", "mine")
    assert stranger.balance(acme).money.available == usd("0")
    stranger.close()


def test_a_wrong_key_is_refused(acme: str, served: ServedApi) -> None:
    served.serve(application())
    house = RemoteBackend(served.url, "tbk_wrong")
    with pytest.raises(ApiKeyRefused):
        house.charge(an_event(acme, AGENT))
    house.close()


def test_a_closed_client_opens_connections_anew_and_every_loop_has_its_own(acme: str, served: ServedApi) -> None:
    served.serve(application())
    house = RemoteBackend(served.url, a_key(application()))

    async def charge(event_id: str) -> None:
        await asyncio.gather(*[house.charge_async(an_event(acme, AGENT, f"{event_id}-{number}")) for number in "123"])
        house.close()
        await house.charge_async(an_event(acme, AGENT, event_id))

    asyncio.run(charge("1"))
    asyncio.run(charge("2"))
    house.close()
    assert house.balance(acme).credits == credits("84")
    house.close()


def test_what_streams_have_left_to_charge_is_done_before_connections_are_let_go() -> None:
    done: list[int] = []
    worker.start()
    for number in range(10_000):
        worker.put(lambda number=number: done.append(number))
    Line(httpx.Response(200, json=USE)).backend.close()
    assert len(done) == 10_000
