"""Reading an export: its dialect, its rows as they stand there, and what is wrong with a row as a whole."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_cli.importing.mapping import MappingFile, read_mapping
from kith_cli.importing.reading import Export, Record
from kith_cli.importing.unusable import Unusable
from tests.cli.exports import DIALECTS, HARBOUR, KINSHIP, MAPPINGS, NORTHFIELD, Dialect

COLUMNS = ("id", "name", "notes")


def a_mapping(encoding: str = "utf-8", delimiter: str = ",", left_out: tuple[str, ...] = ()) -> MappingFile:
    wanted = tuple(name for name in COLUMNS if name not in left_out)
    return MappingFile("a-mapping.yaml", "an-organisation", encoding, delimiter, wanted, frozenset(left_out), "{}")


def an_export(content: bytes, mapping: MappingFile | None = None) -> Export:
    binary = io.BufferedReader(io.BytesIO(content))
    return Export(binary, mapping or a_mapping(), "an-export.csv", len(content))


def read(content: bytes, mapping: MappingFile | None = None) -> list[Record]:
    return list(an_export(content, mapping).records())


def codes(records: list[Record]) -> list[str | None]:
    return [record.fault.code if record.fault else None for record in records]


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=list(DIALECTS))
def test_the_sample_dialects_are_read(dialect: Dialect) -> None:
    mapping = read_mapping(MAPPINGS / f"{dialect.name}.yaml")

    records = read(dialect.clean(50), mapping)

    assert [record.number for record in records] == list(range(1, 51))
    assert codes(records) == [None] * 50
    assert set(records[0].cells) == set(dialect.header) - mapping.left_out


@pytest.mark.parametrize(
    ("mapping", "cell"),
    [("northfield-health-board", "Sex"), ("kinship-north-east", "child_names")],
)
def test_what_is_never_imported_is_not_even_a_cell(mapping: str, cell: str) -> None:
    told = read_mapping(MAPPINGS / f"{mapping}.yaml")

    assert cell in told.left_out
    assert all(cell not in record.cells for record in read(DIALECTS[mapping].clean(3), told))


def test_a_byte_order_mark_belongs_to_no_column_whether_the_mapping_speaks_of_it_or_not() -> None:
    content = b"\xef\xbb\xbfid,name,notes\n1,a,b\n"

    assert read(content, a_mapping("utf-8-sig"))[0].cells["id"] == "1"
    assert read(content, a_mapping("utf-8"))[0].cells["id"] == "1"
    assert read(content[3:], a_mapping("utf-8-sig"))[0].cells["id"] == "1"


def test_a_quoted_field_may_hold_delimiters_quotes_and_line_breaks() -> None:
    (record,) = read(b'id,name,notes\r\n1,"a, b","one ""two""\nthree"\r\n')

    assert record.cells == {"id": "1", "name": "a, b", "notes": 'one "two"\nthree'}
    assert record.raw == '1,"a, b","one ""two""\nthree"\r\n'


def test_a_row_of_another_length_is_told_and_its_text_kept() -> None:
    short, right, long = read(b"id,name,notes\n1,a\n2,b,c\n3,d,e,f\n")

    assert codes([short, right, long]) == ["wrong-field-count", None, "wrong-field-count"]
    assert short.fault is not None
    assert "has 2 fields, and the header has 3" in short.fault.message
    assert (short.cells, short.raw) == ({}, "1,a\n")


def test_bytes_that_are_not_in_the_encoding_spoil_their_row_only() -> None:
    records = read(b"id,name,notes\n1,a,\xff\n2,b,c\n")

    assert codes(records) == ["not-decodable", None]
    assert records[0].raw.encode("utf-8", "surrogateescape") == b"1,a,\xff\n"


def test_a_quote_that_is_not_closed_spoils_its_line_only() -> None:
    records = read(b'id,name,notes\n1,"a,b\n2,c,d\n3,"e",f\n4,g,"h\n')

    assert codes(records) == ["quotes-unreadable", None, None, "quotes-unreadable"]
    assert [record.raw for record in records] == ['1,"a,b\n', "2,c,d\n", '3,"e",f\n', '4,g,"h\n']


def test_blank_lines_are_no_rows() -> None:
    records = read(b"id,name,notes\n\n1,a,b\n\r\n\n2,c,d\n\n")

    assert [(record.number, record.cells["id"]) for record in records] == [(1, "1"), (2, "2")]


def test_columns_may_stand_in_any_order() -> None:
    (record,) = read(b"notes,id,more,name\nn,1,x,a\n")

    assert record.cells == {"id": "1", "name": "a", "notes": "n"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty: not even a header is there"),
        (b"id,name\n", "lacks the column that a-mapping.yaml names: notes; nothing was imported."),
        (b"id;name;notes\n", "Is it written with the delimiter ',' and in utf-8?"),
        (b"id,name,notes,name\n", "has the column name twice"),
        (b'"id\n', "The header of an-export.csv cannot be read"),
        (b"id,name,notes\n" + b"x" * 1_000_000, "is not utf-8 text with lines"),
        ("id,name,notes".encode("utf-16"), "lacks columns that a-mapping.yaml names"),
    ],
)
def test_a_file_that_is_something_else_is_not_read(content: bytes, said: str) -> None:
    with pytest.raises(Unusable, match=said.replace("?", r"\?")):
        read(content)


def test_a_file_in_two_bytes_a_letter_is_read_and_cut_short_it_is_not() -> None:
    content = "id,name,notes\r\n1,Zoë,ł\r\n".encode("utf-16")

    assert read(content, a_mapping("utf-16"))[0].cells["name"] == "Zoë"
    with pytest.raises(Unusable):
        read(content[:-1], a_mapping("utf-16"))


def written(mapping: MappingFile, rows: list[list[str]], line_end: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mapping.delimiter, lineterminator=line_end).writerows(rows)
    return text.getvalue()


def cells_in(encoding: str) -> st.SearchStrategy[str]:
    letters = st.characters(
        codec=encoding.removesuffix("-sig"), exclude_characters="\r"
    )  # which Python's writer does not quote
    return st.text(st.one_of(letters, st.sampled_from(',;\t"\n=@ ')), max_size=12)


def rows_in(encoding: str) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.lists(cells_in(encoding), min_size=3, max_size=3), max_size=8)


@pytest.mark.parametrize("dialect", [NORTHFIELD, HARBOUR, KINSHIP], ids=lambda one: one.name)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_what_was_written_in_a_dialect_is_read_back_and_stands_there_whole(
    dialect: Dialect, data: st.DataObject
) -> None:
    mapping = a_mapping(dialect.encoding, dialect.delimiter)
    rows = [row for row in data.draw(rows_in(dialect.encoding)) if any(row)]
    header = written(mapping, [list(COLUMNS)], dialect.line_end)
    body = written(mapping, rows, dialect.line_end)

    records = read((header + body).encode(dialect.encoding), mapping)

    assert [list(record.cells.values()) for record in records] == rows
    assert "".join(record.raw for record in records) == body


@given(content=st.binary(max_size=300))
def test_no_bytes_at_all_break_the_reader(content: bytes) -> None:
    records = read(b"id,name,notes\n" + content)

    assert [record.number for record in records] == list(range(1, len(records) + 1))
    assert all((record.fault is None) == (set(record.cells) == set(COLUMNS)) for record in records)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns: [", "is not YAML: line 1"),
        ("[]", "must have organisation, dialect and columns"),
        ("organisation: nobody\ncolumns: [{column: id}]", "must name its organisation by its id"),
        ("organisation: 01a088b5-d4a1-7992-8945-25d8c80511d7", "must have a list of columns"),
        ("columns: [id]", "must say of its column 1"),
        ("organisation: 01a088b5-d4a1-7992-8945-25d8c80511d7\ncolumns: [{column: id}]", "must have an encoding"),
        (
            "organisation: 01a088b5-d4a1-7992-8945-25d8c80511d7\ncolumns: [{column: id}]\ndialect: {encoding: hex}",
            "must have an encoding",
        ),
        (
            "organisation: 01a088b5-d4a1-7992-8945-25d8c80511d7\ncolumns: [{column: id}]\ndialect: {encoding: utf-8}",
            "must have a delimiter of one character",
        ),
    ],
)
def test_a_mapping_that_is_none_says_what_is_missing(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(text)

    with pytest.raises(Unusable, match=said):
        read_mapping(path)


def test_a_mapping_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"nowhere\.yaml cannot be read: No such file or directory"):
        read_mapping(tmp_path / "nowhere.yaml")
