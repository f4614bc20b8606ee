"""One line of JSON for every request, with what helps to find it again and nothing secret."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO

import pytest

from billing_core.bootstrap.logs import requests, write_logs
from tests.api.conftest import Api

Written = Callable[[], list[str]]


@pytest.fixture
def written() -> Iterator[Written]:
    """The lines that were written so far; afterwards nothing is."""
    root, to = logging.getLogger(), StringIO()
    level = root.level
    write_logs(to)
    yield lambda: to.getvalue().splitlines()
    requests.to, root.level, root.handlers = None, level, []


def test_a_request_is_one_line_of_json(api: Api, written: Written) -> None:
    answer = api.get("/api/v1/billing/balance", headers={"X-Request-Id": "trace-12345678"})
    (line,) = written()
    told = json.loads(line)
    assert told.pop("microseconds") > 0
    assert told.pop("caller").startswith("key_")
    assert told == {
        "at": "2026-11-20T12:00:00.000+00:00",
        "method": "GET",
        "route": "/v1/billing/balance",
        "status": 200,
        "request_id": "trace-12345678",
    }
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_nothing_secret_is_written(api: Api, written: Written) -> None:
    guess = "tbk_guess-7f3a"
    api.as_(guess).get("/api/v1/billing/balance", params={"secret": guess}, headers={"X-Request-Id": f"{guess} x"})
    api.cookies.set("session", guess)
    api.as_(None).get(f"/api/{guess}")
    lines = written()
    assert [json.loads(line)["status"] for line in lines] == [401, 404]
    assert [json.loads(line)["route"] for line in lines] == ["/v1/billing/balance", "unknown"]
    assert guess not in "".join(lines)


def test_what_nobody_foresaw_is_written_with_the_id_of_its_request(
    api: Api, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> bool:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(api.product, "is_ready", fail)
    answer = api.get("/api/health/ready")
    error, request = map(json.loads, written())
    assert (answer.status_code, request["status"], error["level"]) == (500, 500, "error")
    assert error["request_id"] == request["request_id"] == answer.json()["instance"]
    assert "RuntimeError: disk on fire" in error["exception"]
    assert "disk" not in answer.text


def test_other_warnings_are_lines_of_json_too(written: Written) -> None:
    logging.getLogger("anything").warning("no %s\nat all", "room")
    logging.getLogger("anything").info("unimportant")
    (line,) = written()
    assert json.loads(line)["message"] == "no room\nat all"
