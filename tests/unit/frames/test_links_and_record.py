"""The side panel, and what people decide about pairs on either page."""

from __future__ import annotations

from decimal import Decimal

import pytest

from embedded_app import audit
from embedded_app.errors import Forbidden, TimedOut
from embedded_app.panels import RecordKey
from embedded_app.procore import AccessLevel, CommitmentKind
from tests.fakes.html_table import text_of
from tests.fakes.panel_sides import commitment, row
from tests.fakes.panel_world import ACTOR, World
from tests.unit.frames.conftest import Pages

STEEL, GAS, FRAMING = 9000000000014, 9000000000031, 9000000000024


@pytest.fixture(autouse=True)
def _riverside(world: World) -> None:
    world.procore.commitments = [
        commitment(14, "6480000.00", approved="362500.00", title="Structural steel"),
        commitment(31, "1186400.00", title="Medical gas piping", vendor_name="Harlan Mechanical, Inc."),
        commitment(24, "1218600.00", title="Framing", vendor_name="Summit Interiors"),
    ]
    world.sources.rows = [
        row(14, "6480000.00", approved="114250.00", title="Structural steel", paid=Decimal("3694950.00")),
        row("21-0417-047", "1186400.00", title="Med gas", vendor_name="HARLAN MECHANICAL INC"),
        row("21-0417-024A", "700000.00", title="Framing A", vendor_name="SUMMIT INTERIORS"),
        row("21-0417-024B", "518600.00", title="Framing B", vendor_name="SUMMIT INTERIORS"),
    ]
    world.publish()


def decide(pages: Pages, act: str, record_id: int, row_id: str, **form: object) -> str:
    response = pages.post(
        "/frame/links",
        **{
            "from": "record",
            "act": act,
            "record": f"subcontract/{record_id}",
            "row_id": row_id,
            "view": "commitments.work_order_contracts.detail",
            "record_id": record_id,
        }
        | form,
    )
    assert response.status_code == 200, response.text
    return text_of(response.text)


def test_a_linked_record_shows_its_row_and_what_differs_first(pages: Pages) -> None:
    text = text_of(pages.record(STEEL))
    assert "Subcontract in Procore Approved" in text
    assert "SC-014 · Structural steel" in text
    assert "Sage ERP is 248,250.00 lower All of it is in approved change orders" in text
    assert "21-0417-014 · Structural steel Matched by rule “Number”" in text
    assert text.index("Approved change orders") < text.index("fields match") < text.index("Original amount")
    assert "3,694,950.00 of 6,594,250.00 56 %" in text


def test_where_commitments_are_in_several_currencies_every_amount_of_one_says_its_own(
    world: World, pages: Pages
) -> None:
    approved = {"approved": "362500.00", "title": "Structural steel"}
    world.procore.commitments[0] = commitment(14, "6480000.00", currency="CAD", **approved)
    text = text_of(pages.record(STEEL))
    assert (
        "Sage ERP is 248,250.00 CAD lower All of it is in approved change orders: 362,500.00 CAD in Procore"
        in text
    )
    assert "114,250.00 CAD in Sage ERP." in text
    assert "Committed −248,250.00 CAD 6,842,500.00 CAD 6,594,250.00" in text
    assert "Amounts are in several currencies" not in text, "nothing is added up beside one record"
    line = text_of(pages.line(f"subcontract/{STEEL}"))
    assert "362,500.00 CAD in Procore, 114,250.00 CAD in Sage ERP." in line
    world.sources.rows[0] = row(14, "6500000.00", approved="114250.00", title="Structural steel")
    text = text_of(pages.record(STEEL))
    assert "original amount (+20,000.00 CAD) and approved change orders (−248,250.00 CAD)" in text


def test_refresh_reads_the_source_again_on_either_page(world: World, pages: Pages) -> None:
    pages.record(STEEL)
    pages.project()
    assert world.sources.refreshed == 0
    pages.record(STEEL, refresh=1)
    pages.project(refresh=1)
    assert world.sources.refreshed == 2


def test_an_unlinked_record_shows_candidates_with_their_reasons(pages: Pages) -> None:
    html = pages.record(GAS)
    text = text_of(html)
    assert "No Sage ERP row is linked 1,186,400.00 is committed in Procore" in text
    assert "21-0417-047 · Med gas Sage ERP · HARLAN MECHANICAL INC 1,186,400.00 Very likely" in text
    assert "Same vendor" in text
    assert "Same amount" in text
    assert "A different number" in text
    assert html.count("btn--primary") == 1


def test_a_candidate_is_linked_and_the_link_is_remembered_with_its_maker(world: World, pages: Pages) -> None:
    assert "Linked" in decide(pages, "confirm", GAS, "21-0417-047")
    text = text_of(pages.record(GAS))
    assert "21-0417-047 · Med gas Linked by Dana O'Whitfield, Nov 20, 2026, 1:26 PM UTC" in text
    assert "1 field differs" in text
    [event] = [each for each in audit.list_events() if each.event == "link.confirmed"]
    assert (event.actor_name, event.subject) == ("Dana O'Whitfield", "SC-031 – 21-0417-047")
    assert world.view().reconciliation is not None


def test_a_candidate_that_is_not_the_one_is_not_proposed_again_until_taken_back(pages: Pages) -> None:
    text = decide(pages, "reject", GAS, "21-0417-047")
    assert "Kept apart" in text
    text = text_of(pages.record(GAS))
    assert "No row of Sage ERP looks like SC-031" in text
    assert "1 kept apart" in text
    assert "“Not this one”, Dana O'Whitfield" in text
    assert "Taken back" in decide(pages, "reconsider", GAS, "21-0417-047")
    assert "Very likely" in text_of(pages.record(GAS))


def test_a_pair_that_was_matched_by_its_key_stays_apart_once_unlinked(pages: Pages) -> None:
    assert "Unlinked" in decide(pages, "break", STEEL, "21-0417-014")
    text = text_of(pages.record(STEEL))
    assert "No Sage ERP row is linked" in text
    assert "1 kept apart" in text


def test_a_link_made_by_hand_is_simply_taken_away(pages: Pages) -> None:
    decide(pages, "confirm", GAS, "21-0417-047")
    decide(pages, "break", GAS, "21-0417-047")
    text = text_of(pages.record(GAS))
    assert "Very likely" in text
    assert "kept apart" not in text


def test_unlinking_asks_and_says_what_stays(pages: Pages) -> None:
    text = text_of(pages.record(STEEL))
    assert (
        "Unlink 21-0417-014 · Structural steel? SC-014 will count as unmatched. Nothing changes in Procore or in "
        "Sage ERP, and you can link it again." in text
    )


def test_two_rows_are_linked_to_one_record_and_added_up(pages: Pages) -> None:
    assert "2 rows in Sage ERP share this number" in text_of(pages.record(FRAMING))
    decide(pages, "confirm", FRAMING, "21-0417-024A")
    decide(pages, "confirm", FRAMING, "21-0417-024B")
    text = text_of(pages.record(FRAMING))
    assert "21-0417-024A" in text
    assert "21-0417-024B" in text
    assert "Committed 1,218,600.00 1,218,600.00" in text


def test_a_row_is_not_given_to_two_records(pages: Pages) -> None:
    decide(pages, "confirm", GAS, "21-0417-047")
    text = decide(pages, "confirm", FRAMING, "21-0417-047")
    assert "The link was not changed This row is linked to another record. Unlink it there first." in text


def test_linking_another_row_keeps_the_one_matched_by_its_key(pages: Pages) -> None:
    decide(pages, "confirm", STEEL, "21-0417-047")
    text = text_of(pages.record(STEEL))
    assert "Committed 6,842,500.00 7,780,650.00" in text.replace("+938,150.00 ", "")
    assert text.count("Linked by Dana") == 2


@pytest.mark.parametrize(
    ("record_id", "row_id", "gone"),
    [
        (STEEL, "gone", "this row is no longer in the source"),
        (GAS + 1, "21-0417-047", "this record is no longer in Procore"),
    ],
)
def test_what_is_gone_cannot_be_linked(pages: Pages, record_id: int, row_id: str, gone: str) -> None:
    text = decide(pages, "confirm", record_id, row_id)
    assert f"The link was not changed: {gone}, or you cannot see it any more." in text


def test_who_does_not_see_the_source_cannot_link(world: World, pages: Pages) -> None:
    world.procore.failure = Forbidden("No.")
    response = pages.post("/frame/links", act="confirm", record=f"subcontract/{GAS}", row_id="21-0417-047")
    assert response.status_code == 403


@pytest.mark.parametrize(
    "form",
    [
        {"act": "destroy", "record": f"subcontract/{GAS}", "row_id": "21-0417-047"},
        {"act": "confirm", "record": "subcontract/x", "row_id": "21-0417-047"},
        {"act": "confirm", "record": "", "row_id": ""},
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(pages: Pages, form: dict[str, str]) -> None:
    assert pages.post("/frame/links", **form).status_code == 422


def test_a_decision_on_the_full_screen_comes_back_to_the_same_lines(pages: Pages) -> None:
    response = pages.post(
        "/frame/links",
        **{"from": "project"},
        act="confirm",
        record=f"subcontract/{GAS}",
        row_id="21-0417-047",
        show="variance",
        q="steel",
    )
    assert response.status_code == 200
    assert "Linked" in response.text
    assert 'value="steel"' in response.text
    assert "SC-031" not in text_of(response.text)


def test_on_the_full_screen_a_line_opens_with_its_candidates_for_either_side(pages: Pages) -> None:
    html = pages.project(open=f"subcontract/{GAS}")
    assert "Rows of Sage ERP that could belong to SC-031." in text_of(html)
    assert "Link · 1 candidate" in text_of(html)
    html = pages.project(open="row/21-0417-047")
    assert "Commitments in Procore that could belong to 21-0417-047." in text_of(html)
    assert "SC-031 · Medical gas piping Procore · Harlan Mechanical, Inc. 1,186,400.00" in text_of(html)


def test_a_linked_row_that_is_gone_is_said_to_be_missing(world: World, pages: Pages) -> None:
    decide(pages, "confirm", GAS, "21-0417-047")
    del world.sources.rows[1]
    html = pages.record(GAS)
    text = text_of(html)
    assert (
        "The linked row is missing in Sage ERP now 21-0417-047, linked by Dana O'Whitfield, Nov 20, 2026, "
        "1:26 PM UTC . The link is kept and counts again when Sage ERP has the row for this project." in text
    )
    assert "No Sage ERP row is linked" not in text
    assert "looks like" not in text
    assert "Linked row missing in Sage ERP" in text_of(pages.project())


def test_when_all_rows_of_the_job_are_gone_the_side_panel_says_so_and_keeps_the_link(
    world: World, pages: Pages
) -> None:
    decide(pages, "confirm", GAS, "21-0417-047")
    world.sources.rows = []
    text = text_of(pages.record(GAS))
    assert "Sage ERP has no row for job 21-0417 now It had 4 rows on Nov 20, 2026, 1:26 PM UTC ." in text
    assert "The linked row is missing in Sage ERP now 21-0417-047, linked by" in text
    assert "No Sage ERP row is linked" not in text
    assert "looks like" not in text
    text = text_of(pages.record(FRAMING))
    assert "Sage ERP has no row for job 21-0417 now" in text
    assert "No Sage ERP row is linked" not in text


def test_one_of_two_linked_rows_that_is_gone_is_said_beside_the_other(world: World, pages: Pages) -> None:
    decide(pages, "confirm", FRAMING, "21-0417-024A")
    decide(pages, "confirm", FRAMING, "21-0417-024B")
    world.sources.rows.pop()
    text = text_of(pages.record(FRAMING))
    assert "The linked row is missing in Sage ERP now 21-0417-024B" in text
    assert "Sage ERP is 518,600.00 lower" in text


def test_a_subcontract_and_a_purchase_order_with_one_id_are_not_confused(world: World, pages: Pages) -> None:
    twin = commitment(14, "5.00", kind=CommitmentKind.PURCHASE_ORDER, number="PO-700", title="Twin")
    world.procore.commitments.append(twin)
    html = pages.record(STEEL, view="commitments.purchase_order_contracts.detail")
    assert "PO-700 · Twin" in text_of(html)
    assert "purchase_order_contracts/9000000000014" in html


@pytest.mark.parametrize(
    ("view", "record_id", "title"),
    [
        ("rfi.detail", 7, "Nothing beside this record"),
        ("commitments.contracts.list", "", "Open a record"),
        ("commitments.work_order_contracts.new", "", "Open a record"),
        ("commitments.work_order_contracts.detail", 7, "Procore does not show you this commitment"),
    ],
)
def test_a_view_without_a_record_of_ours_says_so(
    pages: Pages, view: str, record_id: object, title: str
) -> None:
    response = pages.get("/frame/panel/view", view=view, record_id=record_id)
    assert response.status_code == 200
    assert title in response.text


def test_a_record_that_cannot_be_read_shows_nothing_of_its_row(world: World, pages: Pages) -> None:
    pages.record(STEEL)
    world.procore.failure = TimedOut("No answer.")
    html = pages.record(STEEL)
    assert "The record could not be read" in html
    assert "21-0417-014" not in html


def test_without_the_right_to_read_commitments_the_side_panel_is_closed(world: World, pages: Pages) -> None:
    world.procore.failure = Forbidden("No.")
    html = pages.record(STEEL)
    assert "Commitments are hidden from you in Procore" in html
    assert "21-0417-014" not in html


@pytest.mark.parametrize("origin", ["record", "project"])
def test_what_is_decided_already_is_said_to_be_and_is_no_event(pages: Pages, origin: str) -> None:
    acts = ("confirm", "break", "reject", "reconsider")
    events = []
    for act, already in zip(acts, ("linked", "unlinked", "kept apart", "taken back"), strict=True):
        decide(pages, act, GAS, "21-0417-047", **{"from": origin})
        events.append(len(audit.list_events(prefixes=["link."])))
        text = decide(pages, act, GAS, "21-0417-047", **{"from": origin})
        assert f"It was {already} already Nothing was changed." in text
    assert events == [1, 2, 3, 4]
    assert len(audit.list_events(prefixes=["link."])) == 4


class TestWhoMayNotLink:
    """A reader in a panel that gives linking to Standard."""

    @pytest.fixture(autouse=True)
    def _reader(self, world: World) -> None:
        (panel,) = world.views.published()
        assert panel.id is not None
        world.editor.update(panel.id, world.form(link_audience="standard"), ACTOR, version=2)
        world.editor.publish(panel.id, ACTOR)
        assert world.view().may_link
        world.links.confirm(world.view(), RecordKey("subcontract", commitment(31).id), "21-0417-047", ACTOR)
        world.links.reject(world.view(), RecordKey("subcontract", commitment(14).id), "21-0417-024A", ACTOR)
        world.procore.level = AccessLevel.READ_ONLY

    def test_sees_what_is_linked_and_kept_apart_and_gets_no_button(self, pages: Pages) -> None:
        for html in (pages.record(STEEL), pages.line(f"subcontract/{STEEL}")):
            assert "Matched by rule" in text_of(html)
            assert "1 kept apart" in text_of(html)
            assert "<form" not in html
        assert "Linked by Dana Whitfield" in text_of(pages.record(GAS))

    def test_is_proposed_nothing_and_told_who_links(self, pages: Pages) -> None:
        sentence = "Linking is for people with Standard or Admin on commitments."
        for html in (
            pages.record(FRAMING),
            pages.project(show="ambiguous"),
            pages.line("row/21-0417-024A"),
            pages.line(f"subcontract/{FRAMING}"),
        ):
            assert sentence in text_of(html)
            assert "/frame/links" not in html
            assert "andidate" not in html

    def test_is_refused_by_the_server_too(self, world: World, pages: Pages) -> None:
        before, events = world.view().decisions, len(audit.list_events())
        for act in ("confirm", "reject", "break", "reconsider"):
            text = decide(pages, act, GAS, "21-0417-047")
            assert "The link was not changed A company administrator decides who links in this panel" in text
        assert (world.view().decisions, len(audit.list_events())) == (before, events)
