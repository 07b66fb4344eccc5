"""Panels, jobs and links as they are kept, on both databases."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from embedded_app import audit
from embedded_app.errors import AlreadyLinked, Forbidden, InvalidField, RecordVanished, UnknownOption
from embedded_app.ids import ProjectId
from embedded_app.panels import LinkState, PanelState, RecordKey
from embedded_app.panels.models import Link, Panel
from embedded_app.procore import AccessLevel, Project
from embedded_app.storage import company_scope, db, new_id
from tests.fakes.panel_sides import COMPANY, PROJECT, READ_AT, SOURCE, VIEWER, commitment, row
from tests.fakes.panel_world import ACTOR, World

OTHER = ProjectId(2**62)
STEEL, GAS = (RecordKey("subcontract", commitment(number).id) for number in (14, 31))


@pytest.fixture(autouse=True)
def _sides(world: World) -> None:
    world.procore.commitments = [commitment(14), commitment(31)]
    world.sources.rows = [row(14), row("21-0417-047"), row("21-0417-P118")]


def panel_events() -> list[str]:
    return [event.event for event in audit.list_events(prefixes=["panel."])]


def states(panel_id: UUID | None) -> dict[str, str]:
    links = db.session.scalars(db.select(Link).where(Link.panel_id == panel_id))
    return {link.row_id: link.state for link in links}


def test_a_panel_goes_from_draft_to_published_and_back(world: World) -> None:
    editor = world.editor
    panel_id = editor.create(world.form(), ACTOR)
    assert editor.list_()[0].state is PanelState.DRAFT
    editor.publish(panel_id, ACTOR)
    assert editor.list_()[0].state is PanelState.PUBLISHED
    assert not editor.list_()[0].has_unpublished_changes
    editor.update(panel_id, world.form(audience="admins"), ACTOR, version=2)
    assert editor.list_()[0].has_unpublished_changes
    assert world.views.published()[0].definition.audience == "readers"
    editor.publish(panel_id, ACTOR)
    assert world.views.published()[0].definition.audience == "admins"
    assert editor.get(panel_id).form.audience == "admins"
    editor.unpublish(panel_id, ACTOR)
    assert world.views.published() == ()
    editor.delete(panel_id, ACTOR)
    assert editor.list_() == ()
    events = panel_events()
    assert events == [
        f"panel.{event}"
        for event in ("deleted", "unpublished", "published", "changed", "published", "created")
    ]


def test_two_administrators_do_not_overwrite_each_other(world: World) -> None:
    panel_id = world.editor.create(world.form(), ACTOR)
    world.editor.update(panel_id, world.form(name="One"), ACTOR, version=1)
    with pytest.raises(InvalidField) as caught:
        world.editor.update(panel_id, world.form(name="Two"), ACTOR, version=1)
    assert caught.value.field == "version"
    assert world.editor.list_()[0].name == "One"


def test_names_are_taken_once(world: World) -> None:
    one = world.editor.create(world.form(name="One"), ACTOR)
    with pytest.raises(InvalidField) as caught:
        world.editor.create(world.form(name=" One "), ACTOR)
    assert caught.value.field == "name"
    world.editor.update(one, world.form(name="One"), ACTOR, version=1)  # its own name is free for itself


def test_tabs_are_moved_and_stop_at_the_ends(world: World) -> None:
    one, two, three = (world.editor.create(world.form(name=name), ACTOR) for name in ("1", "2", "3"))
    world.editor.move(three, -1, ACTOR)
    world.editor.move(one, -5, ACTOR)
    assert [panel.id for panel in world.editor.list_()] == [one, three, two]
    assert [panel.position for panel in world.editor.list_()] == [1, 2, 3]


def test_what_is_not_there_cannot_be_changed(world: World) -> None:
    for act in (world.editor.publish, world.editor.unpublish, world.editor.delete):
        with pytest.raises(UnknownOption):
            act(new_id(), ACTOR)
    with pytest.raises(UnknownOption):
        world.editor.move(new_id(), 1, ACTOR)


def test_a_source_that_a_panel_shows_cannot_be_deleted(world: World) -> None:
    world.editor.create(world.form(), ACTOR)
    assert world.editor.uses_of(SOURCE) == ["Commitments vs Sage ERP"]
    from embedded_app.sources import Source  # noqa: PLC0415 # the one test that touches its table

    db.session.delete(db.session.get_one(Source, SOURCE))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_preview_tells_the_match_rate_and_every_key_that_found_nothing(world: World) -> None:
    preview = world.editor.preview(world.form(), VIEWER, PROJECT)
    assert preview.match is not None
    assert (preview.match.matched, preview.match.percent) == (1, 50)
    assert [key.keys for key in preview.match.unmatched_records] == [("31",)]
    assert [key.keys for key in preview.match.unmatched_rows] == [("47",), ("118",)]
    assert world.editor.list_() == ()


def test_a_preview_counts_the_links_of_the_panel_it_changes(world: World) -> None:
    panel_id = world.publish()
    world.links.confirm(world.view(), GAS, "21-0417-047", ACTOR)
    preview = world.editor.preview(world.form(), VIEWER, PROJECT, panel_id=panel_id)
    assert preview.match is not None
    assert (preview.match.by_link, preview.match.percent) == (1, 100)


def test_a_preview_hides_from_an_administrator_what_the_panel_hides_from_them(world: World) -> None:
    world.procore.administers, world.procore.level = True, AccessLevel.READ_ONLY
    preview = world.editor.preview(world.form(unmatched_audience="admins"), VIEWER, PROJECT)
    assert preview.match is not None
    assert (preview.match.rows, preview.match.unmatched_rows) == (1, ())
    world.procore.failure = Forbidden("No.")
    preview = world.editor.preview(world.form(audience="administrators"), VIEWER, PROJECT)
    assert (preview.match, preview.view.rows.rows) == (None, None)


def test_a_preview_without_a_job_has_no_match_rate(world: World) -> None:
    world.jobs.remove(world.jobs.list_()[0].id, ACTOR)
    assert world.editor.preview(world.form(), VIEWER, PROJECT).match is None


def test_decisions_about_pairs_are_kept_and_changed(world: World) -> None:
    panel_id = world.publish()
    world.links.reject(world.view(), GAS, "21-0417-047", ACTOR)
    assert states(panel_id) == {"21-0417-047": LinkState.REJECTED}
    world.links.confirm(world.view(), GAS, "21-0417-047", ACTOR)
    world.links.confirm(world.view(), GAS, "21-0417-047", ACTOR)  # twice is once
    assert states(panel_id) == {"21-0417-047": LinkState.CONFIRMED}
    world.links.break_(world.view(), GAS, "21-0417-047", ACTOR)
    assert states(panel_id) == {}


def test_a_link_against_a_key_is_kept_as_a_refusal_when_it_is_broken(world: World) -> None:
    panel_id = world.publish()
    world.links.break_(world.view(), STEEL, "21-0417-014", ACTOR)
    assert states(panel_id) == {"21-0417-014": LinkState.REJECTED}
    world.links.reconsider(world.view(), STEEL, "21-0417-014", ACTOR)
    assert states(panel_id) == {}


def test_a_row_has_one_record_even_when_two_people_link_at_the_same_moment(world: World) -> None:
    panel_id = world.publish()
    seen_before = world.view()
    world.links.confirm(world.view(), GAS, "21-0417-047", ACTOR)
    with pytest.raises(AlreadyLinked, match="a moment ago"):
        world.links.confirm(seen_before, STEEL, "21-0417-047", ACTOR)
    assert states(panel_id) == {"21-0417-047": LinkState.CONFIRMED}


def test_a_row_linked_in_another_project_is_not_given_away_here(world: World) -> None:
    world.publish()
    world.links.confirm(world.view(), GAS, "21-0417-047", ACTOR)
    world.jobs.assign(OTHER, "21-0417", ACTOR)
    world.principals.project = Project(
        OTHER, "Other", None, accounting_number=None, code=None, origin_id=None, active=True
    )
    world.procore.commitments = [commitment(47)]
    view = world.views.assemble(world.views.published()[0], VIEWER, OTHER)
    assert view.reconciliation is not None
    assert view.has_rows_elsewhere
    assert "21-0417-047" not in {row.id for row in view.rows.rows or ()}  # nor proposed as a candidate
    with pytest.raises(RecordVanished):
        world.links.confirm(view, RecordKey("subcontract", commitment(47).id), "21-0417-047", ACTOR)


@pytest.mark.parametrize(
    ("key", "row_id"),
    [
        (GAS, "gone"),
        (RecordKey("subcontract", commitment(99).id), "21-0417-047"),
        (RecordKey("purchase_order", GAS.record_id), "21-0417-047"),
    ],
)
def test_what_is_not_in_the_view_cannot_be_linked(world: World, key: RecordKey, row_id: str) -> None:
    world.publish()
    for act in (world.links.confirm, world.links.reject, world.links.break_, world.links.reconsider):
        with pytest.raises(RecordVanished):
            act(world.view(), key, row_id, ACTOR)


def test_links_go_with_their_panel(world: World) -> None:
    panel_id = world.publish()
    world.links.confirm(world.view(), GAS, "21-0417-047", ACTOR)
    world.editor.delete(panel_id, ACTOR)
    assert states(panel_id) == {}
    assert db.session.scalar(db.select(db.func.count()).select_from(Panel)) == 0


def test_a_stored_decision_names_who_and_when(world: World) -> None:
    world.publish()
    world.links.confirm(world.view(), GAS, "21-0417-047", ACTOR)
    decision = world.view().decisions[str(GAS), "21-0417-047"]
    assert (decision.confirmed_by, decision.confirmed_at) == ("Dana Whitfield", READ_AT)


def test_a_panel_is_written_at_the_version_at_which_it_was_read(world: World) -> None:
    """Whatever writes it, also what does not hold it first."""
    panel_id = world.editor.create(world.form(), ACTOR)
    db.session.commit()
    with world.app.app_context(), company_scope(COMPANY):  # another administrator's session
        theirs = db.session.get_one(Panel, panel_id)
        db.session().expire_on_commit = False
        db.session.commit()  # the form is on their screen, and no transaction is open
        assert theirs.version == 1
        with world.app.app_context(), company_scope(COMPANY):
            world.editor.update(panel_id, world.form(audience="admins"), ACTOR, version=1)
        theirs.version, theirs.name = 2, "Theirs"
        with pytest.raises(StaleDataError):
            db.session.flush()
        db.session.rollback()
    db.session.expire_all()
    assert db.session.get_one(Panel, panel_id).name != "Theirs"
