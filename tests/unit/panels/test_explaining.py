"""Why somebody does not see something: what holds, what does not, and what only they can tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from embedded_app.panels import Insight, PanelRef, explain
from embedded_app.panels.explaining import Condition
from embedded_app.procore import AccessLevel
from tests.fakes.panel_world import World

KNOWN = Insight(
    login="dana@hollisgrant.example",
    name="Dana Whitfield",
    has_grant=True,
    is_in_project=True,
    level=AccessLevel.ADMIN,
    administers=True,
    jobs=("21-0417",),
)


@pytest.fixture
def panel(world: World) -> PanelRef:
    form = world.form()
    columns = (*form.row_columns[:-1], replace(form.row_columns[-1], audience="admins"))
    comparisons = (*form.comparisons[:-1], replace(form.comparisons[-1], audience="administrators"))
    world.publish(
        audience="standard", unmatched_audience="admins", row_columns=columns, comparisons=comparisons
    )
    return world.views.published()[0]


def found(known: Insight, panel: PanelRef | None) -> dict[str, Condition]:
    return {condition.name: condition for condition in explain(known, panel)}


def test_whoever_sees_everything_has_nothing_to_do_but_single_records(panel: PanelRef) -> None:
    conditions = found(KNOWN, panel)
    assert list(conditions) == [
        "Sign-in",
        "Project",
        "Commitments",
        "Job",
        "What comes from Sage ERP",
        "Rows without a commitment",
        "Linking",
        "Column Retainage of Sage ERP",
        "Comparison Paid",
        "Single commitments",
    ]
    single = conditions.pop("Single commitments")
    assert single.holds is None
    assert {each.holds for each in conditions.values()} == {True}
    assert {each.fix for each in conditions.values()} == {""}


def test_a_level_decides_about_each_part(panel: PanelRef) -> None:
    conditions = found(replace(KNOWN, level=AccessLevel.STANDARD, administers=False), panel)
    assert conditions["What comes from Sage ERP"].holds
    for name in ("Rows without a commitment", "Column Retainage of Sage ERP", "Comparison Paid"):
        assert conditions[name].holds is False
        assert "Settings → Panels" in conditions[name].fix


def test_without_a_right_in_the_tool_no_audience_is_reached(panel: PanelRef) -> None:
    conditions = found(replace(KNOWN, level=AccessLevel.NONE), panel)
    assert conditions["Commitments"].holds is False
    assert conditions["Comparison Paid"].holds is False


def test_what_only_the_person_can_ask_is_not_guessed(panel: PanelRef) -> None:
    conditions = found(replace(KNOWN, level=None, administers=None, is_in_project=None), panel)
    for name in ("Project", "Commitments", "What comes from Sage ERP", "Comparison Paid"):
        assert conditions[name].holds is None
        assert conditions[name].fix


@pytest.mark.parametrize(
    ("changes", "name", "evidence"),
    [
        ({"name": None}, "Sign-in", "Nobody with the login dana@hollisgrant.example"),
        ({"has_grant": False}, "Sign-in", "connection of Dana Whitfield to Procore is lost"),
        ({"is_in_project": False}, "Project", "directory does not list them"),
        ({"jobs": ()}, "Job", "no row of Sage ERP can be shown"),
    ],
)
def test_each_obstacle_has_its_evidence_and_its_fix(
    panel: PanelRef, changes: dict[str, object], name: str, evidence: str
) -> None:
    condition = found(replace(KNOWN, **changes), panel)[name]  # type: ignore[arg-type] # one field each
    assert condition.holds is False
    assert evidence in condition.evidence
    assert condition.fix


def test_without_a_panel_only_what_every_panel_needs_is_said() -> None:
    assert list(found(KNOWN, None)) == ["Sign-in", "Project"]
