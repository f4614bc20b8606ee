"""Take in a file of usage: rows that can be read are charged in batches, the others are kept with their reason."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice
from zoneinfo import ZoneInfo

from billing_core.domain.clock import Clock
from billing_core.domain.document_reader import did_you_mean
from billing_core.domain.errors import BillingError, EventConflict, InvalidInput, NotFound
from billing_core.domain.ids import new_id
from billing_core.domain.model_match import provider_name
from billing_core.domain.money import CREDITS
from billing_core.domain.usage import UsageEvent, check_text
from billing_core.services.charging.charge_events import charge_events
from billing_core.services.charging.ports import ChargeRequest
from billing_core.services.ingestion.columns import check_columns
from billing_core.services.ingestion.ports import BrokenRow, DeadLetter, IngestionUnit, UsageFile, UsageRow
from billing_core.services.ingestion.read_event import EventReader, Reading
from billing_core.services.ingestion.summary import IngestSummary, Rejection

ROWS_PER_BATCH = 2_000
PAYLOAD_LENGTH_MAX = 10_000
MESSAGE_LENGTH_MAX = 500
USD = "USD"
UTC = ZoneInfo("UTC")
# Errors speak of events; the person with the file knows columns.
_COLUMN_OF_FIELD = {"occurred_at": "time", "event_id": "id"}

Write = Callable[[], AbstractContextManager[IngestionUnit]]
OnProgress = Callable[[int, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestRequest:
    """A file, whose usage it is, and what its rows leave out.

    `feature`, `provider` and `model` hold for rows without their own; `source` is the file's name unless given.
    `columns` maps canonical columns to the file's. A `provider` and `model` without a price are taken for a typing
    mistake unless `allow_unpriced`.
    """

    organization_id: str
    file: UsageFile
    feature: str | None = None
    provider: str | None = None
    model: str | None = None
    source: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    zone: ZoneInfo = UTC
    allow_unpriced: bool = False


@dataclass(frozen=True, slots=True)
class _Refused:
    """A row that was turned away, before or by charging."""

    position: int
    event_id: str
    error: BillingError
    payload: str


def ingest_file(write: Write, clock: Clock, request: IngestRequest, on_progress: OnProgress) -> IngestSummary:
    """What came of every row. `on_progress` is told rows done and the part of the file read, after each batch.

    InvalidInput or NotFound, with nothing written, when an option is wrong or the file has not the columns it needs.
    Each batch is one transaction with its dead letters, so that a run that was cut short is finished by running it
    again: rows taken in before are duplicates, and change nothing.
    """
    source = check_text(request.source or request.file.name, "source")
    with write() as uow:
        summary = _checked(uow, request, clock)
    defaults = {"feature": request.feature, "provider": request.provider, "model": request.model}
    reader = EventReader(
        Reading(
            organization_id=request.organization_id,
            source=source,
            position_kind=request.file.position_kind,
            defaults={name: value for name, value in defaults.items() if value},
            columns=request.columns,
            zone=request.zone,
        )
    )
    rows = request.file.rows()
    while batch := list(islice(rows, ROWS_PER_BATCH)):
        with write() as uow:
            refused = _charge(uow, reader, batch, clock, summary)
            _keep(uow, request.organization_id, source, refused, clock)
        for item in refused:
            summary.reject(_rejection(item, request.file.position_kind))
        on_progress(summary.rows, request.file.fraction_read)
    return summary


def _checked(uow: IngestionUnit, request: IngestRequest, clock: Clock) -> IngestSummary:
    """An empty summary in the organization's currency, once the request makes sense."""
    books = uow.books.look_at([request.organization_id], clock.now()).get(request.organization_id)
    if books is None:
        raise NotFound(f"There is no organization {request.organization_id!r}.", field="organization")
    features = uow.catalog.feature_codes()
    if request.feature is not None and request.feature not in features:
        raise NotFound(
            f"There is no feature {request.feature!r}; the features are: {', '.join(sorted(features))}."
            f"{did_you_mean(request.feature, features)}",
            field="feature",
        )
    _check_model(uow, request)
    wanted = frozenset(request.columns.values())
    layout = check_columns(request.file.columns(wanted), request.columns, has_feature=request.feature is not None)
    summary = IngestSummary(unused_columns=layout.unused)
    summary.provider_cost_nanos[USD] = 0
    summary.charged_nanos[books.currency] = summary.charged_nanos[CREDITS] = 0
    return summary


def _check_model(uow: IngestionUnit, request: IngestRequest) -> None:
    """A name without a price is most often mistyped, and would leave a whole file unpriced."""
    provider, model = request.provider, request.model
    if model is not None and provider is None:
        raise InvalidInput(f"Say whose model {model!r} is, such as --provider openai.", field="provider")
    if provider is None or request.allow_unpriced:
        return
    models: defaultdict[str, list[str]] = defaultdict(list)
    for known_provider, known_model in uow.catalog.known_models():
        models[known_provider].append(known_model)
    named, hint = provider_name(provider), "To take the usage in without a price, say --allow-unpriced."
    if named not in models:
        message = f"There are no prices of a provider {provider!r}.{did_you_mean(named, models)} {hint}"
        raise InvalidInput(message, field="provider")
    if model is not None and uow.catalog.price_books([(provider, model)])[provider, model] is None:
        message = f"There is no price of {named}'s model {model!r}.{did_you_mean(model, models[named])} {hint}"
        raise InvalidInput(message, field="model")


def _charge(
    uow: IngestionUnit,
    reader: EventReader,
    batch: Iterable[UsageRow | BrokenRow],
    clock: Clock,
    summary: IngestSummary,
) -> list[_Refused]:
    """Charge the rows of a batch that can be read; returns those that were turned away, in the file's order."""
    refused: list[_Refused] = []
    read: list[tuple[UsageRow, UsageEvent]] = []
    for row in batch:
        if isinstance(row, BrokenRow):
            refused.append(_Refused(row.position, reader.position_id(row.position), row.error, row.text))
            continue
        try:
            read.append((row, reader.read(row)))
        except InvalidInput as error:
            refused.append(_Refused(row.position, reader.event_id(row), error, _payload(row)))
    outcomes = charge_events(uow, [ChargeRequest(event, admit=False) for _, event in read], clock)
    for (row, event), outcome in zip(read, outcomes, strict=True):
        if isinstance(outcome, BillingError):
            refused.append(_Refused(row.position, event.event_id, outcome, _payload(row)))
        else:
            summary.add(outcome)
    return sorted(refused, key=lambda item: item.position)


def _keep(uow: IngestionUnit, organization_id: str, source: str, refused: Iterable[_Refused], clock: Clock) -> None:
    now = clock.now()
    letters = [
        DeadLetter(
            id=new_id("dead", now),
            organization_id=organization_id,
            source=source,
            event_id=item.event_id,
            position=item.position,
            code=item.error.code,
            field=_column_of(item.error),
            message=item.error.message[:MESSAGE_LENGTH_MAX],
            payload=_storable(item.payload[:PAYLOAD_LENGTH_MAX]),
            recorded_at=now,
        )
        for item in refused
    ]
    if letters:
        uow.dead_letters.insert_once(letters)


def _rejection(item: _Refused, position_kind: str) -> Rejection:
    message = item.error.message[:MESSAGE_LENGTH_MAX]
    if isinstance(item.error, EventConflict) and item.event_id == f"{position_kind}-{item.position}":
        message += " If this is another file of the same name, give it a --source of its own."
    return Rejection(item.position, item.error.code, _column_of(item.error), message)


def _column_of(error: BillingError) -> str | None:
    return _COLUMN_OF_FIELD.get(error.field or "", error.field)


def _payload(row: UsageRow) -> str:
    return json.dumps(dict(zip(row.names, row.cells, strict=True)), ensure_ascii=False, default=str)


def _storable(text: str) -> str:
    """Without what a database cannot hold as text: halves of surrogate pairs and NUL."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\x00")
