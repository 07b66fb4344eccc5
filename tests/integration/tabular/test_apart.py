"""Files in a process of their own: what they may cost, and that an honest one is read as before."""

from __future__ import annotations

import io
import os
import pickle
import signal
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from embedded_app.clock import SystemClock
from embedded_app.errors import InvalidField
from embedded_app.tabular import apart, file
from embedded_app.tabular.apart import Limits, TookTooLong
from embedded_app.tabular.file import Found, Part
from tests.factories.workbooks import part, with_parts, workbook

WHOLE = Part("", None)
PLENTY = 120.0
SHEET = "xl/worksheets/sheet1.xml"
STYLES = "xl/styles.xml"
ROWS: list[list[object]] = [["vendor", "amount"], ["Ironworks", 5]]


def read(content: bytes, limits: Limits | None = None, *, seconds: float = PLENTY) -> Found:
    return apart.read(content, WHOLE, seconds=seconds, limits=limits)


def sheet(content: bytes, old: bytes, new: bytes) -> bytes:
    xml = part(content, SHEET)
    assert old in xml
    return with_parts(content, {SHEET: xml.replace(old, new)})


def merges() -> bytes:
    merge = b'<mergeCell ref="A1:A60000"/>' * 12_000
    return sheet(workbook(ROWS), b"</sheetData>", b"</sheetData><mergeCells>%s</mergeCells>" % merge)


def many_merges() -> bytes:
    merge = b'<mergeCell ref="A1:A60000"/>' * 60_000
    return sheet(workbook(ROWS), b"</sheetData>", b"</sheetData><mergeCells>%s</mergeCells>" % merge)


def styles() -> bytes:
    content = workbook(ROWS)
    xml = part(content, STYLES)
    assert b"</cellXfs>" in xml
    xml = xml.replace(b"</cellXfs>", b'<xf numFmtId="0"><alignment/></xf>' * 100_000 + b"</cellXfs>")
    return with_parts(content, {STYLES: xml})


def names() -> bytes:
    content = workbook(ROWS)
    xml = part(content, "xl/workbook.xml").replace(b"<definedNames />", b"").replace(b"<definedNames/>", b"")
    defined = b"".join(b'<definedName name="n%d">Sheet!$A$1</definedName>' % n for n in range(150_000))
    xml = xml.replace(b"</sheets>", b"</sheets><definedNames>%s</definedNames>" % defined)
    return with_parts(content, {"xl/workbook.xml": xml})


def wide_row() -> bytes:
    return sheet(workbook(ROWS), b"</sheetData>", b"<row>%s</row></sheetData>" % (b"<c/>" * 1_000_000))


def empty_rows() -> bytes:
    return sheet(workbook(ROWS), b"</sheetData>", b"<row/>" * 3_000_000 + b"</sheetData>")


def commas() -> bytes:
    return b"," * 10_000_000


def lines_of_commas() -> bytes:
    return (b"," * 199 + b"x\n") * 49_000


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (many_merges, "more than 50,000 merged cells. Take them apart"),
        (styles, "too many styles, names or links. Copy the table into a new workbook"),
        (names, "too many styles, names or links. Copy the table into a new workbook"),
        (wide_row, "Row 3 has more cells than a sheet may have. Delete the empty ones"),
        (empty_rows, "more than 1,048,576 rows. Delete the empty ones"),
        (commas, "Line 1 has 10,000,001 cells. Leave only the table"),
        (lines_of_commas, "more than 2,000,000 cells. Leave some out"),
    ],
)
def test_a_file_that_is_made_to_be_slow_is_refused_with_what_to_do(
    make: Callable[[], bytes], sentence: str
) -> None:
    with pytest.raises(InvalidField) as caught:
        read(make())
    assert sentence in caught.value.sentence
    assert caught.value.field == "file"


def test_merges_over_the_same_rows_cost_what_they_are() -> None:
    found = read(merges())
    assert [reject.line for reject in found.table.rejects] == [2]


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", workbook(ROWS)])
def test_an_honest_file_is_read_as_in_this_process(content: bytes) -> None:
    assert read(content) == file.read(content, WHOLE, SystemClock())


def test_what_a_person_has_to_correct_is_said_at_its_field() -> None:
    with pytest.raises(InvalidField) as caught:
        apart.read(workbook(ROWS), Part("Other", None), seconds=PLENTY)
    assert (caught.value.field, "no sheet Other" in caught.value.sentence) == ("sheet", True)


def test_the_processor_time_has_an_end() -> None:
    rows = b"".join(b"<row>%s</row>" % (b"<c><v>1</v></c>" * 30) for _ in range(40_000))
    with pytest.raises(InvalidField, match="took too long") as caught:
        read(sheet(workbook(ROWS), b"</sheetData>", rows + b"</sheetData>"), Limits(processor_seconds=1))
    assert not isinstance(caught.value, TookTooLong), "it is the file's fault"


def test_the_memory_has_an_end() -> None:
    lines = (b",".join(b"%d" % (row * 40 + n) for n in range(40)) for row in range(40_000))
    with pytest.raises(InvalidField, match="too much memory"):
        read(b"\n".join(lines), Limits(memory_bytes=120_000_000))


def test_waiting_has_an_end_and_nothing_is_left_running() -> None:
    started = {int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()}
    with pytest.raises(TookTooLong):
        read(b"a,b\n1,2\n", seconds=0.01)
    left = [
        each
        for each in Path("/proc").iterdir()
        if each.name.isdigit() and int(each.name) not in started and _is_ours(each)
    ]
    assert left == []


def _is_ours(process: Path) -> bool:
    try:
        status = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return int(status[1]) == os.getpid()


def test_the_process_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, str]] = []

    def watched(*args: Any, **options: Any) -> Any:
        seen.append(options["env"])
        return Popen(*args, **options)

    monkeypatch.setattr(apart, "Popen", watched)
    monkeypatch.setenv("MASTER_KEYS", "canary")
    read(b"a,b\n1,2\n")
    assert [set(each) <= {"PATH", "LD_LIBRARY_PATH"} for each in seen] == [True]


def test_an_answer_that_is_no_table_makes_nothing_here() -> None:
    for hostile in (os.getcwd, signal.getsignal):
        with pytest.raises(pickle.UnpicklingError):
            apart._Unpickler(io.BytesIO(pickle.dumps(hostile))).load()
