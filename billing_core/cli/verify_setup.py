"""Say whether everything is in place for a product to rely on its billing: `python -m billing_core verify-setup`."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

import httpx
import typer
from rich.console import Console
from starlette.applications import Starlette
from starlette.routing import Mount

from billing_core.api.create_api import create_api
from billing_core.bootstrap import application
from billing_core.bootstrap.setup_checks import Checked, NotInPlace, check_setup, checked
from billing_core.cli.output import JsonOption, show
from billing_core.domain.usage import UsageEvent
from billing_core.sdk.asgi import Receive, Scope, Send
from billing_core.sdk.middleware import BillingMiddleware
from billing_core.sdk.usage_recorder import MakeEvent, UsageRecorder

START = "run: make run"
SECONDS = 10.0
OPEN = (
    "/api/health/live",
    "/api/health/ready",
    "/api/subscription/plans",
    "/api/subscription/pricing",
    "/api/billing/credit-packages",
    "/api/openapi.json",
)
OF_A_KEY = ("/api/v1/billing/balance", "/api/v1/billing/limits", "/api/credits/balance", "/api/v1/billing/usage")

UrlOption = Annotated[str | None, typer.Option("--url", help="Ask a running Tollbooth; else the API is asked in here.")]
KeyOption = Annotated[
    str | None, typer.Option("--api-key", envvar="TOLLBOOTH_API_KEY", help="With --url: ask for what a key may read.")
]


def verify_setup(url: UrlOption = None, api_key: KeyOption = None, as_json: JsonOption = False) -> None:
    """Look at everything billing needs, changing nothing; exit code 1, with what to do, where something is missing."""
    found: list[Checked] = []
    for item in _everything(url, api_key):
        found.append(item)
        if not as_json:
            _tick(item)
    is_right = all(item.is_right for item in found)
    if as_json:
        checks = [
            {"name": item.name, "ok": item.is_right, "found": item.found, "remedy": item.remedy} for item in found
        ]
        show({"ok": is_right, "checks": checks}, as_json=True)
    if not is_right:
        raise typer.Exit(1)


def _everything(url: str | None, api_key: str | None) -> Iterator[Checked]:
    own = list(check_setup(application()))
    yield from own
    yield checked("Usage middleware", lambda: asyncio.run(_middleware()))
    if url is None and all(item.is_right for item in own):
        yield checked("Endpoints", lambda: asyncio.run(_own_endpoints()))
    elif url is not None:
        yield checked("Endpoints", lambda: _endpoints_of(url, OPEN, None))
        if api_key is not None:
            yield checked("API key", lambda: _endpoints_of(url, OF_A_KEY, api_key))


def _tick(item: Checked) -> None:
    mark = "[green]✓[/green]" if item.is_right else "[red]✗[/red]"
    console = Console(highlight=False)
    console.print(f"{mark} {item.name}", end="  ")
    console.print(item.found, markup=False)
    if item.remedy:
        console.print(f"    {item.remedy}", markup=False)


class _Heard(UsageRecorder):
    """Keeps what it is to record, in place of charging it."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[UsageEvent] = []

    def put(self, make: MakeEvent) -> None:
        self.events.append(make())


async def _middleware() -> str:
    """One call of a product's API, as its middleware sees it."""
    heard = _Heard()
    watched = BillingMiddleware(_hello, feature="api_call", organization=lambda _: "org_check", recorder=heard)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(watched), base_url="http://check") as client:
        await client.get("/hello")
    if [event.latency_ms is not None for event in heard.events] != [True]:
        raise NotInPlace(f"{len(heard.events)} calls of one were recorded", "install the package anew: make install")
    return "a call was seen, with its latency and status"


async def _hello(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


async def _own_endpoints() -> str:
    api = Starlette(routes=[Mount("/api", create_api(application()))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://check") as client:
        answers = {path: (await client.get(path)).status_code for path in OPEN}
    return _said(answers)


def _endpoints_of(url: str, paths: tuple[str, ...], api_key: str | None) -> str:
    headers = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=SECONDS) as client:
            answers = {path: client.get(path).status_code for path in paths}
    except httpx.HTTPError as error:
        raise NotInPlace(f"{url} does not answer: {error}", START) from error
    return _said(answers)


def _said(answers: dict[str, int]) -> str:
    wrong = [f"{path} answers {status}" for path, status in answers.items() if status >= 300]
    if wrong:
        raise NotInPlace("; ".join(wrong), "look at the log of the process that serves it")
    return f"{len(answers)} of {len(answers)} answer"
