"""Reading the panel editor's form, whatever a browser or somebody else sends."""

from __future__ import annotations

from dataclasses import fields

import pytest

from embedded_app.panels import ColumnLine, ComparisonLine, KeyLine, PanelForm
from embedded_app.reconciliation import Normalizer
from embedded_app.settings.panel_forms import PRESETS, preset_options, read_form


def test_lines_come_in_the_order_of_their_numbers_and_empty_ones_do_not_count() -> None:
    form = read_form(
        {
            "keys.10.record_field": "title",
            "keys.10.column": "b",
            "keys.2.record_field": "number",
            "keys.2.column": "a",
            "keys.2.row_normalizers": "digits,leading_zeros",
            "keys.3.record_field": "",
            "keys.3.column": "c",
            "row_columns.0.field": "paid",
            "row_columns.0.owner": "source",
        }
    )
    assert [(line.record_field, line.column) for line in form.keys] == [("number", "a"), ("title", "b")]
    assert form.keys[0].row_normalizers == ("digits", "leading_zeros")
    assert [(line.field, line.label, line.owner) for line in form.row_columns] == [("paid", "", "source")]


def test_what_is_sent_in_every_field_arrives() -> None:
    lines = {
        "keys": KeyLine,
        "comparisons": ComparisonLine,
        "record_columns": ColumnLine,
        "row_columns": ColumnLine,
    }
    sent = {
        f"{name}.0.{each.name}": f"{name} {each.name}"
        for name, kind in lines.items()
        for each in fields(kind)
    }
    alone = {each.name: f"the {each.name}" for each in fields(PanelForm) if each.name not in lines}
    form = read_form(sent | alone)
    assert {name: getattr(form, name) for name in alone} == alone
    for name, kind in lines.items():
        [line] = getattr(form, name)
        for each in fields(kind):
            assert getattr(line, each.name) in ((text := f"{name} {each.name}"), (text,))


@pytest.mark.parametrize(
    "name",
    ["keys.x.column", "keys.-1.column", "keys.1000.record_field", "keys", "keys.٣.record_field", "other.0.x"],
)
def test_names_that_are_no_lines_are_passed_over(name: str) -> None:
    form = read_form({name: "number"})
    assert (form.keys, form.comparisons, form.record_columns, form.row_columns) == ((), (), (), ())


def test_every_preset_is_a_chain_of_its_own_with_words_of_its_own() -> None:
    assert (
        len({preset.chain for preset in PRESETS}) == len({preset.label for preset in PRESETS}) == len(PRESETS)
    )
    options = preset_options((Normalizer.TRIM,))
    assert options == tuple((preset.value, preset.label) for preset in PRESETS)


def test_a_chain_that_is_no_preset_stays_choosable() -> None:
    assert preset_options(("digits", "case"))[-1] == ("digits,case", "digits, case")
