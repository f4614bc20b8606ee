"""Open a file of usage by the ending of its name."""

from pathlib import Path

from billing_core.adapters.usage_files.csv_file import CsvFile
from billing_core.adapters.usage_files.json_lines_file import JsonLinesFile
from billing_core.adapters.usage_files.parquet_file import ParquetFile
from billing_core.domain.errors import InvalidInput, NotFound
from billing_core.services.ingestion.ports import UsageFile

KINDS = {".csv": CsvFile, ".jsonl": JsonLinesFile, ".ndjson": JsonLinesFile, ".parquet": ParquetFile}


def open_usage_file(path: Path) -> UsageFile:
    """The file's rows; NotFound without such a file, InvalidInput for another kind or one that cannot be read."""
    if not path.is_file():
        raise NotFound(f"There is no file {str(path)!r}.", field="file")
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise InvalidInput(f"{path.name!r} does not end in {', '.join(KINDS)}.", field="file")
    try:
        return kind(path)
    except OSError as error:
        raise InvalidInput(f"{path.name} cannot be read: {error.strerror or error}.", field="file") from error
