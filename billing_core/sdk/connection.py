"""Where billing runs: in this process, or behind an address. One line decides, and everything else stays the same."""

import os
from importlib import import_module

from billing_core.domain.errors import InvalidInput
from billing_core.sdk.backend import Backend

URL_VARIABLE = "TOLLBOOTH_URL"
API_KEY_VARIABLE = "TOLLBOOTH_API_KEY"
_chosen: list[Backend] = []


def connect(url: str | None = None, *, api_key: str | None = None) -> Backend:
    """Have everything of this package work on the server at `url`; without one, on `TOLLBOOTH_URL` or in this process.

    InvalidInput for an address without its API key, which may also stand in `TOLLBOOTH_API_KEY`.
    """
    return use(_open(url or os.environ.get(URL_VARIABLE), api_key or os.environ.get(API_KEY_VARIABLE)))


def use(chosen: Backend) -> Backend:
    """Have everything of this package work on a backend of your own making, such as one for tests."""
    _chosen[:] = [chosen]
    return chosen


def backend() -> Backend:
    """The backend in use: the one chosen by `connect` or `use`, else what the environment says."""
    return _chosen[0] if _chosen else connect()


def disconnect() -> None:
    """Finish what is under way, let go of connections, and choose anew when billing is next asked."""
    while _chosen:
        _chosen.pop().close()


def _open(url: str | None, api_key: str | None) -> Backend:
    # Each kind is loaded when it is first needed: one brings the database, the other an HTTP client.
    if not url:
        return import_module("billing_core.sdk.in_process").InProcess()
    if not api_key:
        raise InvalidInput(
            f"{url} needs an API key: give api_key=..., or set {API_KEY_VARIABLE}. "
            'Make one with: python -m billing_core api-key create "My product" --organization "Acme".',
            field="api_key",
        )
    return import_module("billing_core.sdk.remote").RemoteBackend(url, api_key)
