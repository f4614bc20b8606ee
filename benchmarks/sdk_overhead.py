"""What the package adds: the decorator to a charge, the middleware to a request, its import to a program."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter_ns
from typing import Any

from benchmarks.measure import Figure, show_load
from benchmarks.setting import FEATURE, a_product, an_organization
from billing_core.bootstrap import application
from billing_core.sdk import BillingManager, billing_context, billing_required, disconnect
from billing_core.sdk.asgi import Receive, Scope, Send
from billing_core.sdk.middleware import BillingMiddleware

TIMES = 2_000
WARM_UP = 100
IMPORTS = 7
NANOSECONDS = 1_000
BOUNDS = {"decorator_us": 100.0, "middleware_us": 50.0, "import_ms": 300.0}
IMPORT = (
    "import time; begin = time.perf_counter(); import billing_core.sdk; print((time.perf_counter() - begin) * 1000)"
)
SCOPE: Scope = {"type": "http", "method": "GET", "path": "/answers", "headers": [], "query_string": b""}


def main() -> None:
    """The figure is what the decorator adds to the median charge; each is beside its bound."""
    show_load()
    with a_product() as (product, _):
        organization_id = an_organization(product)
        os.environ["BILLING_DATA_DIR"] = str(product.settings.data_dir)
        os.environ["DATABASE_URL"] = ""
        charged, decorated = _calls(organization_id)
        bare, watched = asyncio.run(_requests(organization_id))
        disconnect()
        application().close()
    import_ms = median(_import_ms() for _ in range(IMPORTS))
    found = {"decorator_us": decorated - charged, "middleware_us": watched - bare, "import_ms": import_ms}
    print(f"a charge by hand: {charged:.1f} us; a decorated call: {decorated:.1f} us")
    print(f"a request: {bare:.1f} us; with the middleware: {watched:.1f} us")
    for name, figure in found.items():
        print(f"{name:>15}: {figure:.1f}; bound {BOUNDS[name]:.0f}")
    Figure(
        name="sdk_overhead",
        figure=found["decorator_us"],
        unit="us a decorated call",
        kind="bound",
        held_against=BOUNDS["decorator_us"],
        details={"bounds": BOUNDS} | {name: round(figure, 1) for name, figure in found.items()},
    ).report()


def _calls(organization_id: str) -> tuple[float, float]:
    """The median charge by hand and decorated call, in microseconds, one after the other in turns."""

    @billing_required(FEATURE)
    def decorated() -> None:
        pass

    def by_hand() -> None:
        BillingManager.charge(organization_id, FEATURE)

    with billing_context(organization=organization_id):
        return _in_turns(by_hand, decorated)


def _in_turns(*works: Callable[[], object]) -> Any:
    spent: list[list[int]] = [[] for _ in works]
    for turn in range(WARM_UP + TIMES):
        for work, times in zip(works, spent, strict=True):
            begun = perf_counter_ns()
            work()
            if turn >= WARM_UP:
                times.append(perf_counter_ns() - begun)
    return tuple(median(times) / NANOSECONDS for times in spent)


async def _requests(organization_id: str) -> tuple[float, float]:
    """The median request to an application, bare and behind the middleware."""
    watched = BillingMiddleware(_answer, feature=FEATURE, organization=lambda _: organization_id)
    spent: dict[Callable[..., Awaitable[None]], list[int]] = {_answer: [], watched: []}
    for turn in range(WARM_UP + TIMES):
        for app, times in spent.items():
            begun = perf_counter_ns()
            await app(dict(SCOPE), _receive, _send)
            if turn >= WARM_UP:
                times.append(perf_counter_ns() - begun)
    await asyncio.to_thread(watched.recorder.close)
    bare_us, watched_us = (median(times) / NANOSECONDS for times in spent.values())
    return bare_us, watched_us


async def _answer(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"{}"})


async def _receive() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send(_message: Any) -> None:
    pass


def _import_ms() -> float:
    return float(subprocess.run([sys.executable, "-c", IMPORT], check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    main()
