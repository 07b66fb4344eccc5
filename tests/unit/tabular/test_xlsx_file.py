"""Excel workbooks as brokers send them, damaged and hostile ones included."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl.chart import BarChart

from embedded_app.clock import SystemClock
from embedded_app.errors import InvalidField
from embedded_app.tabular import xlsx_file
from embedded_app.tabular.grid import MOST_LINES, Grid
from embedded_app.tabular.table import Line, Reject, Unreadable
from tests.factories.workbooks import part, with_parts, workbook
from tests.fakes.fake_clock import FakeClock

SHEET = "xl/worksheets/sheet1.xml"
ROWS: list[list[object]] = [["vendor", "amount"], ["Ironworks", 5]]


def read(content: bytes, sheet: str = "") -> Grid:
    return xlsx_file.read(content, sheet, SystemClock())


def parts(content: bytes) -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.infolist()


def refused(content: bytes, sheet: str = "") -> InvalidField:
    with pytest.raises(InvalidField) as caught:
        read(content, sheet)
    return caught.value


def test_cells_keep_their_types() -> None:
    when = datetime(2026, 11, 20)  # noqa: DTZ001 # Excel knows no zones
    row = ["O'Malley & Söhne", 5, 1.5, when, True, None, "x"]
    grid = read(workbook([["a", "b", "c", "d", "e", "f", "g"], row]))
    assert grid.lines[1] == Line(2, tuple(row))
    assert grid.description == "Excel workbook, sheet Sheet1"


def test_real_dates_are_dates_in_both_calendars() -> None:
    def mac(book: Any, sheet: Any) -> None:
        del sheet
        book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001 # Excel knows no zones

    for change in (None, mac):
        grid = read(workbook([["due"], [date(2026, 11, 20)]], change=change))
        assert grid.lines[1].cells == (datetime(2026, 11, 20),)  # noqa: DTZ001 # Excel knows no zones


def test_empty_rows_are_left_out_and_numbers_stay() -> None:
    grid = read(workbook([["Title"], [], ["a", "b"], [], [1, None, None], [None, None]]))
    assert grid.lines == [Line(1, ("Title",)), Line(3, ("a", "b")), Line(5, (1,))]


def test_formulas_count_with_the_result_that_is_stored() -> None:
    content = workbook([["a", "b"], [1, "=A2*2"]])
    xml = (
        part(content, SHEET)
        .replace(b"<f>A2*2</f><v></v>", b"<f>A2*2</f><v>2</v>")
        .replace(b"<f>A2*2</f><v />", b"<f>A2*2</f><v>2</v>")
    )
    assert b"<v>2</v>" in xml
    assert read(with_parts(content, {SHEET: xml})).lines[1].cells == (1, 2)


NO_RESULT = Unreadable("the formula has no stored result. Open the file in Excel and save it.")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (b"<c><f>A2*2</f></c>", NO_RESULT),
        (b"<c><f>A2*2</f><v/></c>", NO_RESULT),  # as most exporters write it
        (b"<c><f>A2*2</f><v></v></c>", NO_RESULT),
        (b"<c><v/><f>A2*2</f></c>", NO_RESULT),
        (b'<c t="n"><f>A2*2</f><v/></c>', NO_RESULT),
        (b'<c t="str"><f>A2</f></c>', NO_RESULT),
        (b'<c t="b"><f>A2=1</f><v/></c>', NO_RESULT),
        (b'<c><f t="shared" ref="A2:A9" si="0">B2*2</f><v/></c>', NO_RESULT),
        (b'<c><f t="shared" si="0"/><v/></c>', NO_RESULT),
        (b'<c><f t="array" ref="A2">SUM(B1:B2)</f></c>', NO_RESULT),
        (b'<c t="str"><f>""</f><v></v></c>', None),
        (b'<c t="str"><f>""</f><v/></c>', None),
        (b"<c><f>0</f><v>0</v></c>", 0),
        (b'<c><f t="shared" si="0"/><v>7</v></c>', 7),
        (b'<c t="e"><f>NA()</f><v>#N/A</v></c>', Unreadable("the cell holds the error #N/A.")),
        (b"<c><v/></c>", None),
        (b"<c/>", None),
    ],
)
def test_a_formula_counts_with_its_result_and_is_unreadable_without_one(cell: bytes, value: object) -> None:
    content = with_parts(workbook(ROWS), {SHEET: sheet_of(b"<row><c><v>1</v></c>%s</row>" % cell)})
    assert read(content).lines[0].cells == ((1, value) if value is not None else (1,))


@pytest.mark.parametrize(
    ("code", "stored", "value"),
    [
        ("0%", 0.1, 10),
        ("0.00%", 0.075, Decimal("7.5")),
        ("0.0%", 0.07, 7),
        ("0.0 %", 0.125, Decimal("12.5")),
        ("#,##0.00%", 12.3456, Decimal("1234.56")),
        ("0%;[Red]-0%", -0.1, -10),
        ("0%;(0%);0", 0, 0),
        ("0%;0.00", -0.1, -0.1),
        ("0.00;-0%", 0.1, 0.1),
        ("0.00;-0%", -0.1, -10),
        ("[<=1]0%;0", 0.5, 50),
        ("[<=1]0%;0", 15, 15),
        ("[Red][>1]0.0;[Blue]0%", 0.5, 50),
        ('0.0%" retained"', 0.1, 10),
        ('"of 100%: "0.0%', 0.1, 10),
        ('0.0" %"', 10, 10),
        ("0.0\\%", 10, 10),
        ("0_%", 10, 10),
        ("[$%-409]0.0", 10, 10),
        ('0;0;0;@"%"', 10, 10),
        ("General", 0.1, 0.1),
        ("General%", 0.1, 10),
        ("0.00E+00", 0.1, 0.1),
        ("0%", "10%", "10%"),
    ],
)
def test_a_percentage_is_the_number_before_the_sign(code: str, stored: object, value: object) -> None:
    def format_cell(book: Any, sheet: Any) -> None:
        del book
        sheet["A2"].number_format = code

    assert read(workbook([["retainage"], [stored]], change=format_cell)).lines[1].cells == (value,)


def test_a_date_is_no_percentage() -> None:
    def format_cell(book: Any, sheet: Any) -> None:
        del book
        sheet["A2"].number_format = 'd-mmm-yy" 100%"'

    cell = read(workbook([["due"], [date(2026, 11, 20)]], change=format_cell)).lines[1].cells[0]
    assert cell == datetime(2026, 11, 20)  # noqa: DTZ001 # Excel knows no zones


def test_a_percentage_that_excel_stored_with_noise_is_the_one_that_was_typed() -> None:
    def format_cell(book: Any, sheet: Any) -> None:
        del book
        sheet["A2"].number_format = "0.0%"

    content = workbook([["retainage"], [0.075]], change=format_cell)
    xml = part(content, SHEET).replace(b"<v>0.075</v>", b"<v>7.4999999999999997E-2</v>")
    assert xml != part(content, SHEET)
    assert read(with_parts(content, {SHEET: xml})).lines[1].cells == (Decimal("7.5"),)


def test_error_cells_are_unreadable() -> None:
    def fail(book: Any, sheet: Any) -> None:
        del book
        sheet["A2"].data_type = "e"

    cell = read(workbook([["a"], ["#REF!"]], change=fail)).lines[1].cells[0]
    assert cell == Unreadable("the cell holds the error #REF!.")


def test_rows_that_share_merged_cells_are_rejects_and_merged_titles_are_not() -> None:
    def merge(book: Any, sheet: Any) -> None:
        del book
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("A3:A5")

    rows: list[list[object]] = [["Insurance certificates"], ["vendor", "policy", "limit"]]
    rows += [["Ironworks", "GL", "1"], [None, "AUTO", "2"], [None, "WC", "3"], ["Rebar", "GL", "4"]]
    assert read(workbook(rows, change=merge)).rejects == (
        Reject(4, "Its cells are merged with row 3. Take the merge apart."),
        Reject(5, "Its cells are merged with row 3. Take the merge apart."),
    )


def test_a_sheet_is_chosen_by_name_or_the_first_that_is_not_hidden() -> None:
    def more(book: Any, sheet: Any) -> None:
        sheet.sheet_state = "hidden"
        second = book.create_sheet("Certificates 2026")
        second.append(["second"])
        book.create_chartsheet("Chart", 0).add_chart(BarChart())

    content = workbook([["first"]], change=more)
    assert read(content).lines[0].cells == ("second",)
    assert read(content, "certificates 2026").lines[0].cells == ("second",)
    assert read(content, "Sheet1").lines[0].cells == ("first",)
    error = refused(content, "Other")
    assert error.field == "sheet"
    assert "Sheet1, Certificates 2026" in error.sentence


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    plain = workbook(ROWS)
    room = 100_000_000 - sum(each.file_size for each in parts(plain))
    assert len(read(with_parts(plain, {"xl/media/1": b"0" * room})).lines) == 2
    bomb = with_parts(plain, {"xl/media/1": b"0" * (room + 1)})
    assert len(bomb) < 1_000_000
    assert "too large when unpacked" in refused(bomb).sentence


def test_a_workbook_has_at_most_a_thousand_parts() -> None:
    plain = workbook(ROWS)
    crowd = {f"xl/media/{number}": b"" for number in range(1_000 - len(parts(plain)))}
    assert len(read(with_parts(plain, crowd)).lines) == 2
    assert "too large when unpacked" in refused(with_parts(plain, {**crowd, "one/more": b""})).sentence


def test_a_part_that_lies_about_its_size_yields_no_more_than_it_declared() -> None:
    content = with_parts(workbook(ROWS), {SHEET: part(workbook(ROWS), SHEET) + b" " * 5_000_000})
    lying = content.replace((len(part(content, SHEET))).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != content
    assert "damaged" in refused(lying).sentence


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("name", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_entities_are_refused_in_every_part(name: str) -> None:
    content = workbook(ROWS)
    body = (
        part(content, name).partition(b"?>")[2]
        if part(content, name).startswith(b"<?xml")
        else part(content, name)
    )
    assert "damaged" in refused(with_parts(content, {name: ENTITIES + body})).sentence


@pytest.mark.parametrize("name", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_damaged_parts_are_one_clear_sentence(name: str) -> None:
    assert "damaged" in refused(with_parts(workbook(ROWS), {name: b"<nothing"})).sentence


def test_archives_that_are_no_workbook_are_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert "damaged" in refused(stream.getvalue()).sentence
    assert "damaged" in refused(workbook(ROWS)[:200]).sentence


def sheet_of(rows: bytes) -> bytes:
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (namespace, rows)


def test_prefixes_rich_text_phonetics_and_missing_references_are_understood() -> None:
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f"""<x:worksheet xmlns:x="{namespace}"><x:sheetData>
        <x:row><x:c t="inlineStr"><x:is><x:r><x:t>Iron</x:t></x:r><x:r><x:t> works</x:t></x:r>
            <x:rPh sb="0" eb="1"><x:t>hidden</x:t></x:rPh></x:is></x:c><x:c/><x:c><x:v>5</x:v></x:c></x:row>
        <x:row r="7"><x:c r="B7" t="d"><x:v>2026-11-20</x:v></x:c><x:c><x:f>1/0</x:f><x:v>2</x:v></x:c>
            <x:c t="str"><x:f>""</x:f><x:v></x:v></x:c></x:row>
        </x:sheetData></x:worksheet>"""
    lines = read(with_parts(workbook(ROWS), {SHEET: xml.encode()})).lines
    assert lines == [Line(1, ("Iron works", None, 5)), Line(7, (None, date(2026, 11, 20), 2))]


def test_a_date_outside_of_the_calendar_is_unreadable() -> None:
    content = workbook([["due"], [date(2026, 11, 20)]])
    xml = part(content, SHEET).replace(b"<v>46346</v>", b"<v>99999999</v>")
    cell = read(with_parts(content, {SHEET: xml})).lines[1].cells[0]
    assert cell == Unreadable("the date 99999999 is outside of the calendar.")


def test_too_many_rows_are_refused() -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, MOST_LINES + 2))
    assert "more than 50,000 rows" in refused(with_parts(workbook(ROWS), {SHEET: sheet_of(rows)})).sentence


def test_a_far_cell_is_refused_or_read_without_filling_the_memory() -> None:
    far_right = sheet_of(b'<row r="1"><c r="XFD1"><v>1</v></c></row>')
    assert "more than 200 columns" in refused(with_parts(workbook(ROWS), {SHEET: far_right})).sentence
    far_down = sheet_of(b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>')
    assert read(with_parts(workbook(ROWS), {SHEET: far_down})).lines == [Line(1_048_576, (1,))]


def test_reading_ends_after_twenty_seconds() -> None:
    class Hurried(FakeClock):
        """Takes `step` seconds from one of five looks to the next."""

        step = 5.0

        def monotonic(self) -> float:
            self.advance(self.step)
            return super().monotonic()

    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 1000))
    content = with_parts(workbook(ROWS), {SHEET: sheet_of(rows)})
    clock = Hurried()
    assert len(xlsx_file.read(content, "", clock).lines) == 999
    clock.step = 5.25
    with pytest.raises(InvalidField, match="took too long"):
        xlsx_file.read(content, "", clock)
