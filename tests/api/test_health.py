"""Whether the process runs, and whether it can do its work: asked by whatever watches it, without a key."""

from tests.api.conftest import Api


def test_the_process_says_that_it_is_alive_and_ready(api: Api) -> None:
    api.as_(None)
    assert api.get("/api/health/live").json() == {"status": "ok"}
    assert api.get("/api/health/ready").json() == {"status": "ok"}
