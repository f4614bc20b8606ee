"""python -m billing_core verify: recompute every invariant and name the rows that break one."""

import typer

from billing_core.bootstrap import application
from billing_core.bootstrap.self_audit import audit_books
from billing_core.cli.output import JsonOption, errors_shown, say, show


def verify(as_json: JsonOption = False) -> None:
    """Recompute the books and compare the warehouse; exit code 1 when anything is wrong."""
    with errors_shown(as_json=as_json):
        findings = list(audit_books(application()))
    if as_json:
        show(
            {
                "ok": not findings,
                "findings": [
                    {"invariant": item.invariant, "row": item.row, "problem": item.problem} for item in findings
                ],
            },
            as_json=True,
        )
    else:
        for item in findings:
            say(f"{item.invariant}: {item.row}: {item.problem}")
        say(f"{len(findings)} findings" if findings else "The books are in order.")
    if findings:
        raise typer.Exit(1)
