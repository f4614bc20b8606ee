"""What a process that serves writes to stderr: a line of JSON for every request, and for whatever went wrong."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

REQUESTS = "tollbooth.requests"


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
    """Have warnings and errors of everything written, and requests by those who answer them; to be called once.

    Uvicorn's own line for each request is left out: ours says more, and nothing secret.
    """
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    root.handlers = [_handler(to, JsonLines())]
    requests = logging.getLogger(REQUESTS)
    requests.setLevel(logging.INFO)
    requests.handlers = [_handler(to, logging.Formatter("%(message)s"))]
    requests.propagate = False
    access = logging.getLogger("uvicorn.access")
    access.handlers = []
    access.propagate = False


def _handler(to: TextIO, form: logging.Formatter) -> logging.Handler:
    handler = logging.StreamHandler(to)
    handler.setFormatter(form)
    return handler
