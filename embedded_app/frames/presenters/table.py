"""The comparison table as its template takes it: heads, lines with their details, totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from embedded_app.frames.amounts import Currencies
from embedded_app.frames.lines import Line, Varies, column_name, differing, name_of, varies
from embedded_app.frames.presenters.detail import PAIRED, Detail, DetailPresenter
from embedded_app.frames.presenters.pairs import (
    amount_difference,
    missing_rows,
    other_currency,
    owner_name,
    record_number,
)
from embedded_app.frames.presenters.parts import Badge, Difference
from embedded_app.frames.presenters.sums import Sum, sums_below
from embedded_app.frames.presenters.texts import (
    column_value,
    difference_text,
    is_number,
    percent_text,
    share_of,
    shown,
    sums_text,
    value_text,
)
from embedded_app.frames.query import ProjectQuery
from embedded_app.panels import PanelView, ShownColumn
from embedded_app.reconciliation import FieldKind, FindingKind, Item, Omission, Verdict
from embedded_app.web.formatting import MISSING, percent_difference, plural

_NAMED_FIELDS = 3  # on a line; the others are counted
_ICONS = {"spreadsheet": "sheet"}


@dataclass(frozen=True, slots=True)
class Head:
    """A column head. `direction` as the macro `sort_head` has it; `owner` is the system of record."""

    text: str
    href: str
    direction: str
    is_number: bool
    owner: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of the total: `percent` for the picture, `text` beside it; `tone` "bad" above 100 %."""

    percent: Decimal
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A value. `label` stands before it where the table is narrow; `wrong` says what is wrong in itself."""

    text: str
    label: str
    is_number: bool
    is_reference: bool = False
    badge: Badge | None = None
    bar: Bar | None = None
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of the table. `id` is for HTML, `number_href` a page of Procore or empty.

    `record_cells` is `None` where there is no record: then `void_text` stands in their place, and likewise for
    `row_cells`. `differs` names the fields that do, besides what `variance` says. `link_href` opens the line with
    its candidates; it is empty for somebody who may not link. The `detail` is there when the line is open; of a
    pair it is otherwise fetched from `detail_src` when somebody opens it.
    """

    id: str
    number: str
    number_href: str
    title: str
    party: str
    record_cells: tuple[Cell, ...] | None
    row_cells: tuple[Cell, ...] | None
    void_text: str
    link_href: str
    link_text: str
    variance: Difference | None
    percent: str
    differs: str
    detail: Detail | None
    detail_src: str


@dataclass(frozen=True, slots=True)
class Foot:
    """Some of the lines that are shown, added up. A column without a sum has an empty text."""

    label: str
    record_cells: tuple[str, ...]
    row_cells: tuple[str, ...]
    variance: str
    percent: str
    is_total: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The table. Without `shows_rows` it is Procore's alone: no source columns and no variance."""

    caption: str
    source_name: str
    source_icon: str
    procore_tone: str
    shows_rows: bool
    name_head: Head
    record_heads: tuple[Head, ...]
    row_heads: tuple[Head, ...]
    variance_head: Head
    lines: tuple[LineView, ...]
    feet: tuple[Foot, ...]

    @property
    def width(self) -> int:
        """How many columns there are."""
        return 1 + len(self.record_heads) + (len(self.row_heads) + 2 if self.shows_rows else 0)


class TablePresenter:
    """Writes the table of one view."""

    def __init__(self, view: PanelView, query: ProjectQuery, details: DetailPresenter) -> None:
        self._view = view
        self._query = query
        self._definition = view.panel.definition
        self._source = view.panel.source_name
        self._details = details
        self._currencies = Currencies(view)

    def table(self, chosen: Sequence[Line], on_page: Sequence[Line], all_lines: int) -> Table:
        """`chosen` are the lines that pass the filter, in order; `on_page` those of them that are written."""
        panel, view = self._view.panel, self._view
        return Table(
            caption=f"{panel.family.many.capitalize()} in Procore beside {self._source}",
            source_name=self._source,
            source_icon=_ICONS.get(panel.source_kind, "database"),
            procore_tone="bad" if view.records.records is None else "warn" if view.records.is_stale else "ok",
            shows_rows=view.sees_source,
            name_head=self._head(panel.family.one.capitalize(), "name", is_numeric=False, owner=""),
            record_heads=tuple(self._column_head("record", c) for c in self._definition.record_columns),
            row_heads=tuple(self._column_head("row", c) for c in self._definition.row_columns),
            variance_head=self._head("Variance", "variance", is_numeric=True, owner=""),
            lines=tuple(self._line(line, at) for at, line in enumerate(on_page, start=1)),
            feet=tuple(
                self._foot(each)
                for each in sums_below(self._view, self._currencies, chosen, on_page, all_lines)
            ),
        )

    def _column_head(self, side: str, column: ShownColumn) -> Head:
        owner = owner_name(self._view, column.owner)
        return self._head(
            column.label, column_name(side, column), is_numeric=is_number(column.kind), owner=owner
        )

    def _head(self, text: str, sort: str, *, is_numeric: bool, owner: str) -> Head:
        query = self._query
        is_sorted = query.sort == sort
        direction = ("ascending" if query.is_ascending else "descending") if is_sorted else ""
        ascending = not query.is_ascending if is_sorted else not is_numeric
        return Head(text, query.but(sort=sort, is_ascending=ascending).address, direction, is_numeric, owner)

    def _line(self, line: Line, at: int) -> LineView:
        view, family, identity = self._view, self._view.panel.family, self._definition.identity
        record = line.record
        if record is not None:
            values = record.item.values
            number, title = record_number(view, record), shown(values.get(family.title))
            party = shown(values.get(family.party))
        else:
            row = line.rows[0]
            number = ""
            title = shown(row.values.get(identity.title)) if identity.title else ""
            party = shown(row.values.get(identity.party)) if identity.party else ""
            title = title or name_of(line, view)
        is_open = self._query.open_line == line.key and line.kind is not None
        is_pair = line.kind in PAIRED
        opened = self._query.but(open_line=line.key, page=self._query.page)
        return LineView(
            id=f"line-{at}",
            number=number,
            number_href=self._details.procore_address(line),
            title=title,
            party=party,
            record_cells=self._record_cells(line),
            row_cells=self._row_cells(line),
            void_text=self._void_text(line),
            link_href=opened.address if line.kind is not None and not is_pair and view.may_link else "",
            link_text=self._link_text(line),
            variance=self._variance(line),
            percent=self._percent(line),
            differs=self._differs(line),
            detail=self._details.detail(line) if is_open else None,
            detail_src=opened.line_address if is_pair and not is_open else "",
        )

    def _link_text(self, line: Line) -> str:
        """With the number of candidates for a record; for a row it would ask every record."""
        count = len(self._details.candidates(line)) if line.record is not None else 0
        return f"Link · {plural(count, 'candidate', 'candidates')}" if count else "Link"

    def _record_cells(self, line: Line) -> tuple[Cell, ...] | None:
        if line.record is None:
            return None
        total = self._definition.rules.total_comparison.record_field
        return tuple(
            self._cell(column, [line.record.item], total, f"Procore {column.label.lower()}")
            for column in self._definition.record_columns
        )

    def _row_cells(self, line: Line) -> tuple[Cell, ...] | None:
        if not line.rows or not self._view.sees_source:
            return None
        total = self._definition.rules.total_comparison.row_field
        return tuple(
            self._cell(column, line.rows, total, f"{self._source} {column.label.lower()}")
            for column in self._definition.row_columns
        )

    def _cell(self, column: ShownColumn, items: Sequence[Item], total: str, label: str) -> Cell:
        """`total` is the field that the panel adds up on this side."""
        sums = self._currencies.sums(items, column.field) if column.kind is FieldKind.MONEY else None
        text = sums_text(sums) if sums else value_text(column_value(column, items), column.kind)
        badge = self._status_badge(text) if column.field == self._view.panel.family.status else None
        bar, wrong = None, ""
        if column.is_share and sums is not None and len(sums) == 1:
            [(code, part)] = sums.items()
            whole = (self._currencies.sums(items, total) or {}).get(code)
            share = share_of(part, whole)
            if share is not None and share >= 0:
                is_over = whole is not None and part > whole
                bar = Bar(share * 100, percent_text(share), "bad" if is_over else "")
                total_label = self._definition.rules.total_comparison.label.lower()
                wrong = f"{column.label} is more than {total_label}" if is_over else ""
        is_reference = column.field == self._definition.identity.reference
        return Cell(text, label, is_number(column.kind), is_reference, badge, bar, wrong)

    def _status_badge(self, status: str) -> Badge | None:
        family, folded = self._view.panel.family, status.casefold()
        if status == MISSING:
            return None
        if folded in family.good_statuses:
            return Badge(status, "ok", "check")
        return Badge(status, "warn" if folded in family.waiting_statuses else "")

    def _void_text(self, line: Line) -> str:
        """Instead of the missing side: what is so, never more than is known."""
        side = self._source if line.record is not None else "Procore"
        if line.kind is FindingKind.AMBIGUOUS:
            return "More than one match"
        if line.kind is None and self._view.rows.is_withheld:
            return "Not compared"
        if line.record is not None and missing_rows(self._view, line.record):
            return f"Linked row missing in {self._source}"
        if line.kind is None:
            return f"{side} not read" if self._view.jobs else "No job yet"
        return f"Not in {side}"

    def _variance(self, line: Line) -> Difference | None:
        if line.kind is None:
            return None
        if line.omission is not None:
            return self._omission(line, line.omission)
        if line.variance is None:
            return None
        code = self._code(line)
        if line.kind not in PAIRED:
            return Difference(difference_text(line.variance, code), "open")
        if varies(line, self._view) is Varies.OTHERWISE:
            return Difference(difference_text(line.variance, code), "tied")
        is_within = varies(line, self._view) is not Varies.BEYOND
        return amount_difference(line.variance, code, is_within=is_within)

    def _code(self, line: Line) -> str:
        """The currency of the line's variance, where it is not that of the totals."""
        if line.record is None:
            return ""
        total = self._definition.rules.total_comparison
        return self._currencies.written(line.record.item, total.record_field)

    def _omission(self, line: Line, omission: Omission) -> Difference:
        """In place of a variance: why there is none."""
        match omission:
            case Omission.NO_AMOUNT_IN_PROCORE:
                return Difference("Procore has no amount", "differs")
            case Omission.NO_AMOUNT_OUTSIDE:
                return Difference(f"{self._source} has no amount", "differs")
            case Omission.NO_AMOUNT:
                return Difference("No amount on either side")
            case _:
                name = self._definition.rules.total_comparison.row_field
                act = "compared" if line.kind in PAIRED else "added up"
                return Difference(other_currency(self._currencies, line.rows, name, act), "differs")

    def _differs(self, line: Line) -> str:
        """``Status, contract date differ``, without what the variance says already."""
        total = self._definition.rules.total if line.omission is not None else None
        labels = [
            each.label
            for each in (differing(line) if line.kind is FindingKind.VARIANCE else ())
            if each.verdict is not Verdict.OTHER_CURRENCY and each.name != total
        ]
        if not labels:
            return ""
        first, *others = [labels[0], *(f"{label[:1].lower()}{label[1:]}" for label in labels[1:])]
        if len(labels) > _NAMED_FIELDS:
            others, more = others[: _NAMED_FIELDS - 2], len(labels) - _NAMED_FIELDS + 1
            return f"{', '.join([first, *others])} and {more} more differ"
        return f"{', '.join([first, *others])} {'differ' if others else 'differs'}"

    def _percent(self, line: Line) -> str:
        if line.kind not in PAIRED or line.variance is None:
            return MISSING
        return percent_difference(share_of(line.variance, line.procore))

    def _foot(self, sum_: Sum) -> Foot:
        part = sum_.part
        if part.omission is not None:
            variance = "Not compared"
        else:
            variance = "" if part.variance is None else difference_text(part.variance)
        return Foot(
            label=sum_.label,
            record_cells=tuple(sums_text(sums) if sums else "" for sums in part.record_sums),
            row_cells=tuple(sums_text(sums) if sums else "" for sums in part.row_sums),
            variance=variance,
            percent=percent_difference(share_of(part.variance, part.procore.get("")))
            if sum_.is_total and variance
            else "",
            is_total=sum_.is_total,
        )
