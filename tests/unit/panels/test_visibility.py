"""What of a panel a viewer sees: hidden columns, rows without a record, and what they would give away."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from embedded_app.audit import list_events
from embedded_app.errors import InvalidField, TimedOut, Unauthorized
from embedded_app.panels import Audience, ColumnLine, ComparisonLine, PanelForm, RecordKey
from embedded_app.panels.definition import PanelDefinition
from embedded_app.panels.families import FAMILIES
from embedded_app.panels.form_parsing import form_of, parse_form
from embedded_app.panels.suggestions import suggest
from embedded_app.panels.visibility import audiences_in, visible_to
from embedded_app.procore import AccessLevel
from embedded_app.reconciliation import FindingKind
from tests.fakes.panel_sides import COLUMNS, PROJECT, SOURCE, commitment, row
from tests.fakes.panel_world import ACTOR, World

FAMILY = FAMILIES["commitments"]
READERS = frozenset({Audience.READERS})


def form_with(world: World, **limits: str) -> PanelForm:
    """`compare_<field>`, `record_<field>`, `row_<column>` say who sees what; missing columns are added."""

    def columns(lines: tuple[ColumnLine, ...], prefix: str) -> tuple[ColumnLine, ...]:
        wanted = {
            name.removeprefix(prefix): limit for name, limit in limits.items() if name.startswith(prefix)
        }
        names = [line.field for line in lines]
        lines += tuple(ColumnLine(name) for name in wanted if name not in names)
        return tuple(replace(line, audience=wanted.get(line.field, "readers")) for line in lines)

    form = world.form()
    return replace(
        form,
        comparisons=tuple(
            replace(line, audience=limits.get(f"compare_{line.record_field}", "readers"))
            for line in form.comparisons
        ),
        record_columns=columns(form.record_columns, "record_"),
        row_columns=columns(form.row_columns, "row_"),
    )


def definition_of(world: World, **limits: str) -> PanelDefinition:
    return parse_form(form_with(world, **limits), FAMILY, COLUMNS)


def test_limits_survive_the_form_and_the_store(world: World) -> None:
    definition = definition_of(
        world, compare_paid="admins", record_status="standard", row_retainage="administrators"
    )
    assert PanelDefinition.from_json(definition.to_json()) == definition
    form = form_of(definition, name="A", family="commitments", source_id="x")
    assert parse_form(form, FAMILY, COLUMNS) == definition
    assert audiences_in(definition) == set(Audience)


def test_what_was_stored_before_columns_could_be_limited_shows_what_it_did(world: World) -> None:
    stored = definition_of(world).to_json() | {"audience": "standard"}
    del stored["unmatched_audience"], stored["comparison_audiences"]
    for column in (*stored["record_columns"], *stored["row_columns"]):
        del column["audience"]
    del stored["link_audience"]
    definition = PanelDefinition.from_json(stored)
    assert definition.unmatched_audience is Audience.STANDARD
    assert audiences_in(definition) == {Audience.STANDARD, Audience.READERS}


def test_a_new_panel_keeps_rows_without_a_record_and_linking_for_those_who_see_every_record(
    world: World,
) -> None:
    suggested = suggest(FAMILY, COLUMNS, source_id=str(SOURCE), source_name="Sage ERP")
    typed = PanelForm("A", "commitments", str(SOURCE), "job_no", "commitment_no", (), (), "")
    definition = definition_of(world)
    made = PanelDefinition(
        definition.rules,
        definition.job_column,
        definition.identity,
        definition.record_columns,
        definition.row_columns,
        definition.audience,
        definition.owner,
    )
    for new in (suggested, typed, made):
        assert (new.unmatched_audience, new.link_audience) == ("admins", "admins")


@pytest.mark.parametrize(
    ("audience", "unmatched", "linking"),
    [
        ("readers", "readers", "standard"),
        ("standard", "readers", "standard"),
        ("admins", "readers", "admins"),
        ("administrators", "readers", "administrators"),
        ("readers", "standard", "standard"),
        ("readers", "admins", "admins"),
        ("readers", "administrators", "administrators"),
    ],
)
def test_in_a_panel_from_before_linking_was_chosen_those_link_whom_it_names_but_nobody_who_can_only_read(
    world: World, audience: str, unmatched: str, linking: str
) -> None:
    stored = definition_of(world).to_json() | {"audience": audience, "unmatched_audience": unmatched}
    del stored["link_audience"]
    assert PanelDefinition.from_json(stored).link_audience == linking


@pytest.mark.parametrize("linking", Audience)
@pytest.mark.parametrize("unmatched", Audience)
def test_nobody_links_who_does_not_see_rows_without_a_record(
    world: World, unmatched: Audience, linking: Audience
) -> None:
    definition = replace(definition_of(world), unmatched_audience=unmatched, link_audience=linking)
    for level in Audience:
        visible = visible_to(definition, READERS | {level})
        assert visible.may_link is ({unmatched, linking} <= READERS | {level})
    assert {unmatched, linking} <= audiences_in(definition)


@pytest.mark.parametrize("limit", ["row_paid", "compare_paid"])
def test_a_limited_value_is_hidden_wherever_it_stands(world: World, limit: str) -> None:
    definition = definition_of(world, **{"row_paid": "readers", "record_paid": "readers", limit: "admins"})
    visible = visible_to(definition, READERS)
    assert "paid" not in {column.field for column in visible.definition.row_columns}
    assert "paid" not in {comparison.name for comparison in visible.definition.rules.comparisons}
    assert "paid" not in visible.rows([row(1, paid=Decimal(7))])[0].values
    assert "paid" in {column.field for column in visible.definition.record_columns}
    assert visible.has_hidden_columns
    everything = visible_to(definition, {*READERS, Audience.ADMINS})
    assert everything.definition == definition
    assert not everything.has_hidden_columns


def test_a_limited_field_of_the_record_is_in_no_record_and_no_comparison(world: World) -> None:
    world.publish(**_changes(form_with(world, record_status="admins")))
    world.procore.commitments, world.sources.rows = [commitment(1)], [row(1, status="Void")]
    view = world.view()
    [record] = view.records.records or ()
    assert "status" not in record.item.values
    assert view.reconciliation is not None
    assert [finding.kind for finding in view.reconciliation.findings] == [FindingKind.MATCH]
    world.procore.level = AccessLevel.ADMIN
    view = world.view()
    assert view.reconciliation is not None
    assert [finding.kind for finding in view.reconciliation.findings] == [FindingKind.VARIANCE]


def test_a_hidden_title_names_no_row(world: World) -> None:
    definition = definition_of(world, row_title="admins")
    identity = visible_to(definition, READERS).definition.identity
    assert (identity.title, identity.party) == (None, "vendor_name")


def test_of_the_source_only_what_the_visible_panel_needs_is_kept(world: World) -> None:
    visible = visible_to(definition_of(world), READERS)
    assert set(visible.rows([row(1)])[0].values) == visible.definition.needed_columns
    assert "updated_on" not in visible.rows([row(1)])[0].values


@pytest.mark.parametrize(
    ("limit", "at"),
    [
        ("row_commitment_no", "row_columns.0.audience"),
        ("row_revised_amount", "row_columns.1.audience"),
        ("record_revised_contract", "record_columns.1.audience"),
        ("record_number", "record_columns.3.audience"),
        ("compare_revised_contract", "comparisons.5.audience"),
    ],
)
def test_what_everybody_has_to_see_cannot_be_limited(world: World, limit: str, at: str) -> None:
    with pytest.raises(InvalidField) as caught:
        definition_of(world, **{limit: "admins"})
    assert caught.value.field == at


def test_one_column_of_each_side_stays_for_everybody(world: World) -> None:
    form = replace(world.form(), row_columns=(ColumnLine("paid", audience="admins"),))
    with pytest.raises(InvalidField) as caught:
        parse_form(form, FAMILY, COLUMNS)
    assert caught.value.field == "row_columns.0.audience"


def test_the_column_that_identifies_a_row_cannot_be_limited(world: World) -> None:
    form = form_with(world, row_title="admins")
    parse_form(form, FAMILY, COLUMNS)
    with pytest.raises(InvalidField):
        parse_form(form, FAMILY, COLUMNS, row_key="title")
    assert not visible_to(parse_form(form, FAMILY, COLUMNS), READERS, "title").sees_source


def test_an_unknown_audience_is_refused(world: World) -> None:
    form = world.form(
        comparisons=(*world.form().comparisons[:-1], ComparisonLine("paid", "paid", audience="x"))
    )
    with pytest.raises(InvalidField) as caught:
        parse_form(form, FAMILY, COLUMNS)
    assert caught.value.field.endswith(".audience")


class TestRowsWithoutARecord:
    @pytest.fixture(autouse=True)
    def _sides(self, world: World) -> None:
        world.procore.commitments = [commitment(1), commitment(2), commitment(3, number="SC-004")]
        world.procore.commitments.append(commitment(4))
        world.sources.rows = [row(1, "90.00"), row("P118", "500.00"), row(4, "7.00")]

    def publish(self, world: World) -> UUID:
        return world.publish(unmatched_audience="admins")

    def test_they_are_nowhere_for_others(self, world: World) -> None:
        self.publish(world)
        view = world.view()
        assert (view.sees_source, view.sees_unmatched) == (True, False)
        assert [each.id for each in view.rows.rows or ()] == ["21-0417-001"]
        assert view.reconciliation is not None
        assert view.reconciliation.totals.outside == Decimal("90.00")
        assert view.reconciliation.totals.rows == 1
        kinds = {
            finding.records[0].values["number"]: finding.kind for finding in view.reconciliation.findings
        }
        assert kinds == {
            "SC-001": FindingKind.VARIANCE,
            "SC-002": FindingKind.ONLY_IN_PROCORE,
            "SC-004": FindingKind.AMBIGUOUS,  # it has rows, so it is not said to have none
        }

    def test_their_audience_sees_them(self, world: World) -> None:
        self.publish(world)
        world.procore.level = AccessLevel.ADMIN
        view = world.view()
        assert view.sees_unmatched
        assert view.reconciliation is not None
        assert view.reconciliation.totals.outside == Decimal("597.00")

    def test_whoever_is_outside_the_panels_audience_sees_none(self, world: World) -> None:
        world.publish(audience="administrators", unmatched_audience="readers")
        view = world.view()
        assert (view.sees_source, view.sees_unmatched, view.rows.rows) == (False, False, None)

    def test_while_procore_is_silent_nothing_tells_which_rows_have_a_record(self, world: World) -> None:
        self.publish(world)
        world.view()
        world.procore.failure = TimedOut("Procore did not answer.")
        view = world.view()
        assert (view.rows.rows, view.sees_source) == (None, False)

    def test_a_linked_row_is_for_those_who_see_its_record(self, world: World) -> None:
        world.publish()
        world.links.confirm(world.view(), RecordKey("subcontract", commitment(2).id), "P118", ACTOR)
        world.procore.commitments = [commitment(1)]
        view = world.view()
        assert view.has_rows_elsewhere
        assert "P118" not in {each.id for each in view.rows.rows or ()}
        assert not view.decisions
        world.procore.failure = TimedOut("Procore did not answer.")
        assert "P118" not in {each.id for each in world.view().rows.rows or ()}


def test_levels_are_asked_only_where_the_panel_names_them(world: World) -> None:
    world.procore.levels_failure = Unauthorized("No.")
    world.publish()
    world.view()
    world.editor.update(
        world.views.published()[0].id or UUID(int=0), form_with(world, row_paid="admins"), ACTOR, version=2
    )
    world.editor.publish(world.views.published()[0].id or UUID(int=0), ACTOR)
    with pytest.raises(Unauthorized):  # the session is over, not only the column hidden
        world.view()


def test_a_level_that_cannot_be_asked_hides_the_column(world: World) -> None:
    world.publish(**_changes(form_with(world, row_paid="standard")))
    world.procore.commitments, world.sources.rows = [commitment(1)], [row(1)]
    assert not world.view().has_hidden_columns
    world.procore.levels_failure = TimedOut("Procore did not answer.")
    view = world.view()
    assert view.has_hidden_columns
    assert "paid" not in (view.rows.rows or ())[0].values
    assert view.project_id == PROJECT


def test_the_audit_log_says_what_publishing_changes_about_who_sees_what(world: World) -> None:
    panel_id = world.publish()
    changed = replace(
        form_with(world, row_paid="admins"), unmatched_audience="administrators", link_audience="standard"
    )
    world.editor.update(panel_id, changed, ACTOR, version=2)
    world.editor.publish(panel_id, ACTOR)
    world.editor.publish(panel_id, ACTOR)
    world.editor.unpublish(panel_id, ACTOR)
    world.editor.publish(panel_id, ACTOR)
    events = [event for event in list_events(limit=10) if event.event == "panel.published"]
    assert [event.detail.get("who_sees_it", "") for event in events] == [
        "rows without a record: administrators; linking: Standard and Admin; column Paid of the source: Admin",
        (
            "rows without a record: everybody → administrators; linking: everybody → Standard and Admin; "
            "column Paid of the source: everybody → Admin"
        ),
        "",
    ]


def _changes(form: PanelForm) -> dict[str, object]:
    return {
        "comparisons": form.comparisons,
        "record_columns": form.record_columns,
        "row_columns": form.row_columns,
    }
