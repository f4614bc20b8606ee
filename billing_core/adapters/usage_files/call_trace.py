"""The compact trace of calls that demo data is made from."""

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

from billing_core.services.demo.traced_call import TracedCall


def read_call_trace(path: Path) -> Sequence[TracedCall]:
    """All calls of a gzipped CSV file with the columns gap_us, input_tokens and output_tokens, in order."""
    with gzip.open(path, "rt", encoding="ascii", newline="") as file:
        return [
            TracedCall(int(row["gap_us"]), int(row["input_tokens"]), int(row["output_tokens"]))
            for row in csv.DictReader(file)
        ]
