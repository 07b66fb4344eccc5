"""Who sees what: every level in the tool, audience and column limit on every kind of page.

A new kind of page joins by one line of `PAGES`. What a person may see is worked out in `Allowed`, from what the
settings promise and from nothing of the program.

The view is looked at in every cell. Everybody sees each other kind of page once for every audience of a panel;
`deep` has each of them in every cell as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from urllib.parse import quote

import pytest

from embedded_app.panels import FAMILIES, Audience
from tests.fakes.html_table import foot_in, lines_in, text_of
from tests.integration.permissions.company import (
    COPY,
    FREE,
    HIDE,
    LINK,
    PAIR,
    PEOPLE,
    RECORDS,
    TOOL,
    TWIN,
    Allowed,
    Company,
    Frame,
    Panel,
)

VIEW, LINE, EXPORT, RECORD = (
    "/frame/project/view",
    "/frame/project/line",
    "/frame/project/export.csv",
    "/frame/panel/view",
)
SUBCONTRACT = "commitments.work_order_contracts.detail"


def _lines(frame: Frame) -> str:
    """Of each sort one, but for the key itself, which the page says back to whoever sent it."""
    keys = [f"subcontract/{frame.ids[entry.of]}" for entry in (PAIR, TWIN, HIDE)]
    keys += [f"row/{entry.reference}" for entry in (COPY, LINK, FREE)]
    pages = ((key, frame.get(LINE, open=key)) for key in keys)
    return "".join(page.replace(key, "").replace(quote(key, safe=""), "") for key, page in pages)


def _side_panels(frame: Frame) -> str:
    return "".join(
        frame.get(RECORD, view=SUBCONTRACT, record_id=frame.ids[entry.of]) for entry in (PAIR, TWIN, HIDE)
    )


WHOLE_VIEW = "table, totals and print"
PAGES: Mapping[str, Callable[[Frame], str]] = {
    WHOLE_VIEW: lambda frame: frame.get(VIEW),
    "variances": lambda frame: frame.get(VIEW, show="variance"),
    "rows alone": lambda frame: frame.get(VIEW, show="only_outside"),
    "ambiguous": lambda frame: frame.get(VIEW, show="ambiguous"),
    "search": lambda frame: frame.get(VIEW, q="bookvendor"),
    "search by a title": lambda frame: frame.get(VIEW, q="title-bk"),
    "sorted by a column": lambda frame: frame.get(VIEW, sort="row.paid", order="asc"),
    "lines opened": _lines,
    "export": lambda frame: frame.get(EXPORT),
    "side panels": _side_panels,
    "company": lambda frame: frame.get("/frame/company/view"),
}
WITH_BUTTONS = ("table, totals and print", "ambiguous", "lines opened", "side panels")
BUTTON = re.compile(r'action="/frame/links"|href="/frame/project/view\?(?![^"]*refresh=)[^"]*\bopen=')
"""What decides about a pair, and what leads to it."""
READER = next(person for person in PEOPLE if person.level == "Read Only" and not person.is_administrator)
READING_ADMINISTRATOR = next(p for p in PEOPLE if p.level == "Read Only" and p.is_administrator)
LIMITS: Mapping[str, Mapping[str, Audience]] = {
    "paid for Admins": {"paid": Audience.ADMINS},
    "the comparison of paid for administrators": {"comparison of paid": Audience.ADMINISTRATORS},
    "titles for Standard, paid for administrators": {
        "title": Audience.STANDARD,
        "paid": Audience.ADMINISTRATORS,
    },
}

MIXED = "titles for Standard, paid for administrators"
MIXED_AND_THE_REST_IN_DEPTH = [
    pytest.param(limits, id=name, marks=() if name == MIXED else pytest.mark.deep)
    for name, limits in LIMITS.items()
]


def test_every_tool_that_a_panel_can_be_about_is_here() -> None:
    assert {family.tool for family in FAMILIES.values()} == {TOOL}


PANELS = [Panel(audience, unmatched) for audience, unmatched in product(Audience, Audience)]
OTHERS = [kind for kind in PAGES if kind != WHOLE_VIEW]


def _limited(limits: Mapping[str, Audience]) -> list[Panel]:
    return [Panel(audience, Audience.ADMINS, limits=limits) for audience in Audience]


def _every_page(panel: int, person: int) -> Iterable[str]:
    del panel, person
    return PAGES


def _every_fourth(panel: int, person: int) -> Iterable[str]:
    """The view, and of the others such that four panels in a row have each of them once for everybody."""
    return [WHOLE_VIEW, *(kind for number, kind in enumerate(OTHERS) if (number + person + panel) % 4 == 0)]


def test_no_page_shows_what_it_must_not(company: Company) -> None:
    assert _cells(company, PANELS, _every_fourth) == len(PEOPLE) * (16 + 4 * len(OTHERS))


@pytest.mark.parametrize("limits", MIXED_AND_THE_REST_IN_DEPTH)
def test_no_page_shows_a_column_that_it_must_not(company: Company, limits: Mapping[str, Audience]) -> None:
    assert _cells(company, _limited(limits), _every_fourth) == len(PEOPLE) * (4 + len(OTHERS))


@pytest.mark.deep
def test_no_cell_shows_what_it_must_not(company: Company) -> None:
    assert _cells(company, PANELS) == 16 * len(PEOPLE) * len(PAGES)


@pytest.mark.deep
@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_no_cell_shows_a_column_that_it_must_not(company: Company, limits: Mapping[str, Audience]) -> None:
    assert _cells(company, _limited(limits)) == 4 * len(PEOPLE) * len(PAGES)


def _cells(
    company: Company, panels: Iterable[Panel], looked_at: Callable[[int, int], Iterable[str]] = _every_page
) -> int:
    """Hold what is looked at in each cell of the matrix to the promises; how many pages there were."""
    count = 0
    for number, panel in enumerate(panels):
        company.publish(panel)
        for place, (person, frame) in enumerate(company.frames.items()):
            allowed = Allowed(person, panel)
            pages = {kind: PAGES[kind](frame) for kind in looked_at(number, place)}
            for kind, html in pages.items():
                leaks = allowed.leaks(html)
                assert not leaks, f"{person}, {panel}: {kind} shows {set(leaks)}"
                count += 1
            _shows_what_it_may(pages[WHOLE_VIEW], allowed)
    return count


def _shows_what_it_may(html: str, allowed: Allowed) -> None:
    """So that an empty page is no way to keep a promise."""
    text = text_of(html)
    if not allowed.person.reads:
        assert "Commitments are hidden from you in Procore" in text
        return
    for number in RECORDS:
        assert (number in text) is allowed.sees_record(number)
    if not allowed.sees_source:
        assert "The books columns are hidden from you" in text
        return
    for entry in allowed.rows:
        assert entry.reference in text
        assert (entry.title in text) is allowed.sees_column("title")
        assert (f"{entry.paid:,.2f}" in text) is allowed.sees_column("paid")
    assert f"{allowed.outside:,.2f}" in foot_in(html)
    assert ("are not listed, counted or added up" in text) is not allowed.sees_unmatched
    assert ("Linking is for" in text) is not allowed.may_link
    seen = allowed.sees_column("paid") and allowed.sees_column("title")
    assert ("hides some columns of this panel from you" in text) is not seen


def test_a_sort_by_a_hidden_column_orders_by_nothing_of_it(company: Company) -> None:
    company.publish(Panel(unmatched=Audience.READERS, limits={"paid": Audience.ADMINS}))
    frame = company.frames[READER]
    for order in ("asc", "desc"):
        asked = lines_in(frame.get(VIEW, sort="row.paid", order=order))
        assert asked == lines_in(frame.get(VIEW, sort="variance", order=order))


@pytest.mark.parametrize("act", ["confirm", "reject", "break", "reconsider"])
def test_nothing_is_decided_about_a_row_that_is_hidden(company: Company, act: str) -> None:
    company.publish(Panel(unmatched=Audience.ADMINISTRATORS))
    frame = company.frames[READING_ADMINISTRATOR]  # who sees rows without a record, but no private one's row
    form = {"from": "project", "record": f"subcontract/{frame.ids[PAIR.of]}", "row_id": LINK.reference}
    answer = frame.post("/frame/links", **form, act=act).text
    assert "or you cannot see it any more" in text_of(answer)
    assert LINK.title not in answer


@pytest.mark.parametrize(
    "unmatched", [Audience.READERS, pytest.param(Audience.ADMINS, marks=pytest.mark.deep)]
)
@pytest.mark.parametrize("linking", Audience)
def test_only_those_link_whom_the_panel_names_and_nobody_else_is_offered_it(
    company: Company, unmatched: Audience, linking: Audience
) -> None:
    panel = Panel(unmatched=unmatched, linking=linking)
    company.publish(panel)
    for person, frame in company.frames.items():
        may_link = Allowed(person, panel).may_link
        for kind in WITH_BUTTONS:
            offered = BUTTON.search(PAGES[kind](frame)) is not None
            assert offered is may_link, f"{person}, {panel}: {kind}"
        _decides(company, frame, may_link=may_link)


def _decides(company: Company, frame: Frame, *, may_link: bool) -> None:
    """Keep a pair apart and take that back, by requests of one's own making; only who may link changes it."""
    before = company.decisions()
    pair = {"record": f"subcontract/{frame.ids[PAIR.of]}", "row_id": FREE.reference}
    for origin in (
        {"from": "project"},
        {"from": "record", "view": SUBCONTRACT, "record_id": frame.ids[PAIR.of]},
    ):
        for act, done in (("reject", "Kept apart"), ("reconsider", "Taken back")):
            text = text_of(frame.post("/frame/links", **origin, **pair, act=act).text)
            assert (done in text) is may_link
    assert company.decisions() - before == (4 if may_link else 0)


@pytest.mark.parametrize("act", ["confirm", "reject", "break", "reconsider"])
def test_somebody_who_may_not_link_is_told_so_and_nothing_changes(company: Company, act: str) -> None:
    company.publish(Panel(linking=Audience.STANDARD))
    frame, before = company.frames[READER], company.decisions()
    for entry in (PAIR, FREE, LINK):
        form = {"from": "project", "record": f"subcontract/{frame.ids[PAIR.of]}", "row_id": entry.reference}
        text = text_of(frame.post("/frame/links", **form, act=act).text)
        assert "The link was not changed A company administrator decides who links in this panel" in text
    assert company.decisions() == before
