"""The spreadsheet connector: its form, where the header is, and the table below it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from embedded_app.errors import InvalidField
from embedded_app.ids import CompanyId
from embedded_app.outbound.network import Network
from embedded_app.reconciliation import FieldKind
from embedded_app.sources.bounds import Bounds
from embedded_app.sources.columns import typed
from embedded_app.sources.connectors.base import Filled, Surroundings, UploadedFile
from embedded_app.sources.connectors.spreadsheet import SpreadsheetConnector, SpreadsheetReader
from embedded_app.tabular import file
from embedded_app.tabular.apart import TookTooLong
from embedded_app.tabular.file import Found, Part
from embedded_app.tabular.table import Reject, Table
from tests.factories.workbooks import workbook
from tests.fakes.allowed_reader import AllowedReader
from tests.fakes.fake_clock import FakeClock


def read_here(content: bytes, part: Part, *, seconds: float) -> Found:
    """In this process, for the sake of time."""
    assert seconds > 0
    return file.read(content, part, FakeClock())


def opened(content: bytes, name: str = "data.csv", **settings: str) -> AllowedReader[SpreadsheetReader]:
    connector = SpreadsheetConnector(Surroundings(Network(), Path("nowhere"), FakeClock()), read_here)
    filled = Filled({"file": "1", **settings}, {}, lambda: UploadedFile(name, content))
    return AllowedReader(connector.open(filled))


def table(content: bytes, **settings: str) -> Table:
    return opened(content, **settings).read()


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def test_titles_above_the_header_are_passed_over() -> None:
    content = csv(
        "Insurance certificates,,,", "As of,2026-11-20,,", "", "vendor,policy,limit,expires", "a,b,1,2"
    )
    found = table(content)
    assert found.columns == ("vendor", "policy", "limit", "expires")
    assert [(line.number, line.cells) for line in found.lines] == [(5, ("a", "b", "1", "2"))]


@pytest.mark.parametrize(("titles", "name"), [(49, "vendor"), (50, "Title")])
def test_the_header_is_looked_for_in_the_first_fifty_lines(titles: int, name: str) -> None:
    content = csv(*["Title,,"] * titles, "vendor,policy,limit", "a,b,1")
    assert table(content).columns[0] == name


def test_a_header_can_be_named_by_its_row() -> None:
    content = csv("2024,2025", "a,b", "1,2")
    with pytest.raises(InvalidField, match="No row with column names") as caught:
        table(content)
    assert caught.value.field == "header_row"
    assert table(content, header_row="1").columns == ("2024", "2025")
    assert table(content, header_row="2").columns == ("a", "b")
    with pytest.raises(InvalidField, match="Row 9 is empty"):
        table(content, header_row="9")


@pytest.mark.parametrize("row", ["0", "-1", "x", "1.5", "50001", "²"])
def test_a_header_row_is_a_number_in_range(row: str) -> None:
    with pytest.raises(InvalidField) as caught:
        opened(b"a", header_row=row)
    assert caught.value.field == "header_row"


def test_every_column_gets_a_name_of_its_own() -> None:
    content = csv('vendor,Amount,,Amount,"two', 'lines",Amount,', "a,1,2,3,4,5,")
    assert table(content).columns == ("vendor", "Amount", "Column 3", "Amount (2)", "two lines", "Amount (3)")


def test_cells_that_are_missing_at_the_end_of_a_line_are_empty_and_too_many_are_a_reject() -> None:
    found = table(csv("a,b,c", "1,2,3", "1,2", "1,2,3,4", "1,2,3,, ", "1,,", "Total"))
    assert [(line.number, line.cells) for line in found.lines] == [
        (2, ("1", "2", "3")),
        (3, ("1", "2", None)),
        (5, ("1", "2", "3")),
        (6, ("1", "", "")),
        (7, ("Total", None, None)),
    ]
    assert found.rejects == (Reject(4, "The line has 4 cells instead of 3."),)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_empty_last_columns_that_were_left_out_block_by_block_are_empty(delimiter: str) -> None:
    """Excel looks at 16 lines at a time and writes no delimiters behind the last cell that holds something."""
    lines = ["Commitment,Vendor,Original Amount,Closed On,Remark"]
    lines += [f"SC-{number:03},Vendor {number},{number}00.00,," for number in range(1, 16)]
    lines += [f"SC-{number:03},Vendor {number},{number}00.00" for number in range(16, 32)]
    lines += ["SC-032,Vendor 32,3200.00,11/20/2026,late"]
    found = table(csv(*lines).replace(b",", delimiter.encode()))
    assert (len(found.lines), found.rejects) == (32, ())
    assert found.lines[15].cells == ("SC-016", "Vendor 16", "1600.00", None, None)
    assert found.lines[31].cells == ("SC-032", "Vendor 32", "3200.00", "11/20/2026", "late")


def test_a_last_column_that_is_empty_throughout_costs_no_line() -> None:
    found = table(csv("Commitment,Vendor,Amount,Remark", "SC-1,Northgate,5.00", "SC-2,Harbor,6.00"))
    assert found.columns == ("Commitment", "Vendor", "Amount", "Remark")
    assert [line.cells for line in found.lines] == [
        ("SC-1", "Northgate", "5.00", None),
        ("SC-2", "Harbor", "6.00", None),
    ]


def test_a_name_of_a_column_has_at_most_255_signs() -> None:
    assert table(csv("n" * 255 + "," + "m" * 256, "1,2")).columns == ("n" * 255, "m" * 255)


def test_workbook_lines_may_end_early_but_not_run_over() -> None:
    found = table(workbook([["a", "b", "c"], [1], [1, 2, 3, 4], [None, None, 3]]))
    assert [line.cells for line in found.lines] == [(1, None, None), (None, None, 3)]
    assert found.rejects == (Reject(3, "The line has 4 cells instead of 3."),)


def test_a_header_without_rows_is_a_table() -> None:
    found = table(b"vendor,amount\n")
    assert (found.columns, list(found.lines)) == (("vendor", "amount"), [])


@pytest.mark.parametrize("content", [b"", b"\n\n", workbook([])])
def test_an_empty_file_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidField, match="The file is empty"):
        table(content)


def rows(count: int) -> Iterable[str]:
    return (f"{number},x" for number in range(count))


def test_exactly_50_000_rows_are_read_and_one_more_is_refused() -> None:
    assert len(table(csv("a,b", *rows(50_000))).lines) == 50_000
    with pytest.raises(InvalidField, match="more than 50,000 rows"):
        table(csv("a,b", *rows(50_001)))


def test_200_columns_are_read_and_one_more_is_refused() -> None:
    def names(count: int) -> str:
        return ",".join(f"c{number}" for number in range(count))

    assert len(table(csv(names(200))).columns) == 200
    with pytest.raises(InvalidField, match="201 columns"):
        table(csv(names(201)))


def test_old_and_protected_workbooks_are_refused() -> None:
    with pytest.raises(InvalidField, match=r"Save it as \.xlsx without a password"):
        table(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500)


def test_a_file_is_asked_for() -> None:
    with pytest.raises(InvalidField) as caught:
        opened(b"a", file="")
    assert caught.value.field == "file"


def test_the_report_says_how_the_file_was_read() -> None:
    report = opened(csv("Certificates,", "vendor;limit", "a;1", "b;2"), "certs.csv").test()
    assert report.ok
    assert [check.text for check in report.checks] == [
        "certs.csv, 1 kB: text in UTF-8, separated by semicolons",
        "Row 2 holds the column names",
        "2 columns, 2 rows",
    ]
    assert [check.tone for check in report.checks] == ["ok", "ok", "ok"]


def test_the_report_warns_of_a_table_without_rows_and_ends_with_what_failed() -> None:
    assert opened(b"a,b\n").test().checks[-1].tone == "warn"
    report = opened(b"\x00").test()
    assert not report.ok
    assert [check.tone for check in report.checks] == ["bad"]


def test_rows_whose_formulas_have_no_result_are_rejects_that_name_the_column() -> None:
    register: list[list[object]] = [
        ["Commitment", "Original", "Revised"],
        ["SC-1", 100, 110],
        ["SC-2", 200, 200],
    ]
    reader = opened(workbook([*register, ["TOTAL", "=SUM(B2:B3)", "=SUM(C2:C3)"]]), "register.xlsx")
    rows = typed(reader.read(), read_at=FakeClock().now(), key_column="Commitment")
    assert [row.id for row in rows.rows] == ["SC-1", "SC-2"]
    no_result = "the formula has no stored result. Open the file in Excel and save it."
    assert rows.rejects == (Reject(4, f"Original: {no_result} Revised: {no_result}"),)
    assert [(check.text, check.tone) for check in reader.test().checks][-2:] == [
        ("3 columns, 3 rows", "ok"),
        ("1 row with a formula without a result, or with an error, left out", "warn"),
    ]


def test_a_column_of_formulas_without_results_loses_no_amount_silently() -> None:
    computed: list[list[object]] = [[f"SC-{number}", number, f"=B{number}*2"] for number in range(2, 9)]
    reader = opened(workbook([["Commitment", "Original", "Revised"], *computed]), "register.xlsx")
    rows = typed(reader.read(), read_at=FakeClock().now())
    assert (rows.rows, len(rows.rejects)) == ((), 7)
    assert "7 rows with a formula without a result" in reader.test().checks[-1].text


def test_a_percentage_is_the_same_from_a_workbook_and_from_a_csv_of_it() -> None:
    def percentages(book: Any, sheet: Any) -> None:
        del book
        for cell, code in (("B2", "0%"), ("B3", "0.00%"), ("B4", "0.0%")):
            sheet[cell].number_format = code

    sheet: list[list[object]] = [
        ["Commitment", "Retainage %"],
        ["SC-1", 0.1],
        ["SC-2", 0.05],
        ["SC-3", 0.075],
    ]
    of_workbook = typed(table(workbook(sheet, change=percentages)), read_at=FakeClock().now())
    of_csv = typed(
        table(csv("Commitment,Retainage %", "SC-1,10%", "SC-2,5.00%", "SC-3,7.5%")), read_at=FakeClock().now()
    )
    assert [row.values["Retainage %"] for row in of_workbook.rows] == [10, 5, Decimal("7.5")]
    assert of_workbook.rows == of_csv.rows
    assert of_workbook.columns[1].kind is of_csv.columns[1].kind is FieldKind.NUMBER


# Once for a test, a preview and saving


class Counted:
    """Reads a file here, and counts."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, content: bytes, part: Part, *, seconds: float) -> Found:
        self.count += 1
        return read_here(content, part, seconds=seconds)


def of_company(connector: SpreadsheetConnector, company: int, content: bytes, **settings: str) -> Table:
    filled = Filled({"file": "1", **settings}, {}, lambda: UploadedFile("a.csv", content))
    with Bounds().enter(CompanyId(company)) as allowance:
        return connector.open(filled).read(allowance)


def test_a_file_is_read_once_for_a_company_and_a_part() -> None:
    clock, counted = FakeClock(), Counted()
    connector = SpreadsheetConnector(Surroundings(Network(), None, clock), counted)
    for _ in range(3):
        of_company(connector, 1, b"a,b\n1,2\n")
    assert counted.count == 1
    of_company(connector, 2, b"a,b\n1,2\n")
    of_company(connector, 1, b"a,b\n1,2\n", header_row="1")
    of_company(connector, 1, b"a,b\n1,3\n")
    assert counted.count == 4
    clock.advance(600)
    of_company(connector, 1, b"a,b\n1,2\n")
    assert counted.count == 5


def test_a_file_that_cannot_be_read_is_refused_once() -> None:
    counted = Counted()
    connector = SpreadsheetConnector(Surroundings(Network(), None, FakeClock()), counted)
    for _ in range(2):
        with pytest.raises(InvalidField, match="The file is empty"):
            of_company(connector, 1, b"\n\n")
    assert counted.count == 1


def test_a_file_that_waited_too_long_for_the_processor_is_tried_again() -> None:
    counted = Counted()

    def late(content: bytes, part: Part, *, seconds: float) -> Found:
        counted(content, part, seconds=seconds)
        raise TookTooLong("file", "late")

    connector = SpreadsheetConnector(Surroundings(Network(), None, FakeClock()), late)
    for _ in range(2):
        with pytest.raises(InvalidField, match="late"):
            of_company(connector, 1, b"a,b\n1,2\n")
    assert counted.count == 2
