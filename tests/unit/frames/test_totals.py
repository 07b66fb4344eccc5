"""What is said about totals: only what is known, and never more than was compared."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from embedded_app.ids import RecordId
from embedded_app.panels import RecordKey
from embedded_app.reconciliation import FieldKind, Item
from embedded_app.sources import Column
from tests.fakes.html_table import feet_in, foot_in, lines_in, text_of
from tests.fakes.panel_sides import COLUMNS, commitment, row
from tests.fakes.panel_world import ACTOR, World
from tests.unit.frames.conftest import Pages
from tests.unit.frames.test_export import whole_file

GIRDERS, CRANE, FENCE, EARTH = 9000000000104, 9000000000012, 9000000000018, 9000000000001
CURRENCY = Column("curr_code", FieldKind.TEXT)


def in_currency(item: Item, currency: str | None) -> Item:
    return Item(item.id, {**item.values, "curr_code": currency})


@pytest.fixture(autouse=True)
def _snoqualmie(world: World) -> None:
    """A record whose row has no amount, one in another currency, one with another title, and a plain variance."""
    world.procore.commitments = [
        commitment(104, "1450000.00", title="Girders"),
        commitment(12, "631800.34", title="Crane service"),
        commitment(18, "229400.00", title="Right-of-way fence"),
        commitment(1, "1401840.25", title="Mass excavation"),
        commitment(3, "500.00", title="Signs"),
    ]
    world.sources.columns = (*COLUMNS, CURRENCY)
    world.sources.rows = [
        in_currency(row(104, title="Girders", revised_amount=None, original_amount=None), "USD"),
        in_currency(row(12, "868725.47", title="Crane service"), "CAD"),
        in_currency(row(18, "229400.00", title="Fence", status="Closed"), "USD"),
        in_currency(row(1, "1398000.23", title="Mass excavation"), "USD"),
        in_currency(row(3, "500.00", title="Signs"), "USD"),
    ]


def publish(world: World, **changes: Any) -> None:
    world.publish(**{"currency_column": "curr_code", **changes})


def by_name(html: str) -> dict[str, dict[str, str]]:
    return {line[""].split()[0]: line for line in lines_in(html)}


class TestWithoutAnAmount:
    @pytest.fixture(autouse=True)
    def _published(self, world: World) -> None:
        publish(world)

    def test_the_side_panel_names_what_is_missing_and_claims_no_agreement(self, pages: Pages) -> None:
        text = text_of(pages.record(GIRDERS))
        assert "Sage ERP has no amount for committed, Procore has 1,450,000.00." in text
        assert "totals agree" not in text

    def test_missing_in_procore_is_named_as_such(self, world: World, pages: Pages) -> None:
        world.procore.commitments[0] = commitment(104, "7.00", title="Girders", revised_contract=None)
        world.sources.rows[0] = in_currency(row(104, "1450000.00", title="Girders"), "USD")
        text = text_of(pages.record(GIRDERS))
        assert "Procore has no amount for committed, Sage ERP has 1,450,000.00." in text
        assert by_name(pages.project())["SC-104"]["Variance"].startswith("Procore has no amount")

    def test_missing_on_both_sides_is_no_agreement_either(self, world: World, pages: Pages) -> None:
        world.procore.commitments[0] = commitment(104, title="Girders", revised_contract=None)
        text = text_of(pages.record(GIRDERS))
        assert "Neither side has an amount for committed." in text
        assert "totals agree" not in text
        assert "Empty on both sides" in text_of(pages.line(f"subcontract/{GIRDERS}"))

    def test_a_row_of_several_without_an_amount_leaves_the_sum_missing(
        self, world: World, pages: Pages
    ) -> None:
        world.sources.rows.append(in_currency(row("21-0417-900", "60.00"), "USD"))
        key = RecordKey("subcontract", RecordId(GIRDERS))
        world.links.confirm(world.view(), key, "21-0417-900", ACTOR)
        text = text_of(pages.record(GIRDERS))
        assert "Sage ERP has no amount for committed" in text
        assert "21-0417-900 · Work 21-0417-900 Linked by Dana Whitfield" in text
        assert "60.00" in text

    def test_the_line_says_so_in_place_of_a_variance(self, pages: Pages) -> None:
        line = by_name(pages.project())["SC-104"]
        assert line["Variance"] == "Sage ERP has no amount Original amount differs"
        assert line["Percent"] == "—"

    def test_it_is_in_no_total_and_counted_and_added_up_above_them(self, pages: Pages) -> None:
        feet = {cells[""]: cells for cells in feet_in(pages.project())}
        columns = ("Procore committed", "Sage ERP committed", "Variance")
        assert {label: tuple(cells[each] for each in columns) for label, cells in feet.items()} == {
            "Left out: 1 line without an amount in Sage ERP": ("1,450,000.00", "", "Not compared"),
            "Left out: 1 line in another currency": ("631,800.34", "868,725.47 CAD", "Not compared"),
            "The other 3 lines": ("1,631,740.25", "1,627,900.23", "−3,840.02"),
        }

    def test_tiles_subtract_and_say_what_they_leave_out(self, pages: Pages) -> None:
        text = text_of(pages.project())
        assert "Committed in Procore $1,631,740 3 commitments · 2 left out ($2,081,800)" in text
        assert "Committed in Sage ERP $1,627,900 3 rows · 2 left out (868,725 CAD)" in text
        assert (
            "Variance −$3,840 −0.2 % of committed · 1 record beyond tolerance · 1 without an amount · "
            "1 in another currency · 1 differs otherwise"
        ) in text

    @pytest.mark.parametrize(("search", "said"), [("girders", True), ("signs", False)])
    def test_only_lines_that_the_filter_shows_are_said_to_be_left_out(
        self, pages: Pages, search: str, *, said: bool
    ) -> None:
        html = pages.project(q=search)
        labels = {cells[""] for cells in feet_in(html)}
        assert ("Left out: 1 line without an amount in Sage ERP" in labels) is said
        assert ("is in the totals of neither side" in text_of(html)) is said

    def test_the_file_has_the_same_sums_below_its_lines(self, pages: Pages) -> None:
        *lines, no_amount, other_currency, total = whole_file(pages)
        assert len(lines) == 5
        assert (no_amount["Number"], no_amount["Finding"]) == (
            "Left out: 1 line without an amount in Sage ERP",
            "left out",
        )
        assert other_currency["Sage ERP Committed"] == "868725.47 CAD"
        assert (total["Procore Committed"], total["Sage ERP minus Procore"]) == ("1631740.25", "-3840.02")


class TestAnotherCurrency:
    def test_the_side_panel_subtracts_nothing_and_claims_no_cause(self, world: World, pages: Pages) -> None:
        publish(world)
        text = text_of(pages.record(CRANE))
        assert "Committed is 631,800.34 in Procore and 868,725.47 CAD in Sage ERP: two currencies" in text
        assert "All of it is in" not in text
        assert "236,925.13" not in text

    def test_the_line_and_what_opens_below_it_name_the_currency(self, world: World, pages: Pages) -> None:
        publish(world)
        line = by_name(pages.project())["SC-012"]
        assert line["Sage ERP committed"] == "868,725.47 CAD"
        assert line["Variance"] == "In CAD, not compared"
        text = text_of(pages.line(f"subcontract/{CRANE}"))
        assert "868,725.47 CAD In CAD, not compared" in text
        assert "cause found" not in text

    def test_a_row_alone_is_in_no_total(self, world: World, pages: Pages) -> None:
        world.sources.rows = [
            in_currency(row("21-0417-801", "7.00"), "CAD"),
            in_currency(row("21-0417-802", "5.00"), "USD"),
        ]
        publish(world)
        html = pages.project(show="only_outside")
        assert foot_in(html)[0] == "The other line"
        assert foot_in(html)[5] == "5.00"
        variances = {line["Sage ERP committed"]: line["Variance"] for line in lines_in(html)}
        assert variances == {"7.00 CAD": "In CAD, not added up", "5.00": "+5.00"}

    def test_without_a_column_every_row_is_in_the_currency_that_the_panel_states(
        self, world: World, pages: Pages
    ) -> None:
        publish(world, currency_column="", currency="cad")
        html = pages.project()
        assert {line["Variance"] for line in lines_in(html)} == {
            "In CAD, not compared",
            "In CAD, not compared Title, status differ",
            "Sage ERP has no amount Original amount differs",
        }

    def test_a_row_that_should_state_one_and_does_not_is_not_guessed(
        self, world: World, pages: Pages
    ) -> None:
        world.sources.rows[4] = in_currency(row(3, "500.00", title="Signs"), None)
        publish(world)
        assert by_name(pages.project())["SC-003"]["Variance"] == "In unknown currency, not compared"

    def test_the_panel_may_say_what_such_rows_are_in(self, world: World, pages: Pages) -> None:
        world.sources.rows[4] = in_currency(row(3, "500.00", title="Signs"), None)
        publish(world, currency="USD")
        assert by_name(pages.project())["SC-003"]["Variance"] == "Match0.00"

    def test_where_nobody_states_one_the_page_says_what_it_takes_for_granted(
        self, world: World, pages: Pages
    ) -> None:
        publish(world, currency_column="")
        text = text_of(pages.project())
        assert "Amounts for which Sage ERP names no currency are taken to be in USD." in text

    def test_a_sign_in_a_cell_is_judged_by_the_same_rule(self, world: World, pages: Pages) -> None:
        signs = row(3, "500.00", title="Signs")
        world.sources.rows[4] = replace(
            signs, currencies={"revised_amount": "CAD", "original_amount": "$", "paid": "$"}
        )
        publish(world, currency_column="")
        line = by_name(pages.project())["SC-003"]
        assert line["Sage ERP committed"] == "500.00 CAD"
        assert line["Variance"] == "In CAD, not compared"
        assert line["Sage ERP paid"].startswith("0.00")

    def test_a_sign_that_contradicts_its_column_is_no_currency(self, world: World, pages: Pages) -> None:
        signs = in_currency(row(3, "500.00", title="Signs"), "USD")
        world.sources.rows[4] = replace(signs, currencies={"revised_amount": "CAD"})
        publish(world)
        assert by_name(pages.project())["SC-003"]["Sage ERP committed"] == "500.00 CAD and USD"

    def test_records_without_a_currency_beside_rows_in_several_are_not_guessed(
        self, world: World, pages: Pages
    ) -> None:
        world.procore.commitments = [
            structs.replace(each, currency=None) for each in world.procore.commitments
        ]
        publish(world)
        html = pages.project()
        assert "Amounts of Sage ERP are in several currencies" in text_of(html)
        assert by_name(html)["SC-003"]["Variance"] == "In USD, not compared"

    def test_the_panel_may_say_what_records_without_a_currency_are_in(
        self, world: World, pages: Pages
    ) -> None:
        world.procore.commitments = [
            structs.replace(each, currency=None) for each in world.procore.commitments
        ]
        publish(world, currency="USD")
        lines = by_name(pages.project())
        assert lines["SC-003"]["Variance"] == "Match0.00"
        assert lines["SC-012"]["Variance"] == "In CAD, not compared"

    def test_records_in_several_currencies_are_each_compared_in_their_own(
        self, world: World, pages: Pages
    ) -> None:
        world.procore.commitments[1] = commitment(12, "868725.00", title="Crane service", currency="CAD")
        publish(world)
        html = pages.project()
        lines = by_name(html)
        assert lines["SC-012"]["Procore committed"] == "868,725.00 CAD"
        assert lines["SC-012"]["Variance"] == "Within tolerance+0.47 CAD"
        assert lines["SC-001"]["Variance"].startswith("−3,840.02 USD")
        assert "Amounts are in several currencies" in text_of(html)
        assert set(foot_in(html)[1:]) == {""}

    def test_no_candidate_has_the_same_amount_in_another_currency(self, world: World, pages: Pages) -> None:
        world.sources.rows = [in_currency(row("21-0417-801", "631800.34"), "CAD")]
        publish(world)
        text = text_of(pages.record(CRANE))
        assert "631,800.34 CAD" in text
        assert "Same amount" not in text


class TestDiffersOtherwise:
    def test_the_line_says_in_what_and_is_no_match(self, world: World, pages: Pages) -> None:
        publish(world)
        line = by_name(pages.project())["SC-018"]
        assert line["Variance"] == "0.00 Title, status differ"

    def test_the_side_panel_says_that_the_totals_agree(self, world: World, pages: Pages) -> None:
        publish(world)
        assert "2 fields differ The totals agree." in text_of(pages.record(FENCE))

    def test_the_file_names_every_field(self, world: World, pages: Pages) -> None:
        publish(world)
        fence = next(line for line in whole_file(pages) if line["Number"] == "SC-018")
        assert (fence["Finding"], fence["Differs in"]) == ("differs otherwise", "Title, Status")
        crane = next(line for line in whole_file(pages) if line["Number"] == "SC-012")
        assert (crane["Finding"], crane["Sage ERP currency"]) == ("another currency", "CAD")

    def test_a_column_that_is_hidden_is_not_named(self, world: World, pages: Pages) -> None:
        form = world.form()
        comparisons = tuple(
            replace(each, audience="admins" if each.record_field == "status" else "readers")
            for each in form.comparisons
        )
        publish(world, comparisons=comparisons)
        assert by_name(pages.project())["SC-018"]["Variance"] == "0.00 Title differs"

    def test_a_difference_of_the_total_is_beyond_tolerance_however_much_else_differs(
        self, world: World, pages: Pages
    ) -> None:
        world.sources.rows[3] = in_currency(row(1, "1398000.23", title="Other", status="Closed"), "USD")
        publish(world)
        assert "1 record beyond tolerance" in text_of(pages.project())
        line = by_name(pages.project())["SC-001"]
        assert line["Variance"] == "−3,840.02 Title, status and 2 more differ"


def test_sums_without_empty_cells_say_how_many_there_are(world: World, pages: Pages) -> None:
    world.sources.rows[4] = in_currency(row(3, "500.00", title="Signs", paid=None), "USD")
    publish(world)
    text = text_of(pages.project())
    assert "Sums are without empty cells: 1 of Committed in Sage ERP, 1 of Paid in Sage ERP." in text
    assert "Sums are without" not in text_of(pages.project(show="variance", q="crane"))


def test_a_page_of_several_has_a_sum_of_its_own(world: World, pages: Pages) -> None:
    world.procore.commitments = [commitment(number, f"{number}.10") for number in range(1, 61)]
    world.sources.rows = [in_currency(row(number, f"{number}.10"), "USD") for number in range(1, 61)]
    publish(world)
    feet = feet_in(pages.project(sort="name", order="asc", page=2))
    assert [cells[""] for cells in feet] == ["These 10 lines", "All 60 lines"]
    assert feet[0]["Procore committed"] == f"{sum(range(51, 61)) + Decimal('1.00'):,.2f}"


def test_the_amount_of_each_row_stands_beside_it(world: World, pages: Pages) -> None:
    world.sources.rows.append(in_currency(row("21-0417-900", "3840.02"), "USD"))
    publish(world)
    world.links.confirm(world.view(), RecordKey("subcontract", RecordId(EARTH)), "21-0417-900", ACTOR)
    text = text_of(pages.record(EARTH))
    assert "1,398,000.23 Unlink" in text
    assert "3,840.02 Unlink" in text
    assert "Committed 1,401,840.25 1,401,840.25" in text


def test_rows_without_a_currency_beside_records_in_several_are_said_to_be_in_their_records_own(
    world: World, pages: Pages
) -> None:
    world.procore.commitments[1] = commitment(12, "868725.00", title="Crane service", currency="CAD")
    publish(world, currency_column="")
    sentence = "names no currency are taken to be in the currency of their commitment."
    assert sentence in text_of(pages.project())
