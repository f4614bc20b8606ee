"""Usage that is charged in the background, and never dropped in silence."""

import json
import logging
import os
import signal
import threading
from typing import Any

import pytest

from billing_core.bootstrap import application
from billing_core.domain.usage import UsageEvent
from billing_core.sdk import usage_recorder, use
from billing_core.sdk.in_process import InProcess
from billing_core.sdk.usage_recorder import UsageRecorder
from tests.sdk.billed_site import site
from tests.sdk.recorded import only, recorded


def test_billing_that_does_not_work_fails_no_call_and_charges_when_it_works_again(
    acme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_recorder, "DELAY_SECONDS", 0.001)

    class Failing(InProcess):
        failures = 3

        def record_many(self, events: Any) -> Any:
            if self.failures:
                self.failures -= 1
                raise ConnectionError("the database is away")
            return super().record_many(events)

    use(Failing())
    with site(acme) as client:
        assert client.get("/hello").text == "hello"
        client.settle()
    assert len(recorded()) == 1


def test_what_billing_refuses_is_told_as_the_event_that_may_be_sent_again(
    acme: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), site(acme, feature="no_such_feature") as client:
        assert client.get("/hello").text == "hello"
        client.settle()
        assert client.middleware.recorder.lost == 1
    (line,) = [record for record in caplog.records if record.name == "tollbooth.lost_usage"]
    told = json.loads(line.message)
    assert (told["feature"], told["organization_id"], told["units"]) == ("no_such_feature", acme, 1)
    assert "not_found" in line.__dict__["reason"]


def test_more_than_can_wait_is_told_rather_than_dropped(acme: str, caplog: pytest.LogCaptureFixture) -> None:
    recorder = UsageRecorder(waiting_max=0)
    recorder.put(lambda: _used(acme, "1"))
    recorder.close()
    assert recorder.lost == 1
    assert _told(caplog) == ["1"]
    assert recorded() == []


def test_a_server_that_shuts_down_waits_for_what_is_to_be_charged(acme: str) -> None:
    waited: list[bool] = []

    class Noting(UsageRecorder):
        def flush(self, seconds: float = 30) -> bool:
            waited.append(super().flush(seconds))
            return waited[-1]

    with site(acme, recorder=Noting()) as client:
        client.get("/hello")
        assert waited == []
        client.__exit__()
        assert waited == [True]
        assert len(recorded()) == 1


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # Python 3.12 warns; that is what is tried
def test_a_forked_worker_charges_its_own_usage_and_none_of_its_parents(acme: str) -> None:
    recorder = UsageRecorder()
    recorder.put(lambda: _used(acme, "parent"))
    recorder.flush(30)
    application().close()
    child = os.fork()
    if not child:
        signal.alarm(30)
        try:
            recorder.put(lambda: _used(acme, "child"))
            os._exit(0 if recorder.flush(30) and not recorder.lost else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    recorder.close()
    assert sorted(event["event_id"] for event in recorded()) == ["child", "parent"]


def test_usage_of_which_there_is_no_event_stops_nothing_after_it(acme: str, caplog: pytest.LogCaptureFixture) -> None:
    recorder = UsageRecorder()
    recorder.put(lambda: _used("", "nobody's"))
    recorder.put(lambda: _used(acme, "next"))
    recorder.close()
    assert (recorder.lost, only()["event_id"]) == (1, "next")
    assert "organization_id" in caplog.text


def test_what_is_left_when_a_process_ends_is_told(acme: str, caplog: pytest.LogCaptureFixture) -> None:
    trying, may_fail = threading.Event(), threading.Event()

    class Away(InProcess):
        def record_many(self, events: Any) -> Any:
            trying.set()
            may_fail.wait(30)
            raise ConnectionError("the database is away")

    use(Away())
    recorder = UsageRecorder()
    recorder.put(lambda: _used(acme, "being tried"))
    trying.wait(30)
    recorder.put(lambda: _used(acme, "waiting"))
    recorder.close(0)
    assert _told(caplog) == ["waiting"]
    may_fail.set()
    recorder._thread.join(30)
    assert _told(caplog) == ["waiting", "being tried"]
    assert recorder.lost == 2


def _told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [json.loads(line.message)["id"] for line in caplog.records if line.name == "tollbooth.lost_usage"]


def _used(organization_id: str, event_id: str) -> UsageEvent:
    return UsageEvent(organization_id=organization_id, feature="chat", source="test", event_id=event_id)
