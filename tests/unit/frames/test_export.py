"""The CSV of what is on the screen: plain numbers, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest

from tests.fakes.panel_sides import commitment, row
from tests.fakes.panel_world import ACTOR, World
from tests.unit.frames.conftest import Pages


def exported(pages: Pages, **arguments: object) -> list[dict[str, str]]:
    """The lines, without what stands below them."""
    return [line for line in whole_file(pages, **arguments) if not re.search(r"\blines?\b", line["Number"])]


def whole_file(pages: Pages, **arguments: object) -> list[dict[str, str]]:
    response = pages.get("/frame/project/export.csv", **arguments)
    assert response.status_code == 200, response.text
    assert response.mimetype == "text/csv"
    assert response.text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(response.text[1:])))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\t=1", "\r=1", "\n=1"])
def test_no_text_of_either_side_begins_a_formula(world: World, pages: Pages, text: str) -> None:
    world.procore.commitments = [commitment(1, title=text, vendor_name=text, status=text)]
    world.sources.rows = [row(1, title=text, status=text)]
    world.publish(row_columns=(*world.form().row_columns,), title="title")
    values = exported(pages)[0].values()
    assert sum(text.strip() in value for value in values) > 2
    for value in values:
        assert not value.lstrip().startswith(("=", "+", "@"))
        assert not value.startswith("-1")


def test_names_that_an_administrator_gave_begin_no_formula_either(world: World, pages: Pages) -> None:
    world.sources.name = "=cmd"
    world.procore.commitments, world.sources.rows = [commitment(1)], [row(1)]
    world.publish()
    assert not any(head.startswith("=") for head in exported(pages)[0])


def test_amounts_are_plain_numbers_with_their_sign(world: World, pages: Pages) -> None:
    world.procore.commitments = [commitment(1, "1234567.5", invoiced=Decimal("-12.005"))]
    world.sources.rows = [row(1, "1234567.4")]
    world.publish()
    [line] = exported(pages)
    assert line["Procore Committed"] == "1234567.50"
    assert line["Procore Invoiced"] == "-12.005"
    assert line["Sage ERP minus Procore"] == "-0.10"


def test_the_filter_the_search_and_the_order_are_those_of_the_screen(world: World, pages: Pages) -> None:
    world.procore.commitments = [commitment(number, f"{number}.00") for number in (3, 1, 2, 10)]
    world.sources.rows = [row("21-0417-P118")]
    world.publish()
    found = exported(pages, show="only_in_procore", q="SC-0", sort="name", order="asc")
    assert [line["Number"] for line in found] == ["SC-001", "SC-002", "SC-003", "SC-010"]
    assert {line["Finding"] for line in found} == {"only in procore"}


def test_all_pages_are_in_the_file(world: World, pages: Pages) -> None:
    world.procore.commitments = [commitment(number) for number in range(1, 121)]
    world.publish()
    assert len(exported(pages, page=2)) == 120


def test_outside_the_audience_the_file_holds_procore_alone(world: World, pages: Pages) -> None:
    world.procore.commitments, world.sources.rows = [commitment(1)], [row(1), row("21-0417-P118")]
    world.publish(audience="administrators")
    [line] = exported(pages)
    assert not any("Sage" in head for head in line)


def test_without_a_panel_there_is_nothing_to_export(world: World, pages: Pages) -> None:
    panel_id = world.publish()
    world.editor.unpublish(panel_id, ACTOR)
    assert pages.get("/frame/project/export.csv").status_code == 422
