"""Renders the templates beside this file: every value is escaped, and a page may load nothing and run no script."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from stripe_sandbox.currencies import format_amount

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%-d %b %Y, %H:%M:%S UTC")


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A page made from a template."""
    content = _TEMPLATES.get_template(template).render(values, amount=format_amount, instant=_instant)
    return HTMLResponse(content, status, _HEADERS)


def see_other(request: Request, path: str) -> Response:
    """Send the browser to another page of the sandbox, wherever it is mounted and by whatever host name it came."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}{path}", status_code=303, headers=_HEADERS)


def leave(url: str) -> Response:
    """Send the browser back to the host."""
    return RedirectResponse(url, status_code=303, headers=_HEADERS)
