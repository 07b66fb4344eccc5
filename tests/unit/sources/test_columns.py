"""Column kinds inferred from cells, rows of these kinds, and what becomes a reject."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest

from embedded_app.errors import InvalidField, SourceChangedShape
from embedded_app.reconciliation import FieldKind, Value
from embedded_app.sources.columns import from_json, to_json, typed
from embedded_app.sources.inference import infer
from embedded_app.sources.rows import Column, RowSet
from embedded_app.tabular.table import LONGEST_CELL, Line, Reject, Table, Unreadable

NOW = datetime(2026, 11, 20, 13, 26, tzinfo=UTC)
TEXT, MONEY, NUMBER, DATE, STATUS = (
    FieldKind.TEXT,
    FieldKind.MONEY,
    FieldKind.NUMBER,
    FieldKind.DATE,
    FieldKind.STATUS,
)

KINDS: list[tuple[str, Sequence[object], FieldKind]] = [
    ("amount", ["1,234.50", "", "(5.00)"], MONEY),
    ("x", ["$5", "7"], MONEY),
    ("x", ["1.50", "2.25"], MONEY),
    ("committed_amt", [Decimal(5), Decimal("1.5")], MONEY),
    ("x", [Decimal("1.50"), None], MONEY),
    ("hours", ["168.50", "96.00"], NUMBER),
    ("qty", [3, 4], NUMBER),
    ("x", ["1.5", "2"], NUMBER),
    ("retainage_percent", ["5%", "10%"], NUMBER),
    ("job_no", ["0417", "21"], TEXT),
    ("x", ["0417", "21"], TEXT),
    ("vendor_id", ["417", "21"], TEXT),
    ("VendorID", [417, 21], TEXT),
    ("Vendor #", [417.0], TEXT),
    ("Job Number", [Decimal(417)], TEXT),
    ("paid", [417, 21], MONEY),
    ("cost_code", ["03-30-00", "05-12-00"], TEXT),
    ("due", ["2026-11-20", "2026-11-21"], DATE),
    ("due", [date(2026, 11, 20), datetime(2026, 11, 21, 7, tzinfo=UTC)], DATE),
    ("due", ["11/20/2026", "n/a", ""], DATE),
    ("status", ["Open", "Closed"], STATUS),
    ("x", ["Open", "Closed"] * 3, STATUS),
    ("x", ["SC-1", "SC-2"] * 3, TEXT),
    ("Insurer", ["Union & Western Insurance", "Harborside"] * 3, TEXT),
    ("x", ["Open", "Closed"], TEXT),
    ("x", ["Open", "Closed"] * 2 + ["Open"], TEXT),
    ("x", ["o" * 20, "Closed"] * 3, STATUS),
    ("x", ["o" * 21, "Closed"] * 3, TEXT),
    ("status", ["o" * 30], STATUS),
    ("status", ["o" * 31], TEXT),
    ("status", [f"S{number}" for number in range(12)], STATUS),
    ("status", [f"S{number}" for number in range(13)], TEXT),
    ("executed", [True, False, None], STATUS),
    ("note", ["", None, "  "], TEXT),
    ("note", ["It's O'Malley's", "ünï"], TEXT),
    ("x", [UUID(int=1)], TEXT),
    ("x", [time(7, 30)], TEXT),
    ("x", [{"a": 1}], TEXT),
    ("x", [b"\x00"], TEXT),
    ("x", [float("nan")], TEXT),
]


@pytest.mark.parametrize(("name", "cells", "kind"), KINDS, ids=[f"{n}-{c}" for n, c, _ in KINDS])
def test_kinds(name: str, cells: Sequence[object], kind: FieldKind) -> None:
    assert infer(name, cells).kind is kind


def test_one_odd_cell_in_ten_does_not_change_a_kind_and_two_do() -> None:
    assert infer("amount", ["1.00"] * 9 + ["see note"]).kind is MONEY
    assert infer("amount", ["1.00"] * 8 + ["see note", "void"]).kind is TEXT


def test_a_leading_zero_far_down_still_makes_text() -> None:
    assert infer("code", [str(n) for n in range(100_000, 110_000)] + ["000417"]).kind is TEXT


def test_decimal_commas_are_found() -> None:
    column = infer("amount", ["1.234,50", "12,5"])
    assert (column.kind, column.decimal_comma) == (MONEY, True)
    assert not infer("amount", ["1,234", "1,234.50"]).decimal_comma


def test_the_order_of_dates_is_proven_by_one_of_them() -> None:
    assert infer("due", ["03/04/2026", "20/04/2026"]).day_first
    assert not infer("due", ["03/04/2026", "04/20/2026"]).day_first
    assert infer("due", ["03/04/2026", "04/20/2026"]).note == ""


def test_ambiguous_dates_are_reported() -> None:
    assert (
        infer("due", ["03/04/2026"]).note
        == "03/04/2026 could be two dates. It is read month first, as 2026-03-04."
    )
    assert infer("due", ["04/04/2026", "2026-01-02"]).note == ""
    mixed = infer("due", ["01/20/2026"] * 10 + ["20/01/2026"])
    assert mixed.kind is DATE
    assert "Some dates have the day first" in mixed.note


def rows_of(columns: Sequence[str], *cells: Sequence[object], **options: object) -> RowSet:
    lines = [Line(number, tuple(line)) for number, line in enumerate(cells, start=2)]
    return typed(Table(tuple(columns), lines), read_at=NOW, **options)  # type: ignore[arg-type]


def values(rows: RowSet, name: str) -> list[Value]:
    return [row.values[name] for row in rows.rows]


def test_values_have_the_types_of_their_kinds() -> None:
    rows = rows_of(
        ["sc_no", "amount", "hours", "due", "status", "vendor"],
        ["SC-1", "(1,234.50)", "1.5", "11/20/2026", "Open", " O'Malley & Söhne "],
        [2, Decimal("7.00"), 2.5, date(2026, 1, 2), "Closed", "x"],
        ["SC-3", 3, "", None, "", None],
    )
    assert not rows.rejects
    assert values(rows, "sc_no") == ["SC-1", "2", "SC-3"]
    assert values(rows, "amount") == [Decimal("-1234.50"), Decimal("7.00"), Decimal(3)]
    assert values(rows, "hours") == [Decimal("1.5"), Decimal("2.5"), None]
    assert values(rows, "due") == [date(2026, 11, 20), date(2026, 1, 2), None]
    assert values(rows, "status") == ["Open", "Closed", None]
    assert values(rows, "vendor") == ["O'Malley & Söhne", "x", None]
    assert [column.nullable for column in rows.columns] == [False, False, True, True, True, True]
    assert rows.columns[0].samples == ("SC-1", "2", "SC-3")
    assert rows.read_at == NOW
    assert rows.row_count == 3


def test_three_values_are_shown_of_a_column() -> None:
    assert rows_of(["a"], ["w"], ["x"], ["y"], ["z"]).columns[0].samples == ("w", "x", "y")


@pytest.mark.parametrize(("cell", "quoted"), [("y" * 40, "y" * 40), ("y" * 41, "y" * 40 + "…")])
def test_of_a_long_cell_the_first_forty_signs_are_quoted(cell: str, quoted: str) -> None:
    rows = rows_of(["amount"], [cell], saved=[Column("amount", MONEY)])
    assert rows.rejects == (Reject(2, f"amount: “{quoted}” is not an amount."),)


def test_a_missing_amount_is_never_zero() -> None:
    rows = rows_of(["amount"], ["1.00"], ["-"], ["n/a"], ["—"], [None], ["0.00"])
    assert values(rows, "amount") == [Decimal("1.00"), None, None, None, None, Decimal("0.00")]


def test_binary_floats_lose_their_noise() -> None:
    rows = rows_of(["amount"], [0.1 + 0.2], [248250.10000000001], [1234567.89], [5.0])
    assert values(rows, "amount") == [Decimal("0.3"), Decimal("248250.1"), Decimal("1234567.89"), Decimal(5)]


def test_ids_are_line_numbers_without_a_key_and_keys_with_one() -> None:
    assert [row.id for row in rows_of(["a"], ["x"], ["y"]).rows] == ["2", "3"]
    assert [row.id for row in rows_of(["a"], [" x "], ["y"], key_column="a").rows] == ["x", "y"]
    assert [row.id for row in rows_of(["qty"], [7], [8.5], key_column="qty").rows] == ["7", "8.5"]


def test_empty_and_repeated_keys_are_rejects_with_their_lines() -> None:
    rows = rows_of(["sc"], ["SC-1"], [""], [None], ["SC-1"], ["SC-2"], key_column="sc")
    assert [row.id for row in rows.rows] == ["SC-1", "SC-2"]
    assert rows.rejects == (
        Reject(3, "sc: the key is empty."),
        Reject(4, "sc: the key is empty."),
        Reject(5, "sc: the key “SC-1” is on line 2 already."),
    )


def test_rows_whose_keys_differ_by_blanks_alone_are_rows_each() -> None:
    rows = rows_of(["sc"], ["SC-1"], [" SC-1"], ["SC-1 "], ["SC-2 "], [" "], ["SC-1"], key_column="sc")
    assert [row.id for row in rows.rows] == ["SC-1", " SC-1", "SC-1 ", "SC-2"]
    assert rows.rejects == (
        Reject(6, "sc: the key is empty."),
        Reject(7, "sc: the key “SC-1” is on line 2 already."),
    )
    turned = rows_of(["sc"], [" SC-1"], ["SC-1"], key_column="sc")
    assert [row.id for row in turned.rows] == [" SC-1", "SC-1"]  # whatever the order
    assert [row.values["sc"] for row in turned.rows] == ["SC-1", "SC-1"]


def test_cells_of_another_kind_are_rejects() -> None:
    saved = [Column("amount", MONEY), Column("due", DATE)]
    rows = rows_of(
        ["amount", "due"],
        ["5", "2026-01-02"],
        ["about 5", "soon"],
        [True, "2026-01-02"],
        [float("inf"), None],
        [date(2026, 1, 2), 45000],
        saved=saved,
    )
    assert len(rows.rows) == 1
    assert rows.rejects == (
        Reject(3, "amount: “about 5” is not an amount. due: “soon” is not a date."),
        Reject(4, "amount: “True” is not an amount."),
        Reject(5, "amount: “inf” is not an amount."),
        Reject(6, "amount: “2026-01-02” is not an amount. due: “45000” is not a date."),
    )


def test_unreadable_and_endless_cells_are_rejects() -> None:
    rows = rows_of(["a"], ["x"], [Unreadable("the cell holds the error #REF!.")], ["y" * (LONGEST_CELL + 1)])
    assert rows.rejects == (
        Reject(3, "a: the cell holds the error #REF!."),
        Reject(4, "a: the cell has more than 10,000 characters."),
    )
    assert len(rows_of(["a"], ["y" * LONGEST_CELL]).rows) == 1


def test_binary_columns_are_left_out_with_a_note() -> None:
    rows = rows_of(["a", "stamp"], ["x", b"\x00\x01"])
    assert rows.rows[0].values == {"a": "x", "stamp": None}
    assert rows.columns[1].note == "Holds binary data, which is left out."


def test_saved_columns_keep_their_kind_and_new_ones_get_one() -> None:
    rows = rows_of(["code", "new"], ["417", "5.00"], saved=[Column("code", TEXT)])
    assert rows.rows[0].values == {"code": "417", "new": Decimal("5.00")}
    assert [column.kind for column in rows.columns] == [TEXT, MONEY]


def test_columns_that_vanished_are_named() -> None:
    saved = [Column("a", TEXT), Column("amount", MONEY), Column("due", DATE), Column("x", TEXT)]
    with pytest.raises(SourceChangedShape, match="no longer has the columns amount, due and x"):
        rows_of(["a", "Amount"], ["1", "2"], saved=saved)
    with pytest.raises(SourceChangedShape, match=r"no longer has the column x\."):
        rows_of(["a"], ["1"], saved=[saved[0], saved[3]])


def test_a_column_that_holds_something_else_altogether_is_a_change_of_shape() -> None:
    with pytest.raises(SourceChangedShape, match="The column amount held an amount"):
        rows_of(["amount"], ["a"], ["b"], ["c"], saved=[Column("amount", MONEY)])
    assert len(rows_of(["amount"], ["a"], ["b"], saved=[Column("amount", MONEY)]).rejects) == 2
    assert len(rows_of(["amount"], ["a"], ["b"], ["1"], saved=[Column("amount", MONEY)]).rejects) == 2


def test_no_rows_are_no_failure() -> None:
    rows = rows_of(["a", "b"], saved=[Column("a", MONEY)], key_column="a")
    assert (rows.rows, rows.rejects, rows.row_count) == ((), (), 0)


def test_a_key_that_is_no_column_is_refused() -> None:
    with pytest.raises(InvalidField) as caught:
        rows_of(["a"], ["x"], key_column="b")
    assert caught.value.field == "key_column"


def test_what_is_stored_of_columns_holds_nothing_of_the_rows() -> None:
    columns = rows_of(["due", "amount", "name"], ["20/04/2026", "1.234,50", "canary"]).columns
    stored = to_json(columns)
    assert "canary" not in str(stored)
    assert from_json(stored) == (
        Column("due", DATE, day_first=True),
        Column("amount", MONEY, decimal_comma=True),
        Column("name", TEXT),
    )


def test_a_row_knows_the_currencies_that_its_amounts_state() -> None:
    lines = [
        ["100.00", "CA$ 5", "5 hours", 3],
        ["US$100.00", "", "$ 7", 4],
        ["(€ 1,000.00)", "8", "9", 5],
    ]
    table = Table(
        ("committed_amt", "paid", "note", "qty"),
        [Line(number, tuple(cells)) for number, cells in enumerate(lines, start=2)],
    )
    found = typed(table, read_at=NOW)
    assert [row.currencies for row in found.rows] == [
        {"paid": "CAD"},
        {"committed_amt": "USD"},
        {"committed_amt": "EUR"},
    ]
    assert [row.values["committed_amt"] for row in found.rows] == [100, 100, -1000]
    assert [row.currency for row in found.rows] == [None] * 3


def test_a_sign_counts_in_a_column_of_numbers_too() -> None:
    saved = (Column("hours", NUMBER),)
    found = typed(Table(("hours",), [Line(2, ("CA$ 5",))]), read_at=NOW, saved=saved)
    assert found.rows[0].currencies == {"hours": "CAD"}
