"""Rows of usage that could not be taken in, on SQL."""

from collections.abc import Sequence

from sqlalchemy import Connection

from billing_core.adapters.database.bulk_insert import bulk_upsert
from billing_core.adapters.database.schema.usage import dead_letter
from billing_core.services.ingestion.ports import DeadLetter


class DeadLetterStore:
    """Appends dead letters."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert_once(self, letters: Sequence[DeadLetter]) -> None:
        """Keep dead letters; one of the same organization, source and event id stays as it is."""
        bulk_upsert(
            self._connection,
            dead_letter,
            [
                {
                    "id": letter.id,
                    "organization": letter.organization_id,
                    "source": letter.source,
                    "event_id": letter.event_id,
                    "position": letter.position,
                    "code": letter.code,
                    "field": letter.field,
                    "message": letter.message,
                    "payload": letter.payload,
                    "recorded_at": letter.recorded_at,
                }
                for letter in letters
            ],
        )
