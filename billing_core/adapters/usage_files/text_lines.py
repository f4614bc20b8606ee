"""A text file as numbered lines, none longer than memory should hold."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from billing_core.domain.errors import InvalidInput
from billing_core.services.ingestion.ports import BrokenRow

LINE_BYTES_MAX = 1 << 20
KEPT_BYTES_MAX = 1_000
_UTF8_MARK = b"\xef\xbb\xbf"


class TextLines:
    """The lines of a UTF-8 file, and how far they have been read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = path.stat().st_size
        self._read = 0
        with path.open("rb"):
            pass  # a file that may not be read is told about now, not at its first row

    @property
    def fraction_read(self) -> float:
        return self._read / self._size if self._size else 1.0

    def __iter__(self) -> Iterator[tuple[int, str | BrokenRow]]:
        """Line numbers from 1 with text, or what is wrong with it; lines without content are left out."""
        with self._path.open("rb") as file:
            number = self._read = 0
            while line := file.readline(LINE_BYTES_MAX + 1):
                number += 1
                self._read += len(line)
                if number == 1:
                    line = line.removeprefix(_UTF8_MARK)
                if len(line) > LINE_BYTES_MAX:
                    self._skip_rest(file, line)
                    yield number, _broken(number, f"is longer than {LINE_BYTES_MAX} bytes", line)
                elif line := line.strip(b" \t\r\n"):
                    try:
                        yield number, line.decode()
                    except UnicodeDecodeError as error:
                        yield number, _broken(number, f"is not UTF-8 text: {error.reason} at byte {error.start}", line)

    def _skip_rest(self, file: BinaryIO, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = file.readline(LINE_BYTES_MAX)
            self._read += len(line)


def _broken(number: int, what: str, line: bytes) -> BrokenRow:
    text = line[:KEPT_BYTES_MAX].decode(errors="backslashreplace")
    return BrokenRow(number, InvalidInput(f"The line {what}."), text)
