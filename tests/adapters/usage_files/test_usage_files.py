"""Files of usage as rows with positions: what is broken spoils its own row and no other."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from billing_core.adapters.usage_files import text_lines
from billing_core.adapters.usage_files.open_usage_file import open_usage_file
from billing_core.domain.errors import InvalidInput, NotFound
from billing_core.services.ingestion.ports import BrokenRow, UsageFile, UsageRow


def opened(folder: Path, name: str, content: bytes | str) -> UsageFile:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_usage_file(path)


def sound(file: UsageFile) -> list[tuple[int, list[object]]]:
    return [(row.position, list(row.cells)) for row in file.rows() if isinstance(row, UsageRow)]


def broken(file: UsageFile) -> dict[int, str]:
    return {row.position: row.error.message for row in file.rows() if isinstance(row, BrokenRow)}


def test_csv_rows_carry_their_line_numbers_past_blank_lines(tmp_path: Path):
    file = opened(tmp_path, "usage.csv", "\ufeffa,b\r\n1,2\r\n\r\n3,\r\n")
    assert file.columns(()) == ("a", "b")
    assert sound(file) == [(2, ["1", "2"]), (4, ["3", ""])]
    assert file.fraction_read == 1


def test_a_stray_quote_spoils_its_line_and_not_those_that_follow(tmp_path: Path):
    file = opened(tmp_path, "usage.csv", 'a,b\n1,"2\n3,4\n"5,x","6"\n"7"8,9\n10,11,12\n13\n')
    assert sound(file) == [(3, ["3", "4"]), (4, ["5,x", "6"])]
    assert list(broken(file)) == [2, 5, 6, 7]
    assert "3 cells" in broken(file)[6]
    assert "2 columns" in broken(file)[6]


def test_a_line_that_is_not_utf8_or_far_too_long_is_broken_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(text_lines, "LINE_BYTES_MAX", 20)
    file = opened(tmp_path, "usage.csv", b"a,b\n1,\xff\n" + b"x" * 70 + b",2\n3,4\n" + b"y" * 21)
    assert sound(file) == [(4, ["3", "4"])]
    assert "not UTF-8" in broken(file)[2]
    assert "longer than 20 bytes" in broken(file)[3]
    assert list(broken(file)) == [2, 3, 5]
    assert file.fraction_read == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "empty"), (b"a,a\n", "more than one column 'a'"), (b"\xff\xfea\x00\n", "UTF-8"), (b'a,"b\n', "not CSV")],
)
def test_a_csv_file_without_a_usable_header_is_refused(tmp_path: Path, content: bytes, message: str):
    with pytest.raises(InvalidInput, match=message):
        opened(tmp_path, "usage.csv", content)


def test_json_lines_are_objects_whose_inner_values_are_columns_too(tmp_path: Path):
    file = opened(tmp_path, "usage.jsonl", '{"a": 1, "usage": {"in": 2, "more": {"x": null}}}\n\n{"b": "y"}\n')
    assert sound(file) == [(1, [1, 2, None]), (3, ["y"])]
    assert file.columns(()) == ["a", "usage.in", "usage.more.x", "b"]


def test_lines_that_are_no_json_object_are_broken_alone(tmp_path: Path):
    lines = ["[1]", '{"a": NaN}', "{", '{"a": 1}', "[" * 100_000, "7"]
    file = opened(tmp_path, "usage.ndjson", "\n".join(lines))
    assert sound(file) == [(4, [1])]
    assert list(broken(file)) == [1, 2, 3, 5, 6]
    assert "NaN is not a JSON value" in broken(file)[2]


def test_a_wanted_column_is_found_however_late_it_appears(tmp_path: Path):
    file = opened(tmp_path, "usage.jsonl", '{"a": 1}\n' * 150 + '{"late": 2}\n' + '{"later": 3}\n' * 2)
    assert file.columns({"a"}) == ["a"]
    assert file.columns({"late"}) == ["a", "late"]
    assert file.columns({"absent"}) == ["a", "late", "later"]


def test_parquet_rows_are_counted_and_times_cut_to_microseconds(tmp_path: Path):
    nanos = [1_700_158_546_680_590_123, 1_700_158_550_995_169_999]
    table = pa.table(
        {
            "at": pa.array(nanos, pa.timestamp("ns")),
            "zoned": pa.array(nanos, pa.timestamp("ns", tz="UTC")),
            "n": pa.array([7, None], pa.int32()),
        }
    )
    pq.write_table(table, tmp_path / "usage.parquet")
    file = open_usage_file(tmp_path / "usage.parquet")
    first = datetime(2023, 11, 16, 18, 15, 46, 680590, UTC)
    second = datetime(2023, 11, 16, 18, 15, 50, 995169, UTC)
    assert sound(file) == [
        (1, [first.replace(tzinfo=None), first, 7]),
        (2, [second.replace(tzinfo=None), second, None]),
    ]
    assert file.fraction_read == 1


def test_parquet_text_that_is_not_utf8_spoils_its_row_alone(tmp_path: Path):
    texts = pa.array([b"good", b"\xff\xfe", b"fine"], pa.binary()).cast(pa.string(), safe=False)
    pq.write_table(pa.table({"model": texts}), tmp_path / "usage.parquet")
    file = open_usage_file(tmp_path / "usage.parquet")
    assert sound(file) == [(1, ["good"]), (3, ["fine"])]
    assert "not UTF-8" in broken(file)[2]


def test_a_damaged_parquet_file_says_after_which_row(tmp_path: Path):
    path = tmp_path / "usage.parquet"
    pq.write_table(pa.table({"n": list(range(5_000))}), path, row_group_size=4_000, compression="none")
    damaged = bytearray(path.read_bytes())
    offset = pq.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    damaged[offset : offset + 40] = b"\xff" * 40
    path.write_bytes(damaged)
    file = open_usage_file(path)
    with pytest.raises(InvalidInput, match="cannot be read on after row 4000"):
        list(file.rows())


def test_files_that_are_absent_of_another_kind_or_not_what_they_say_are_refused(tmp_path: Path):
    with pytest.raises(NotFound, match="There is no file"):
        open_usage_file(tmp_path / "absent.csv")
    with pytest.raises(InvalidInput, match=r"\.csv, \.jsonl, \.ndjson, \.parquet"):
        opened(tmp_path, "usage.xlsx", "a")
    with pytest.raises(InvalidInput, match="not a Parquet file"):
        opened(tmp_path, "usage.parquet", "a,b\n1,2\n")
    with pytest.raises(InvalidInput, match="no line with a JSON object"):
        opened(tmp_path, "usage.jsonl", "\n").columns(())
