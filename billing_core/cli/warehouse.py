"""python -m billing_core warehouse: the columnar copy for reports."""

import typer

from billing_core.bootstrap import application
from billing_core.cli.output import JsonOption, errors_shown, show

warehouse = typer.Typer(help="The columnar copy that reports read; it can be rebuilt.", no_args_is_help=True)


@warehouse.callback()
def group() -> None:
    """The columnar copy that reports read; it can be rebuilt at any time."""


@warehouse.command()
def sync(as_json: JsonOption = False) -> None:
    """Copy what was recorded since the last time; an empty folder is filled anew."""
    with errors_shown(as_json=as_json):
        report = application().sync_warehouse()
        facts = {"new_events": report.new_events, "new_adjustments": report.new_adjustments}
        show(facts | {"seq": report.seq, "segments": report.segments}, as_json=as_json)
