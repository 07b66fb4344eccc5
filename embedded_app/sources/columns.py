"""The columns of a source: what is kept of them, and rows with values of their kinds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

from embedded_app.errors import InvalidField, SourceChangedShape
from embedded_app.reconciliation import FieldKind, Item, Value
from embedded_app.sources.cells import KIND_WORDS, Binary, currency_of, is_present, quote, trimmed, value_of
from embedded_app.sources.inference import infer
from embedded_app.sources.rows import Column, RowSet
from embedded_app.tabular.table import Line, Reject, Table, Unreadable

T = TypeVar("T")

_ENOUGH_FAILURES = 3
_SAMPLES = 3


def to_json(columns: Iterable[Column]) -> list[dict[str, str]]:
    """What is stored of the columns: how to read them, and nothing that they hold."""
    return [
        {
            "name": column.name,
            "kind": column.kind.value,
            **({"day_first": "1"} if column.day_first else {}),
            **({"decimal_comma": "1"} if column.decimal_comma else {}),
        }
        for column in columns
    ]


def from_json(stored: Iterable[Mapping[str, str]]) -> tuple[Column, ...]:
    """What `to_json` wrote."""
    return tuple(
        Column(
            column["name"],
            FieldKind(column["kind"]),
            day_first="day_first" in column,
            decimal_comma="decimal_comma" in column,
        )
        for column in stored
    )


class Spread(Protocol):
    """Gives the items of a long loop; see `Allowance.spread`."""

    def __call__(self, items: Iterable[T], /) -> Iterable[T]: ...


def typed(
    table: Table,
    *,
    read_at: datetime,
    key_column: str | None = None,
    saved: Sequence[Column] = (),
    spread: Spread = iter,
) -> RowSet:
    """Rows of `table`. Columns that are `saved` keep their kind; those that are new get one.

    A row's id is the text of its key without blanks around it, or the number of its line where there is no
    `key_column`. Where keys differ by such blanks alone, the ids of their rows keep them. A line with an empty or
    repeated key, or with a cell that is no value of its column's kind, becomes a reject. A row knows the
    currencies that cells of amounts state.

    Raises:
        SourceChangedShape: when saved columns are gone, or hold nothing of their kind any more.
        InvalidField: when the key is none of the columns.
    """
    if missing := [column.name for column in saved if column.name not in table.columns]:
        raise SourceChangedShape(_gone(missing))
    if key_column is not None and key_column not in table.columns:
        raise InvalidField("key_column", f"There is no column {key_column}. Choose one of the columns.")
    by_name = {column.name: column for column in saved}
    cells_of = [[line.cells[place] for line in table.lines] for place in spread(range(len(table.columns)))]
    columns = [
        by_name.get(name) or infer(name, cells)
        for name, cells in spread(zip(table.columns, cells_of, strict=True))
    ]
    rows, rejects, failures = _rows(table.lines, columns, key_column, spread)
    for place, column in enumerate(columns):
        present = sum(is_present(cell) for cell in cells_of[place]) if failures[place] else 0
        if column.name in by_name and _ENOUGH_FAILURES <= failures[place] == present:
            raise SourceChangedShape(
                f"The column {column.name} held {KIND_WORDS[column.kind]} and holds something else now. "
                "Save the source again to accept that."
            )
    return RowSet(
        rows=tuple(rows),
        columns=tuple(_with_samples(column, rows, cells_of[i]) for i, column in spread(enumerate(columns))),
        rejects=tuple(sorted((*table.rejects, *rejects), key=lambda reject: reject.line)),
        read_at=read_at,
        row_count=len(rows),
        truncated=table.truncated,
    )


def texts_of(table: Table, column: Column) -> frozenset[str]:
    """Every text in one column without blanks around it; cells that are no value of its kind are left out."""
    place = table.columns.index(column.name)
    texts: set[str] = set()
    for line in table.lines:
        with suppress(ValueError):
            texts.add(trimmed(value_of(line.cells[place], column)))
    return frozenset(texts - {""})


def _rows(
    lines: Sequence[Line], columns: Sequence[Column], key_column: str | None, spread: Spread
) -> tuple[list[Item], list[Reject], list[int]]:
    """Rows, rejects, and for each column how many of its cells were no value of its kind."""
    read: list[tuple[int, Item]] = []
    rejects: list[Reject] = []
    failures = [0] * len(columns)
    key_place = next((place for place, column in enumerate(columns) if column.name == key_column), None)
    for line in spread(lines):
        values: dict[str, Value] = {}
        currencies: dict[str, str] = {}
        reasons: list[str] = []
        for place, (column, cell) in enumerate(zip(columns, line.cells, strict=True)):
            try:
                values[column.name] = value_of(cell, column)
                if currency := currency_of(cell, column):
                    currencies[column.name] = currency
            except ValueError as reason:
                failures[place] += not isinstance(cell, Unreadable)
                reasons.append(str(reason))
        if reasons:
            rejects.append(Reject(line.number, " ".join(reasons)))
            continue
        key = str(line.number)
        if key_place is not None:
            cell = line.cells[key_place]
            key = cell if isinstance(cell, str) else trimmed(values[columns[key_place].name])
        read.append((line.number, Item(key, values, currencies=currencies)))
    rows, rejected = _identified(read, key_column, spread)
    return rows, [*rejects, *rejected], failures


def _identified(
    read: Sequence[tuple[int, Item]], key_column: str | None, spread: Spread
) -> tuple[list[Item], list[Reject]]:
    """The rows of lines whose ids are their keys as they are written.

    Two that differ by blanks alone are two rows: neither amount may get lost for it.
    """
    spellings: dict[str, set[str]] = defaultdict(set)
    for _, row in spread(read):
        spellings[row.id.strip()].add(row.id)
    rows: list[Item] = []
    rejects: list[Reject] = []
    line_of: dict[str, int] = {}
    for line, row in spread(read):
        key = row.id.strip()
        row_id = row.id if len(spellings[key]) > 1 else key
        if not key:
            rejects.append(Reject(line, f"{key_column}: the key is empty."))
        elif row_id in line_of:
            reason = f"{key_column}: the key “{quote(row_id)}” is on line {line_of[row_id]:,} already."
            rejects.append(Reject(line, reason))
        else:
            line_of[row_id] = line
            rows.append(row if row_id == row.id else replace(row, id=row_id))
    return rows, rejects


def _with_samples(column: Column, rows: Sequence[Item], cells: Sequence[object]) -> Column:
    samples: list[Value] = []
    nullable = False
    for row in rows:
        value = row.values[column.name]
        if value is None:
            nullable = True
        elif len(samples) < _SAMPLES and value not in samples:
            samples.append(value)
    note = column.note
    if not samples and any(isinstance(cell, Binary) for cell in cells):
        note = "Holds binary data, which is left out."
    return replace(column, nullable=nullable, samples=tuple(samples), note=note)


def _gone(names: Sequence[str]) -> str:
    listed = ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
    return (
        f"The source no longer has the column{'s' * (len(names) > 1)} {listed}. "
        "Bring back what is missing, or save the source again to accept that."
    )
