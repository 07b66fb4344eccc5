"""What the pages say to somebody from whom a part of the panel is hidden; what they hide is held by the matrix."""

from __future__ import annotations

from dataclasses import replace

import pytest

from embedded_app.errors import Forbidden
from embedded_app.panels import RecordKey
from embedded_app.procore import AccessLevel
from tests.fakes.html_table import text_of
from tests.fakes.panel_sides import commitment, row
from tests.fakes.panel_world import ACTOR, World
from tests.unit.frames.conftest import Pages


@pytest.fixture(autouse=True)
def _sides(world: World) -> None:
    world.procore.commitments = [commitment(1), commitment(2), commitment(31)]
    world.sources.rows = [row(1), row(2, paid=None), row("21-0417-031-A", "100.00"), row("21-0417-P118")]


class TestRowsWithoutARecord:
    @pytest.fixture(autouse=True)
    def _hidden(self, world: World) -> None:
        world.publish(unmatched_audience="admins")

    def test_the_page_says_so_and_offers_no_way_to_them(self, pages: Pages) -> None:
        text = text_of(pages.project())
        assert "Rows without a commitment are hidden from you" in text
        assert "Only in Sage ERP" not in text
        assert "only in Sage ERP" not in text
        assert "Unmatched 1" in text

    def test_asking_for_them_all_the_same_says_so_too(self, pages: Pages) -> None:
        text = text_of(pages.project(show="only_outside"))
        assert "Rows without a commitment are hidden from you" in text
        assert "Nothing is only in Sage ERP" not in text

    def test_a_record_alone_says_why_no_row_is_proposed(self, pages: Pages) -> None:
        key = RecordKey("subcontract", commitment(31).id)
        assert "hidden from you" in text_of(pages.line(str(key)))
        assert "Nothing looks like" not in text_of(pages.line(str(key)))
        assert "Rows without a commitment are hidden from you" in text_of(pages.record(commitment(31).id))

    def test_a_project_without_a_record_says_of_the_source_only_what_is_known(
        self, world: World, pages: Pages
    ) -> None:
        world.procore.commitments = []
        text = text_of(pages.project())
        assert "Procore shows you no commitments of this project. You see rows of Sage ERP beside" in text
        assert "has no rows" not in text
        world.procore.level, world.sources.rows = AccessLevel.ADMIN, []
        assert "Sage ERP has no row for job 21-0417" in text_of(pages.project())

    def test_how_many_lines_could_not_be_read_is_not_said(self, world: World, pages: Pages) -> None:
        world.sources.rejects = 3
        assert "Some lines of Sage ERP could not be read" in text_of(pages.project())
        assert "3 lines of Sage ERP" not in text_of(pages.project())
        world.procore.level = AccessLevel.ADMIN
        assert "3 lines of Sage ERP could not be read" in text_of(pages.project())

    def test_a_record_alone_is_said_to_have_no_row_that_the_viewer_sees(self, pages: Pages) -> None:
        text = text_of(pages.record(commitment(31).id))
        assert "and no row of Sage ERP that you see belongs to it" in text

    def test_their_audience_reads_nothing_of_the_kind(self, world: World, pages: Pages) -> None:
        world.procore.level = AccessLevel.ADMIN
        text = text_of(pages.project())
        assert "hidden from you" not in text
        assert "2 only in Sage ERP" in text


class TestColumns:
    @pytest.fixture(autouse=True)
    def _hidden(self, world: World) -> None:
        form = world.form()
        lines = (
            replace(each, audience="admins" if each.field == "paid" else "readers")
            for each in form.row_columns
        )
        world.publish(row_columns=tuple(lines))

    def test_what_differs_only_in_a_hidden_column_is_a_match(self, world: World, pages: Pages) -> None:
        assert "SC-002" not in text_of(pages.project(show="variance"))
        world.procore.level = AccessLevel.ADMIN
        assert "SC-002" in text_of(pages.project(show="variance"))

    def test_the_pages_say_that_columns_are_hidden(self, pages: Pages) -> None:
        sentence = "A company administrator hides some columns of this panel from you."
        assert sentence in text_of(pages.project())
        assert sentence in text_of(pages.record(commitment(2).id))
        assert "in every compared field that you see" in text_of(pages.project(show="variance"))


def test_an_administrator_reads_why_the_records_are_hidden_from_them(world: World, pages: Pages) -> None:
    world.publish()
    world.procore.failure = Forbidden("No.")
    for explanation in ((), ("Commitments is <off>.",)):
        world.principals.explanation = explanation
        for page in (pages.project(), pages.record(commitment(1).id)):
            said = "what stands in the way: Commitments is <off>." in text_of(page)
            assert said is bool(explanation)


def test_a_print_says_what_is_left_out_of_it(world: World, pages: Pages) -> None:
    world.publish()
    assert "Shown: Only in Procore · “SC-0”" in text_of(pages.project(show="only_in_procore", q="SC-0"))
    assert "Shown:" not in text_of(pages.project())


def test_how_many_rows_belong_to_records_that_procore_hides_is_not_said(world: World, pages: Pages) -> None:
    world.publish()
    for number, row_id in ((1, "21-0417-P118"), (2, "21-0417-031-A")):
        world.links.confirm(world.view(), RecordKey("subcontract", commitment(number).id), row_id, ACTOR)
    world.procore.commitments = [commitment(31)]
    text = text_of(pages.project())
    assert "Rows that are linked to commitments that Procore does not show you here are left out." in text
    assert "rows are linked" not in text
    assert "linked to" not in text_of(pages.record(commitment(31).id))


def test_a_row_that_was_kept_apart_is_not_said_to_be_missing_at_the_source(
    world: World, pages: Pages
) -> None:
    world.publish()
    world.links.break_(world.view(), RecordKey("subcontract", commitment(1).id), "21-0417-001", ACTOR)
    text = text_of(pages.record(commitment(1).id))
    assert "No Sage ERP row is linked" in text
    assert "under this number" not in text
