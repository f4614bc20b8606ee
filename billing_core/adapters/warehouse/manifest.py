"""The manifest: which files are the copy, and up to which event. Replacing it is what commits a sync."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from billing_core.adapters.warehouse.event_columns import EVENT_SCHEMA
from billing_core.adapters.warehouse.folder import publish, temporary
from billing_core.domain.clock import from_micros, to_micros

# A copy in any other form is thrown away and made again; raise the number when dimensions change theirs.
FORMAT = f"1-{hashlib.sha256(EVENT_SCHEMA.to_string().encode()).hexdigest()[:16]}"
# A question that began before a sync goes on with the files it began with; they are kept this long.
GRACE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One immutable file of events with consecutive `seq`, and the currencies its amounts are in."""

    file: str
    first_seq: int
    last_seq: int
    rows: int
    currencies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The copy at one moment.

    It holds every event up to `seq`, whose id is `event_id`: a database put back from a backup counts the same
    numbers again for other events. Adjustments are numbered on their own and have segments of their own. `retired` are
    files of earlier manifests that readers may still hold, with the microsecond they were replaced at.
    """

    seq: int = 0
    event_id: str = ""
    synced_micros: int | None = None
    segments: tuple[Segment, ...] = ()
    adjustment_seq: int = 0
    adjustment_id: str = ""
    adjustments: tuple[Segment, ...] = ()
    dimensions: Mapping[str, str] = field(default_factory=dict[str, str])
    retired: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def files(self) -> frozenset[str]:
        """The names of the files in force."""
        return frozenset(segment.file for segment in self.all_segments) | frozenset(self.dimensions.values())

    @property
    def all_segments(self) -> tuple[Segment, ...]:
        """The segments of events and of adjustments."""
        return self.segments + self.adjustments

    @property
    def currencies(self) -> tuple[str, ...]:
        return tuple(sorted({currency for segment in self.all_segments for currency in segment.currencies}))

    @property
    def synced_at(self) -> datetime | None:
        return None if self.synced_micros is None else from_micros(self.synced_micros)

    def emptied(self) -> "Manifest":
        """A copy of nothing, to begin again from; the files there were are retired by what follows it."""
        return Manifest(synced_micros=self.synced_micros, retired=self.retired)

    def after(self, before: "Manifest", now: datetime) -> "Manifest":
        """This manifest as the one that follows `before` at `now`: what fell out of force is retired."""
        retired = {**before.retired, **dict.fromkeys(before.files, to_micros(now))}
        held = {file: since for file, since in sorted(retired.items()) if file not in self.files}
        return replace(self, synced_micros=to_micros(now), retired=held).without_removable(now)

    def without_removable(self, now: datetime) -> "Manifest":
        """Without the retired files whose time is up."""
        until = to_micros(now - GRACE)
        return replace(self, retired={file: since for file, since in self.retired.items() if since > until})


def read_manifest(path: Path) -> Manifest:
    """The manifest in force; an empty one when there is none that can be read, or its format is not ours."""
    try:
        stored: dict[str, Any] = json.loads(path.read_text())
        if stored.pop("format") != FORMAT:
            return Manifest()
        segments, adjustments = (
            tuple(_segment(**segment) for segment in stored.pop(name)) for name in ("segments", "adjustments")
        )
        return Manifest(**stored, segments=segments, adjustments=adjustments)
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return Manifest()


def _segment(*, currencies: list[str], **stored: Any) -> Segment:
    return Segment(**stored, currencies=tuple(currencies))


def replace_manifest(path: Path, manifest: Manifest) -> None:
    """Commit: from now on readers see these files."""
    written = temporary(path)
    written.write_text(json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1))
    publish(written, path)
