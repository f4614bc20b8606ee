"""What a process that serves writes to stderr: a line of JSON for every request, and for whatever went wrong."""

import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

from pydantic_core import to_json


class RequestLines:
    """Where a line for every request is written: nowhere, until `write_logs` says where.

    Past `logging`, which would take as long for it as half of what an API does for a small request; and all lines of
    one turn of the event loop at once, since another thread has its turn with every write.
    """

    def __init__(self) -> None:
        self.to: TextIO | None = None
        self._lines: list[bytes] = []

    def write(self, line: Mapping[str, object]) -> None:
        """Write a line of JSON, when the running event loop has done what it is about to do."""
        if self.to is not None:
            if not self._lines:
                asyncio.get_running_loop().call_soon(self._flush)
            self._lines.append(to_json(line))

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        if self.to is not None:
            self.to.write(b"\n".join([*lines, b""]).decode())


requests = RequestLines()


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := getattr(record, "request_id", None):
            line["request_id"] = request_id
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def write_logs(to: TextIO = sys.stderr) -> None:
    """Have requests, warnings and errors of everything written; to be called once.

    Uvicorn's own line for each request is left out: ours says more, and nothing secret.
    """
    requests.to = to
    handler = logging.StreamHandler(to)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    root.handlers = [handler]
    access = logging.getLogger("uvicorn.access")
    access.handlers = []
    access.propagate = False
