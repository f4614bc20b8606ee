"""Where billing runs is decided by one line."""

from collections.abc import Iterator

import pytest

from billing_core.domain.errors import InvalidInput
from billing_core.sdk import backend, connect, disconnect, use
from billing_core.sdk.in_process import InProcess
from tests.sdk.elsewhere import Elsewhere


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("TOLLBOOTH_URL", raising=False)
    monkeypatch.delenv("TOLLBOOTH_API_KEY", raising=False)
    disconnect()
    yield
    disconnect()


def test_billing_runs_in_this_process_unless_something_else_is_said() -> None:
    assert isinstance(backend(), InProcess)
    assert backend() is backend()


def test_an_address_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match="TOLLBOOTH_API_KEY") as caught:
        connect("https://billing.example.com")
    assert caught.value.field == "api_key"
    monkeypatch.setenv("TOLLBOOTH_URL", "https://billing.example.com")
    with pytest.raises(InvalidInput, match=r"billing\.example\.com"):
        backend()


def test_a_backend_of_ones_own_is_used_until_it_is_disconnected() -> None:
    mine = use(Elsewhere())
    assert backend() is mine
    disconnect()
    assert isinstance(mine, Elsewhere)
    assert mine.is_closed
    assert isinstance(backend(), InProcess)
