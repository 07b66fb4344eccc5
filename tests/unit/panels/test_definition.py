"""What a panel is made of, from the form to the stored JSON and back."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.errors import InvalidField
from embedded_app.panels import ColumnLine, ComparisonLine, KeyLine, Owner, PanelDefinition, PanelForm
from embedded_app.panels.families import FAMILIES
from embedded_app.panels.form_parsing import form_of, label_of, parse_form, parse_name, words_of
from embedded_app.panels.suggestions import suggest
from embedded_app.reconciliation import FieldKind, Normalizer
from embedded_app.sources import Column
from tests.fakes.panel_sides import COLUMNS, SOURCE

FAMILY = FAMILIES["commitments"]


def suggested(columns: tuple[Column, ...] = COLUMNS) -> PanelForm:
    return suggest(FAMILY, columns, source_id=str(SOURCE), source_name="Sage ERP")


def parse(form: PanelForm) -> PanelDefinition:
    return parse_form(form, FAMILY, COLUMNS)


def test_a_suggestion_pairs_columns_that_mean_the_same() -> None:
    form = suggested()
    assert form.name == "Commitments vs Sage ERP"
    assert (form.job_column, form.reference, form.title, form.party) == (
        "job_no",
        "commitment_no",
        "title",
        "vendor_name",
    )
    assert {line.record_field: line.column for line in form.comparisons} == {
        "title": "title",
        "vendor": "vendor_name",
        "status": "status",
        "original_amount": "original_amount",
        "approved_change_orders": "approved_changes",
        "revised_contract": "revised_amount",
        "invoiced": "invoiced",
        "paid": "paid",
    }
    assert form.total == "revised_contract"
    assert [line.label for line in form.row_columns] == ["Reference", "Committed", "Paid", "Retainage"]
    assert parse(form).rules.total == "revised_contract"


def test_a_suggestion_leaves_empty_what_nothing_speaks_for() -> None:
    form = suggested((Column("a", FieldKind.TEXT), Column("b", FieldKind.MONEY)))
    assert (form.job_column, form.reference, form.keys, form.comparisons, form.total) == ("", "", (), (), "")


def test_a_definition_survives_being_stored() -> None:
    form = suggested()
    definition = parse(
        replace(
            form,
            keys=(
                *form.keys,
                KeyLine("Vendor and title", "vendor", "vendor_name", ("company_suffix", "case"), ("case",)),
                KeyLine("Vendor and title", "title", "title"),
            ),
            comparisons=tuple(
                replace(line, status_map="Complete = Closed, Done\nDraft=Open")
                if line.record_field == "status"
                else line
                for line in form.comparisons
            ),
        )
    )
    assert PanelDefinition.from_json(json.loads(json.dumps(definition.to_json()))) == definition
    back = form_of(definition, name=form.name, family=form.family, source_id=form.source_id)
    assert parse(back) == definition


def test_lines_of_one_rule_belong_together_and_rules_are_tried_in_order() -> None:
    lines = (
        KeyLine("B", "number", "commitment_no"),
        KeyLine("A", "title", "title"),
        KeyLine("B", "vendor", "vendor_name"),
    )
    rules = parse(replace(suggested(), keys=lines)).rules.key_rules
    assert [(rule.name, [pair.record_field for pair in rule.pairs]) for rule in rules] == [
        ("B", ["number", "vendor"]),
        ("A", ["title"]),
    ]


def test_the_columns_that_a_panel_needs_are_known() -> None:
    form = replace(suggested(), row_columns=(ColumnLine("retainage"),), title="", party="")
    assert parse(form).needed_columns == {
        "job_no",
        "commitment_no",
        "title",
        "vendor_name",
        "status",
        "original_amount",
        "approved_changes",
        "revised_amount",
        "invoiced",
        "paid",
        "retainage",
    }


def test_a_column_without_an_owner_has_that_of_the_panel() -> None:
    form = replace(
        suggested(),
        owner="source",
        record_columns=(ColumnLine("status"), ColumnLine("paid", owner="procore")),
    )
    assert [column.owner for column in parse(form).record_columns] == [Owner.SOURCE, Owner.PROCORE]


@pytest.mark.parametrize(
    ("typed", "value"), [("", "0"), (" 1.00 ", "1"), ("1,000", "1000"), ("0", "0"), ("0.005", "0.005")]
)
def test_a_tolerance_is_a_plain_number(typed: str, value: str) -> None:
    line = ComparisonLine("revised_contract", "revised_amount", tolerance=typed)
    comparison = parse(replace(suggested(), comparisons=(line,))).rules.comparisons[0]
    assert Decimal(comparison.tolerance) == Decimal(value)


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"job_column": ""}, "job_column"),
    ({"job_column": "gone"}, "job_column"),
    ({"reference": "gone"}, "reference"),
    ({"title": "gone"}, "title"),
    ({"party": "gone"}, "party"),
    ({"owner": "both"}, "owner"),
    ({"audience": "everybody"}, "audience"),
    ({"keys": ()}, "keys"),
    ({"keys": (KeyLine("1", "gone", "title"),)}, "keys.0.record_field"),
    ({"keys": (KeyLine("1", "number", "gone"),)}, "keys.0.column"),
    ({"keys": (KeyLine("1", "number", "title", ("guess",)),)}, "keys.0.record_normalizers"),
    ({"keys": (KeyLine("link", "number", "title"),)}, "keys.0.rule"),
    ({"total": "status"}, "total"),
    ({"comparisons": ()}, "total"),
    ({"comparisons": (ComparisonLine("gone", "paid"),)}, "comparisons.0.record_field"),
    ({"comparisons": (ComparisonLine("paid", "gone"),)}, "comparisons.0.column"),
    ({"comparisons": (ComparisonLine("paid", "title"),)}, "comparisons.0.column"),
    ({"comparisons": (ComparisonLine("contract_date", "paid"),)}, "comparisons.0.column"),
    ({"comparisons": (ComparisonLine("paid", "paid", tolerance="-1"),)}, "comparisons.0.tolerance"),
    ({"comparisons": (ComparisonLine("paid", "paid", tolerance="NaN"),)}, "comparisons.0.tolerance"),
    ({"comparisons": (ComparisonLine("paid", "paid", tolerance="1e9"),)}, "comparisons.0.tolerance"),
    ({"comparisons": (ComparisonLine("title", "title", tolerance="1"),)}, "comparisons.0.tolerance"),
    (
        {"comparisons": (ComparisonLine("contract_date", "updated_on", tolerance="1.5"),)},
        "comparisons.0.tolerance",
    ),
    ({"comparisons": (ComparisonLine("status", "status", status_map="Closed"),)}, "comparisons.0.status_map"),
    (
        {"comparisons": (ComparisonLine("status", "status", status_map="= Closed"),)},
        "comparisons.0.status_map",
    ),
    ({"comparisons": (ComparisonLine("paid", "paid", label="x" * 61),)}, "comparisons.0.label"),
    (
        {"comparisons": (ComparisonLine("paid", "paid"), ComparisonLine("paid", "invoiced"))},
        "comparisons.1.record_field",
    ),
    ({"record_columns": (ColumnLine("gone"),)}, "record_columns.0.field"),
    ({"row_columns": (ColumnLine("paid"), ColumnLine("gone"))}, "row_columns.1.field"),
    ({"row_columns": (ColumnLine("paid", owner="x"),)}, "row_columns.0.owner"),
]


@pytest.mark.parametrize(
    ("changes", "field"), MISTAKES, ids=[f"{n}-{field}" for n, (_, field) in enumerate(MISTAKES)]
)
def test_every_mistake_is_named_by_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        parse(replace(suggested(), **changes))
    assert caught.value.field == field
    assert caught.value.sentence.endswith(".")


def test_a_name_and_a_label_may_fill_what_there_is() -> None:
    assert parse_name(replace(suggested(), name="x" * 120)) == "x" * 120
    form = suggested()
    first, *others = form.comparisons
    definition = parse(replace(form, comparisons=(replace(first, label="x" * 60), *others)))
    assert definition.rules.comparisons[0].label == "x" * 60


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_panel_needs_a_name_that_fits_its_tab(name: str) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_name(replace(suggested(), name=name))
    assert caught.value.field == "name"


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("sub_no", ("sub", "no")),
        ("SubNo", ("sub", "no")),
        ("Sub No.", ("sub", "no")),
        ("PO", ("po",)),
        ("—", ()),
    ],
)
def test_a_columns_name_is_read_as_words(column: str, words: tuple[str, ...]) -> None:
    assert words_of(column) == words


def test_a_column_is_labelled_by_its_words() -> None:
    assert label_of("paid_amt") == "Paid amt"
    assert label_of("—") == "—"


def test_a_party_is_compared_without_its_legal_form_and_other_texts_with_their_words() -> None:
    comparisons = {comparison.name: comparison for comparison in parse(suggested()).rules.comparisons}
    assert Normalizer.COMPANY_SUFFIX in comparisons["vendor"].normalizers
    assert Normalizer.COMPANY_SUFFIX not in comparisons["title"].normalizers
    assert comparisons["paid"].normalizers == ()
