"""What stands in the lines adds up to what stands below them, whatever the data: read from what is written.

The page, its print, the file and the side panel are parsed as a person reads them; nothing here asks the engine.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedded_app.frames.presenters import project
from embedded_app.panels import LinkState
from embedded_app.panels.models import Link
from embedded_app.procore import Commitment
from embedded_app.reconciliation import FieldKind, Item
from embedded_app.sources import Column
from embedded_app.storage import db, new_id
from tests.fakes.html_table import feet_in, lines_in, text_of
from tests.fakes.panel_sides import COLUMNS, PROJECT, READ_AT, commitment, row
from tests.fakes.panel_world import World
from tests.unit.frames.conftest import Pages
from tests.unit.panels.conftest import world

__all__ = ["world"]

Sums = dict[str, Decimal]
"""By the currency that is written behind the amounts; "" where none is."""

EXAMPLES = max(25, settings().max_examples // 4)
"""Each example is a dozen pages; a profile with more examples makes this test as much stronger."""

_CURRENCY = r"(?:[A-Z]{3}|\$|¥|unknown currency)"
_AMOUNT = re.compile(rf"([+−-]?[0-9][0-9,]*\.[0-9]+)(?: ({_CURRENCY}(?: and {_CURRENCY})*))?")


def sums_in(text: str) -> Sums:
    """The amounts that a cell shows, each with its currency."""
    found: Sums = {}
    for number, currency in _AMOUNT.findall(text):
        value = Decimal(number.replace(",", "").replace("−", "-"))
        found[currency] = found.get(currency, Decimal(0)) + value
    return found


def together(cells: Iterable[Sums]) -> Sums:
    found: Sums = {}
    for each in cells:
        for currency, value in each.items():
            found[currency] = found.get(currency, Decimal(0)) + value
    return {currency: value for currency, value in found.items() if value}


class _Print(HTMLParser):
    """The page without what its style keeps off the paper."""

    _VOID = frozenset({"input", "img", "br", "hr"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.html: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_off = "no-print" in (dict(attrs).get("class") or "").split()
        if not self._hidden and not is_off:
            self.html.append(self.get_starttag_text() or "")
        elif tag not in self._VOID:
            self._hidden += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag, attrs  # pictures

    def handle_endtag(self, tag: str) -> None:
        if not self._hidden:
            self.html.append(f"</{tag}>")
        else:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.html.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")


def printed(html: str) -> str:
    page = _Print()
    page.feed(html)
    return "".join(page.html)


@dataclass(frozen=True)
class Situation:
    records: list[Commitment]
    rows: list[Item]
    links: dict[str, int]
    """From the id of a row to the position of its record."""
    panel: int
    show: str
    search: str
    lines_per_page: int


_AMOUNTS = st.sampled_from([None, "0.00", "100.00", "100.50", "-40.00", "7.125"]).map(
    lambda text: None if text is None else Decimal(text)
) | st.decimals(min_value=-(10**9), max_value=10**9, places=2)
_SIGNS = st.dictionaries(
    st.sampled_from(["revised_amount", "original_amount", "paid", "invoiced"]),
    st.sampled_from(["$", "USD", "CAD", "EUR"]),
    max_size=2,
)
_OF_RECORDS: Sequence[Sequence[str | None]] = (["USD"], [None], ["CAD"], ["USD", "CAD"], ["USD", None])
_OF_ROWS: Sequence[Sequence[str | None]] = ([None], ["USD"], ["USD", "CAD", None], ["cad", "US$", ""])
_PANELS: Sequence[Mapping[str, Any]] = (
    {"currency_column": "curr_code"},
    {"currency_column": "curr_code", "currency": "USD"},
    {"currency_column": ""},
    {"currency_column": "", "currency": "CAD"},
    {"currency_column": "curr_code", "limited": {"paid"}},
    {"currency_column": "", "limited": {"paid", "invoiced"}, "unmatched_audience": "admins"},
)


def _number_near(position: int) -> st.SearchStrategy[int]:
    """Mostly a number of its own, so that most records and rows are pairs; now and then that of another."""
    return st.sampled_from([position] * 4 + [1, 3])


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    currencies = draw(st.sampled_from(_OF_RECORDS))
    records = [
        commitment(
            position,
            number=f"SC-{draw(_number_near(position)):03}",
            original_amount=draw(_AMOUNTS),
            revised_contract=draw(_AMOUNTS),
            invoiced=draw(_AMOUNTS),
            paid=draw(_AMOUNTS),
            status=draw(st.sampled_from(["Approved", "Draft"])),
            currency=draw(st.sampled_from(currencies)),
        )
        for position in range(1, draw(st.integers(1, 6)) + 1)
    ]
    rows: list[Item] = []
    of_rows = draw(st.sampled_from(_OF_ROWS))
    for position in range(draw(st.integers(1, 6))):
        values: dict[str, Any] = {
            "original_amount": draw(_AMOUNTS),
            "revised_amount": draw(_AMOUNTS),
            "invoiced": draw(_AMOUNTS),
            "paid": draw(_AMOUNTS),
            "retainage": draw(_AMOUNTS),
            "curr_code": draw(st.sampled_from(of_rows)),
        }
        item = row(f"21-{417 + position:04}-{draw(_number_near(position + 1)):03}", **values)
        rows.append(replace(item, currencies=draw(_SIGNS) if draw(st.booleans()) else {}))
    links: dict[str, int] = {}
    if records and rows:
        links = draw(
            st.dictionaries(
                st.sampled_from([each.id for each in rows]), st.integers(0, len(records) - 1), max_size=3
            )
        )
    return Situation(
        records,
        rows,
        links,
        draw(st.integers(0, len(_PANELS) - 1)),
        draw(st.sampled_from(["all", "all", "variance", "only_in_procore", "only_outside", "ambiguous"])),
        draw(st.sampled_from(["", "", "SC-00", "21-041"])),
        draw(st.sampled_from([2, 50])),
    )


@pytest.fixture
def panels(world: World) -> list[UUID]:  # the fixture of that name
    world.sources.columns = (*COLUMNS, Column("curr_code", FieldKind.TEXT))
    return [_publish(world, at, **each) for at, each in enumerate(_PANELS)]


def _publish(world: World, at: int, *, limited: Iterable[str] = (), **changes: Any) -> UUID:
    """A panel whose columns `limited` are for Admins; the viewer is not one."""
    form = world.form()
    return world.publish(
        name=f"Panel {at}",
        record_columns=tuple(_limited(form.record_columns, limited)),
        row_columns=tuple(_limited(form.row_columns, limited)),
        **changes,
    )


def _limited(lines: Iterable[Any], names: Iterable[str]) -> Iterator[Any]:
    for line in lines:
        yield replace(line, audience="admins") if line.field in names else line


@pytest.fixture
def situated(world: World, panels: list[UUID], monkeypatch: pytest.MonkeyPatch) -> Any:
    def into(situation: Situation) -> dict[str, object]:
        """Make the world be so; the arguments of the page."""
        world.procore.commitments = list(situation.records)
        world.sources.rows = list(situation.rows)
        monkeypatch.setattr(project, "LINES_PER_PAGE", situation.lines_per_page)
        db.session.query(Link).delete()
        for row_id, position in situation.links.items():
            db.session.add(
                Link(
                    id=new_id(),
                    panel_id=panels[situation.panel],
                    project_id=PROJECT,
                    kind="subcontract",
                    record_id=situation.records[position].id,
                    row_id=row_id,
                    state=LinkState.CONFIRMED,
                    confirmed_by_id="dana",
                    confirmed_by="Dana Whitfield",
                    confirmed_at=READ_AT,
                )
            )
        db.session.commit()
        return {"panel": panels[situation.panel]}

    return into


def every_page(pages: Pages, **arguments: object) -> list[str]:
    """The project's page, and those that follow it."""
    found = [pages.project(**arguments)]
    while _has_next(found[-1]):
        found.append(pages.project(page=len(found) + 1, **arguments))
    return found


def _has_next(html: str) -> bool:
    return re.search(r'href="[^"]*"[^>]*>Next</a>', html) is not None


_SEVERAL = "Amounts are in several currencies"
TOTAL = ("Procore committed", "Sage ERP committed")


def check_page(htmls: Sequence[str]) -> list[dict[str, str]]:
    """Hold the pages of one view to what they say; their lines."""
    lines = [line for html in htmls for line in lines_in(html)]
    adds_up = not any(_SEVERAL in html for html in htmls)
    for html in htmls:
        feet = feet_in(html)
        if not feet:
            assert not lines
            continue
        own = [foot for foot in feet if foot[""].startswith("These ")]
        assert len(own) == (len(htmls) > 1)
        check_columns(lines_in(html), own or feet, adds_up=adds_up)
        rest = [foot for foot in feet if foot not in own]
        check_columns(lines, rest, adds_up=adds_up)
        counts = [int((re.search(r"[0-9]+", foot[""]) or ["1"])[0]) for foot in rest]
        assert sum(counts) == len(lines)
        for foot in rest:
            check_total(foot)
    for line in lines:
        check_line(line)
    return lines


def check_columns(
    lines: Sequence[Mapping[str, str]], feet: Sequence[Mapping[str, str]], *, adds_up: bool
) -> None:
    """Each column of money adds up, for each currency; records in several currencies are not added up at all."""
    for label in feet[0].keys() - {"", "Percent"}:
        below = together(sums_in(foot[label]) for foot in feet)
        in_lines = together(sums_in(line[label]) for line in lines if label in line)
        assert below == (in_lines if adds_up else {}), (label, below, in_lines)
    assert {label for line in lines for label in line} <= feet[0].keys() | {"Procore", "Sage ERP"}


def check_total(foot: Mapping[str, str]) -> None:
    """A variance stands only beside sums that subtract to it."""
    variance = sums_in(foot["Variance"])
    if variance:
        inside, outside = (sums_in(foot[label]) for label in TOTAL)
        assert inside.keys() | outside.keys() <= {""}
        assert variance[""] == outside.get("", Decimal(0)) - inside.get("", Decimal(0))
    if foot[""].startswith("Left out"):
        assert foot["Variance"] == "Not compared"


def check_line(line: Mapping[str, str]) -> None:
    """A variance is that of the two amounts in front of it; without both, in one currency, there is none."""
    if "Variance" not in line:
        return
    variance = sums_in(line["Variance"])
    shown = [sums_in(line[label]) for label in TOTAL if label in line]
    if not are_comparable(shown):
        assert not variance, line
    elif variance:
        inside, outside = (sums_in(line.get(label, "")) for label in TOTAL)
        [currency] = variance
        assert sum(variance.values()) == sum(outside.values()) - sum(inside.values())
        assert currency in {"", *shown[0]}
    if "Match" in line["Variance"]:
        assert "differ" not in line["Variance"]
        assert variance == {"": Decimal(0)} or set(variance.values()) == {Decimal(0)}


def are_comparable(shown: Sequence[Sums]) -> bool:
    """Whether each side shows an amount, and the rows name no other currency than the record's.

    Rows that name none are taken at the record's, and ``$`` may be each of the dollars that occur here.
    """
    if not all(shown) or len(shown[0]) > 1:
        return False
    [first] = shown[0]
    return all(other in {"", "$", first} for each in shown[1:] for other in each)


def check_tiles(html: str) -> None:
    """What the tiles say of all lines is what stands below all lines."""
    tiles = dict(
        re.findall(r"<dt>(?:<svg.*?</svg> )?([^<]*)</dt><dd class=\"tile__value\">([^<]*)</dd>", html)
    )
    feet = feet_in(html)
    if "Variance" not in tiles or not feet or feet[-1][""].startswith("Left out"):
        return
    for name, label in (
        ("Committed in Procore", TOTAL[0]),
        ("Committed in Sage ERP", TOTAL[1]),
        ("Variance", "Variance"),
    ):
        whole = sums_in(feet[-1][label]).get("", Decimal(0)).quantize(Decimal(1), ROUND_HALF_UP)
        shown = re.sub(r"[^0-9−]", "", tiles[name]).replace("−", "-")
        assert Decimal(shown) == whole, (name, tiles, feet[-1])


def check_file(text: str, lines: Sequence[Mapping[str, str]]) -> None:
    read = list(csv.DictReader(io.StringIO(text.removeprefix("\N{BYTE ORDER MARK}"))))
    below = [each for each in read if re.search(r"\blines?\b", each["Number"])]
    above = [each for each in read if each not in below]
    assert len(above) == len(lines)
    money = [
        head
        for head in (read[0] if read else {})
        if re.search("Committed|nvoiced|Paid|Retainage|minus", head)
    ]
    for head in money:
        sums = together(sums_in(each[head]) for each in below)
        in_lines = together(sums_in(each[head]) for each in above)
        assert sums == in_lines or not sums, (head, sums, in_lines)
        # What a spreadsheet adds up by itself: cells that are nothing but a number.
        cells = [each[head] for each in (*above, *below)]
        if sums and not any(" + " in cell for cell in cells):
            plain = [Decimal(each[head]) for each in above if re.fullmatch(r"-?[0-9.]+", each[head])]
            assert sum(plain) == sums.get("", Decimal(0))
    for each in above:
        if each.get("Finding") in {"variance", "differs otherwise", "without amount", "another currency"}:
            assert each["Differs in"]


_AGREE = re.compile(r"The totals agree|All of it is in|It adds up from|Sage ERP is [0-9,.]+ (?:higher|lower)")


def check_side_panel(html: str, line: Mapping[str, str]) -> None:
    """`line` is that of the same record on the project's page."""
    text = text_of(html)
    shown = [sums_in(line.get(label, "")) for label in TOTAL]
    if _AGREE.search(text):
        assert are_comparable(shown), (text, line)
    if "The totals agree." in text:
        assert sum(shown[0].values()) == sum(shown[1].values())
    if "has no amount for committed" in text or "Neither side has an amount" in text:
        assert not all(shown)
    pair = re.search(
        r'<dt class="pair__name">Committed.*?</dt>\s*<dd>([^<]*)</dd>\s*<dd class="ext">([^<]*)</dd>',
        html,
        re.DOTALL,
    )
    if pair is None:
        return
    assert [sums_in(pair[1]), sums_in(pair[2])] == shown
    cards = [
        sums_in(each)
        for each in re.findall(r'<p class="num strong">([^<]*)</p>(?!\s*</div>\s*<div class="ext)', html)
    ]
    assert cards
    if all(cards):
        assert together(cards) == together([shown[1]])
    else:
        assert not shown[1]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(situation=situations())
def test_what_stands_in_the_lines_adds_up_to_what_stands_below_them(
    situated: Any, pages: Pages, situation: Situation
) -> None:
    asked = situated(situation)
    filtered = asked | {"show": situation.show, "q": situation.search}
    htmls = every_page(pages, **filtered)
    lines = check_page(htmls)
    assert check_page([printed(html) for html in htmls]) == [_without_buttons(line) for line in lines]
    response = pages.get("/frame/project/export.csv", **filtered)
    assert response.status_code == 200
    check_file(response.text, lines)

    whole = every_page(pages, **asked)
    check_tiles(whole[0])
    by_number = check_page(whole)
    shown = [line for line in by_number if "Procore committed" in line]
    assert together(sums_in(line["Procore committed"]) for line in shown) == together(
        sums_in_record(each, line) for each, line in _paired(situation.records, shown)
    )
    for record, line in _paired(situation.records, shown):
        check_side_panel(pages.record(record.id, **asked), line)


def _without_buttons(line: Mapping[str, str]) -> dict[str, str]:
    """As it is on paper: no way to link."""
    return {label: re.sub(r" Link( · .*)? to .*", "", text) for label, text in line.items()}


def _paired(
    records: Sequence[Commitment], lines: Sequence[dict[str, str]]
) -> Iterator[tuple[Commitment, dict[str, str]]]:
    """Each record with its line, which its title names."""
    by_title = {line[""].partition("Work ")[2].split()[0]: line for line in lines}
    assert len(by_title) == len(lines) == len(records)
    for record in records:
        yield record, by_title[(record.title or "").removeprefix("Work ")]


def sums_in_record(record: Commitment, line: Mapping[str, str]) -> Sums:
    """What Procore gave, under the currency that the line writes."""
    if record.revised_contract is None:
        assert not sums_in(line["Procore committed"])
        return {}
    [currency] = sums_in(line["Procore committed"])
    assert not currency or record.currency in {None, currency}  # where Procore names none, the panel does
    return {currency: record.revised_contract}
