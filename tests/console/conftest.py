"""What pages need to be told in tests, because there is no browser."""

import pytest

from billing_core.console.commands import acting


@pytest.fixture(autouse=True)
def an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clicks come from this machine: AppTest has no connection to ask for its address."""
    monkeypatch.setattr(acting, "actor_of", lambda viewer: viewer.actor("127.0.0.1"))
