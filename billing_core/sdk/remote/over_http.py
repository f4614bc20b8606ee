"""What all parts of the client share: the way to the server."""

from billing_core.domain.clock import Clock, SystemClock
from billing_core.sdk.afterwards import worker
from billing_core.sdk.remote.http import Http


class OverHttp:
    """A part of the client. All of it goes one way, and keeps the same connections."""

    def __init__(self, url: str, api_key: str, *, http: Http | None = None) -> None:
        """`url` is the server's, as in a browser; `http` is another way to it, such as one for tests."""
        self._http = http or Http(url, api_key)
        self._clock = SystemClock()

    @property
    def clock(self) -> Clock:
        """What new ids are made by."""
        return self._clock

    def close(self) -> None:
        """Charge streams that were left a moment ago, and let go of all connections."""
        worker.wait()
        self._http.close()
