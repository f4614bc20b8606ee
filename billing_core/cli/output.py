"""What commands print: plain lines for people, or one JSON document for machines."""

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from billing_core.domain.errors import BillingError
from billing_core.domain.identity import Actor

JsonOption = Annotated[bool, typer.Option("--json", help="Print one machine-readable line of JSON.")]

SYSTEM = Actor("system", "cli", "Command line", "localhost")

_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)


def say(text: str) -> None:
    """A line for a person."""
    _out.print(text, markup=False)


def note(text: str) -> None:
    """A line about progress, beside the output."""
    _err.print(text, markup=False)


def show(facts: Mapping[str, Any], *, as_json: bool) -> None:
    """Facts as aligned lines, or as one line of JSON."""
    if as_json:
        typer.echo(json.dumps(facts))
        return
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        say(f"{name.replace('_', ' '):<{width}}  {value}")


@contextmanager
def progress_bar(name: str) -> Generator[Callable[[int, float], None]]:
    """A bar beside the output; call what it yields with rows done and the part done, from 0 to 1."""
    rows = TextColumn("{task.fields[rows]} rows")
    with Progress(TextColumn("{task.description}"), BarColumn(), rows, TimeElapsedColumn(), console=_err) as bar:
        task = bar.add_task(name, total=1.0, rows=0)
        yield lambda rows_done, part: bar.update(task, completed=part, rows=f"{rows_done:,}")


@contextmanager
def errors_shown(*, as_json: bool) -> Generator[None]:
    """Print a BillingError with the field at fault and end with exit code 1."""
    try:
        yield
    except BillingError as error:
        if as_json:
            typer.echo(json.dumps({"error": {"code": error.code, "field": error.field, "message": error.message}}))
        else:
            _err.print(f"{error.field}: {error.message}" if error.field else error.message, markup=False, style="red")
        raise typer.Exit(1) from error
