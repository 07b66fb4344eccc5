"""What stands below the lines, on the page, on paper and in the file: sums of some of them, and their labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from embedded_app.frames.amounts import Currencies, Part, part_of, parts_of
from embedded_app.frames.lines import Line
from embedded_app.panels import PanelView
from embedded_app.reconciliation import Omission
from embedded_app.web.formatting import plural


@dataclass(frozen=True, slots=True)
class Sum:
    """A part of the lines under its label. `is_total`: it is what the tiles say, if all lines are shown."""

    label: str
    part: Part
    is_total: bool


def sums_below(
    view: PanelView,
    currencies: Currencies,
    chosen: Sequence[Line],
    on_page: Sequence[Line],
    all_lines: int,
) -> Iterator[Sum]:
    """Of the lines on this page, if there are more of them; of what is left out of the totals; the totals."""
    if len(on_page) < len(chosen):
        yield Sum(f"These {len(on_page):,} lines", part_of(on_page, view, currencies), is_total=False)
    parts = parts_of(chosen, view, currencies)
    for part in parts:
        if part.omission is not None:
            yield Sum(f"Left out: {left_out(part, view)}", part, is_total=False)
        elif len(parts) > 1:
            label = "The other line" if part.lines == 1 else f"The other {part.lines:,} lines"
            yield Sum(label, part, is_total=True)
        else:
            yield Sum(_all(part.lines, all_lines), part, is_total=True)


def _all(lines: int, of_lines: int) -> str:
    if lines < of_lines:
        return f"{lines:,} of {of_lines:,} lines"
    return "1 line" if lines == 1 else f"All {lines:,} lines"


def left_out(part: Part, view: PanelView) -> str:
    """``2 lines without an amount in Vista``: how many lines of the part, and why they are in no total."""
    lines = plural(part.lines, "line", "lines")
    match part.omission:
        case Omission.NO_AMOUNT_IN_PROCORE:
            return f"{lines} without an amount in Procore"
        case Omission.NO_AMOUNT_OUTSIDE:
            return f"{lines} without an amount in {view.panel.source_name}"
        case Omission.NO_AMOUNT:
            return f"{lines} without an amount on either side"
        case _:
            return f"{lines} in another currency"
