"""CSV files as systems export them, odd ones included."""

from __future__ import annotations

import pytest

from embedded_app.errors import InvalidField
from embedded_app.tabular import csv_file
from embedded_app.tabular.grid import MOST_LINES
from embedded_app.tabular.table import Line


def cells(content: bytes) -> list[tuple[object, ...]]:
    return [line.cells for line in csv_file.read(content).lines]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("job,vendor\n1,Müller – “Söhne”\n".encode(), "UTF-8"),
        ("job,vendor\n1,Müller – “Söhne”\n".encode("utf-8-sig"), "UTF-8"),
        ("job,vendor\n1,Müller – “Söhne”\n".encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + "job,vendor\n1,Müller – “Söhne”\n".encode("utf-16-be"), "UTF-16"),
        ("job,vendor\n1,Müller – “Söhne”\n".encode("cp1252"), "Windows-1252"),
    ],
)
def test_encodings(content: bytes, name: str) -> None:
    grid = csv_file.read(content)
    assert [line.cells for line in grid.lines] == [("job", "vendor"), ("1", "Müller – “Söhne”")]
    assert f"text in {name}," in grid.description


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01\x02",
        b"PNG\x00data",
        "a,b\n1,2\n".encode("utf-16-le"),
        b"\xff\xfea",
        b"a,\x81\n1,2\n",
    ],
)
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidField, match="neither text nor an Excel workbook") as caught:
        csv_file.read(content)
    assert caught.value.field == "file"


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")]
)
def test_delimiters(delimiter: str, name: str) -> None:
    rows = [["job", "vendor", "amount"], ["21-0417", "Steel, Iron; Co", "1,5"], ["21-0388", "x", "2"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    grid = csv_file.read(text.encode())
    assert [list(line.cells) for line in grid.lines] == rows
    assert grid.description.endswith(f"separated by {name}")


def test_a_delimiter_is_found_below_titles_and_among_commas_in_texts() -> None:
    content = (
        b"Certificates, all, of them\n\njob;vendor;amount\n1;Steel, Iron;1,50\n2;Rebar;2,00\n3;Wood;3,00\n"
    )
    assert cells(content)[1:] == [
        ("job", "vendor", "amount"),
        ("1", "Steel, Iron", "1,50"),
        ("2", "Rebar", "2,00"),
        ("3", "Wood", "3,00"),
    ]


def test_the_delimiter_that_excel_names_is_taken_and_lines_keep_their_numbers() -> None:
    assert csv_file.read(b"sep=^\r\na^b\r\n1^2\r\n").lines == [Line(2, ("a", "b")), Line(3, ("1", "2"))]


def test_one_column_needs_no_delimiter() -> None:
    assert cells(b"job\n1\n2\n") == [("job",), ("1",), ("2",)]


def test_line_numbers_count_lines_of_the_file() -> None:
    content = b'a,b\r\n\r\n"two\r\nlines",x\r\n,\r\nlast,y'
    assert csv_file.read(content).lines == [
        Line(1, ("a", "b")),
        Line(3, ("two\r\nlines", "x")),
        Line(6, ("last", "y")),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(end: str) -> None:
    assert cells(end.join(["a,b", "1,2", ""]).encode()) == [("a", "b"), ("1", "2")]


def test_quotes_apostrophes_and_inches_inside_cells() -> None:
    content = b'vendor,size\nO\'Malley\'s,5" pipe\n"Say ""hi"", Inc.",x\n'
    assert cells(content)[1:] == [("O'Malley's", '5" pipe'), ('Say "hi", Inc.', "x")]


def test_a_quotation_mark_that_is_never_closed_swallows_nothing() -> None:
    with pytest.raises(InvalidField, match="on line 3 or after it is never closed"):
        csv_file.read(b'a,b\n1,2\n3,"four\n5,6\n')


def test_an_endless_cell_is_refused_with_its_line() -> None:
    with pytest.raises(InvalidField, match="Line 2 cannot be read"):
        csv_file.read(b"a,b\n" + b"x" * 200_000 + b",1\n")


def test_too_many_lines_are_refused() -> None:
    assert len(csv_file.read(b"a\n" + b"1\n" * (MOST_LINES - 1)).lines) == MOST_LINES
    with pytest.raises(InvalidField, match="more than 50,000 rows"):
        csv_file.read(b"a\n" + b"1\n" * MOST_LINES)


def test_an_empty_file_has_no_lines() -> None:
    assert csv_file.read(b"").lines == []
    assert csv_file.read(b"\n\n , \n").lines == []
