"""What opens below a line: fetched when somebody opens it, and never more than the page itself would show."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from embedded_app.errors import SourceUnavailable, TimedOut
from tests.fakes.html_page import HtmlPage
from tests.fakes.html_table import text_of
from tests.fakes.panel_sides import commitment, row
from tests.fakes.panel_world import ACTOR, World
from tests.unit.frames.conftest import Pages

STEEL, GAS = "subcontract/9000000000014", "subcontract/9000000000031"
CAUSE = (
    "1 cause found: All of it is in approved change orders: 362,500.00 in Procore, 114,250.00 in Sage ERP."
)


@pytest.fixture(autouse=True)
def _riverside(world: World) -> None:
    world.procore.commitments = [
        commitment(14, "6480000.00", approved="362500.00", title="Structural <steel>"),
        commitment(31, "1186400.00", title="Medical gas piping"),
    ]
    world.sources.rows = [row(14, "6480000.00", approved="114250.00"), row("21-0417-P118", "86900.00")]
    world.publish()


def test_only_pairs_can_be_opened_in_place_and_nothing_of_a_closed_one_is_written(pages: Pages) -> None:
    html = pages.project()
    assert len(HtmlPage(html).details) == html.count("aria-expanded=") == 1
    assert "cause found" not in html
    assert 'aria-controls="line-2-detail"' in html
    assert re.search(r'<tr class="detail" id="line-2-detail" hidden>', html)


def test_the_address_of_a_line_brings_its_detail(pages: Pages) -> None:
    [address] = HtmlPage(pages.project(show="variance", q="sc-014")).details
    text = text_of(pages.open(address))
    assert CAUSE in text
    assert "Procore · SC-014" in text
    assert "System of record" in text


def test_a_line_that_the_address_opens_is_written_with_the_page(pages: Pages) -> None:
    html = pages.project(open=STEEL)
    assert CAUSE in text_of(html)
    assert HtmlPage(html).details == []
    assert 'aria-expanded="true"' in html
    assert not re.search(r'class="detail"[^>]* hidden', html)


def test_the_cause_is_named_once_and_only_where_it_is_certain(world: World, pages: Pages) -> None:
    assert text_of(pages.line(STEEL)).count("cause found") == 1
    world.sources.rows[0] = row(14, "6480000.00", approved="114250.00", revised_amount=Decimal("6594250.01"))
    assert "cause found" not in pages.line(STEEL)
    assert 'data-announce="SC-014: 3 of 8 fields differ"' in pages.line(STEEL)


def test_a_decision_from_a_line_comes_back_to_its_view_with_the_line_open(pages: Pages) -> None:
    fragment = HtmlPage(pages.line(STEEL, show="variance", sort="name"))
    form = fragment.form("/frame/links", act="break")
    assert {
        "show": "variance",
        "sort": "name",
        "open": STEEL,
        "from": "project",
    }.items() <= form.filled().items()
    html = pages.post("/frame/links", **form.filled(show="all")).text
    assert "Unlinked" in html
    assert "Rows of Sage ERP that could belong to SC-014." in text_of(html)


def test_a_line_without_its_other_side_brings_its_candidates(pages: Pages) -> None:
    assert "SC-031" in text_of(pages.line(GAS))
    assert "21-0417-P118" in text_of(pages.line("row/21-0417-P118"))
    assert "System of record" not in pages.line(GAS)


@pytest.mark.parametrize("key", ["", "subcontract/1", "row/1", "<script>"])
def test_a_line_that_is_gone_says_so_and_offers_the_page(pages: Pages, key: str) -> None:
    html = pages.line(key, show="variance")
    assert "This line cannot be opened now" in html
    assert "<script>" not in html
    [address] = HtmlPage(html).fragment_addresses()
    assert address.startswith("/frame/project/view?")
    assert "show=variance" in address


@pytest.mark.parametrize("side", ["procore", "sources"])
def test_while_one_side_is_down_no_pair_is_shown(world: World, pages: Pages, side: str) -> None:
    if side == "procore":
        world.procore.failure = TimedOut("No answer.")
    else:
        world.sources.failure = SourceUnavailable("It did not answer.")
    html = pages.line(STEEL)
    assert "one side is not answering" in html
    assert "6,842,500.00" not in html


def test_outside_the_audience_nothing_of_the_source_comes(world: World, pages: Pages) -> None:
    panel = world.views.published()[0]
    assert panel.id is not None
    world.editor.update(panel.id, world.form(audience="administrators"), ACTOR, version=2)
    world.editor.publish(panel.id, ACTOR)
    assert HtmlPage(pages.project()).details == []
    for key in (STEEL, "row/21-0417-P118"):
        html = pages.line(key)
        for secret in ("21-0417-014", "86,900.00", "6,594,250.00", "114,250.00"):
            assert secret not in html


def test_a_line_of_another_company_is_refused(pages: Pages) -> None:
    response = pages.get("/frame/project/line", company_id=1, open=STEEL)
    assert response.status_code == 403
    assert "SC-014" not in response.text


def test_the_values_of_a_line_are_text_and_never_html(world: World, pages: Pages) -> None:
    world.sources.rows[0] = row(14, "6480000.00", approved="114250.00", title="<b>Steel</b>")
    assert "<b>" not in pages.line(STEEL)
    assert "&lt;b&gt;Steel" in pages.line(STEEL)
