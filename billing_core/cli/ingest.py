"""python -m billing_core ingest: take in a file of usage."""

from pathlib import Path
from typing import Annotated

import typer

from billing_core.adapters.usage_files.open_usage_file import open_usage_file
from billing_core.bootstrap import application
from billing_core.cli.output import JsonOption, errors_shown, progress_bar, say, show
from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import format_nanos
from billing_core.domain.periods import time_zone as zone_named
from billing_core.services.ingestion.ingest_file import IngestRequest, ingest_file
from billing_core.services.ingestion.summary import IngestSummary
from billing_core.services.organizations.find_organization import find_organization


def ingest(
    file: Annotated[Path, typer.Argument(help="A .csv, .jsonl or .parquet file.")],
    organization: Annotated[str, typer.Option(help="Whose usage it is: name or id.")],
    feature: Annotated[str | None, typer.Option(help="The feature of rows that name none.")] = None,
    provider: Annotated[str | None, typer.Option(help="The provider of rows that name none.")] = None,
    model: Annotated[str | None, typer.Option(help="The model of rows that name none.")] = None,
    source: Annotated[str | None, typer.Option(help="Where the ids come from; the file's name.")] = None,
    columns: Annotated[str, typer.Option(help="Which columns to read: time=when,input_tokens=prompt.")] = "",
    time_zone: Annotated[str, typer.Option(help="The zone of times without one.")] = "UTC",
    allow_unpriced: Annotated[bool, typer.Option(help="Take in a provider or model without prices.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Charge usage that has happened. A second run changes nothing; rows that cannot be read are kept with a reason."""
    house = application()
    with errors_shown(as_json=as_json):
        with house.read() as uow:
            organization_id = find_organization(uow.organizations, organization).id
        request = IngestRequest(
            organization_id=organization_id,
            file=open_usage_file(file),
            feature=feature,
            provider=provider,
            model=model,
            source=source,
            columns=_mapping(columns),
            zone=zone_named(time_zone),
            allow_unpriced=allow_unpriced,
        )
        with progress_bar(file.name) as on_progress:
            summary = ingest_file(house.write, house.clock, request, on_progress)
        house.sync_warehouse()
    show(summary.document(), as_json=True) if as_json else _tell(summary)


def _mapping(columns: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in columns.split(",") if pair]
    for name, equals, column in pairs:
        if not (name and equals and column):
            raise InvalidInput(f"{columns!r} is not a mapping such as time=when,input_tokens=prompt.", field="columns")
    return {name.strip(): column.strip() for name, _, column in pairs}


def _tell(summary: IngestSummary) -> None:
    for name in ("accepted", "duplicates", "rejected", "unpriced"):
        say(f"{name:<14}{getattr(summary, name):>14,}")
    for label, amounts in (("provider cost", summary.provider_cost_nanos), ("charged", summary.charged_nanos)):
        for currency, nanos in sorted(amounts.items(), reverse=True):
            say(f"{label:<14}{format_nanos(nanos):>14} {currency}")
    if summary.unused_columns:
        say(f"columns not read: {', '.join(summary.unused_columns)}")
    for item in summary.rejections:
        say(f"  {item.position}: {item.field or item.code}: {item.message}")
    if summary.rejected > len(summary.rejections):
        say(f"  and {summary.rejected - len(summary.rejections)} more; all are kept as dead letters.")
