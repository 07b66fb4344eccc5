"""Panels from before rows without a record began at Admin: what is asked, what a decision changes, and once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from embedded_app import audit, storage
from embedded_app.audit import Actor
from embedded_app.errors import EmbeddedAppError, InvalidField, UnknownOption
from embedded_app.panels import Audience
from embedded_app.panels.models import Panel
from embedded_app.storage import company_scope, db, new_id
from embedded_app.storage._database import POOL
from tests.factories.settings import config
from tests.fakes.panel_sides import COMPANY, SOURCE
from tests.fakes.panel_world import ACTOR, World

FROM_BEFORE = """
INSERT INTO companies (id, name, state, state_since, consent_version, consent_by, consent_at, audit_sequence,
 audit_head)
VALUES (:company, 'Hollis', 'connected', :now, '1', 'Dana', :now, 0, '');
INSERT INTO sources
(id, name, kind, settings, version, keep_seconds, columns, created_at, updated_at, company_id)
VALUES (:source, 'ERP', 'sql', '{}', 1, 0, '[]', :now, :now, :company);
INSERT INTO panels
(id, name, family, source_id, position, definition, version, changed_at, changed_by, company_id)
VALUES (:id, 'Old', 'commitments', :source, 1, '{}', 1, :now, 'Dana', :company)
"""
PRIYA = Actor("priya", "Priya Raman")


def publish_as_before(world: World, **audiences: str) -> UUID:
    """A panel as it was stored before: nobody decided, and it does not say who links."""
    panel_id = world.publish(name=f"Panel {len(world.editor.list_())}", **audiences)
    panel = db.session.get_one(Panel, panel_id)
    before = {name: value for name, value in panel.definition.items() if name != "link_audience"}
    panel.definition, panel.published_definition, panel.unmatched_is_decided = before, before, False
    db.session.commit()
    return panel_id


def published(panel_id: UUID) -> dict[str, Any]:
    panel = db.session.get_one(Panel, panel_id, populate_existing=True)
    assert panel.published_definition is not None
    return {
        name: panel.published_definition.get(name)
        for name in ("audience", "unmatched_audience", "link_audience")
    }


def decisions() -> list[tuple[str, str, dict[str, str]]]:
    return [
        (event.event, event.actor_name, event.detail)
        for event in reversed(audit.list_events(prefixes=["panel.unmatched"]))
    ]


@pytest.mark.parametrize(
    ("audience", "unmatched", "reach"),
    [
        ("readers", "readers", Audience.READERS),
        ("standard", "readers", Audience.STANDARD),
        ("admins", "readers", None),
        ("administrators", "readers", None),
        ("readers", "standard", None),  # chosen, and not what it began at
        ("readers", "admins", None),
    ],
)
def test_what_reaches_people_who_may_not_see_every_record_is_asked_about(
    world: World, audience: str, unmatched: str, reach: Audience | None
) -> None:
    publish_as_before(world, audience=audience, unmatched_audience=unmatched)
    assert [each.audience for each in world.unmatched_review.list_()] == ([reach] if reach else [])


def test_a_new_panel_and_a_draft_are_not_asked_about(world: World) -> None:
    world.publish()
    world.editor.unpublish(publish_as_before(world), ACTOR)
    assert world.unmatched_review.list_() == ()


def test_until_somebody_decides_it_stays_as_it_was_published(world: World) -> None:
    panel_id = publish_as_before(world)
    assert published(panel_id) == {
        "audience": "readers",
        "unmatched_audience": "readers",
        "link_audience": None,
    }
    assert world.view().sees_unmatched


def test_narrowing_shows_at_once_and_is_asked_once(world: World) -> None:
    panel_id = publish_as_before(world)
    (reach,) = world.unmatched_review.list_()
    assert world.unmatched_review.narrow(panel_id, PRIYA, version=reach.version)
    assert published(panel_id) == {
        "audience": "readers",
        "unmatched_audience": "admins",
        "link_audience": "admins",
    }
    (listed,) = world.editor.list_()
    assert (listed.has_unpublished_changes, listed.changed_by) == (False, "Priya Raman")
    assert world.unmatched_review.list_() == ()
    for act in (world.unmatched_review.narrow, world.unmatched_review.keep):
        assert not act(panel_id, ACTOR, version=reach.version)
    changes = "rows without a record: everybody → Admin; linking: Standard and Admin → Admin"
    assert decisions() == [("panel.unmatched_narrowed", "Priya Raman", {"who_sees_it": changes})]


def test_keeping_changes_nothing_but_that_it_is_not_asked_again(world: World) -> None:
    panel_id = publish_as_before(world)
    before, (reach,) = published(panel_id), world.unmatched_review.list_()
    assert world.unmatched_review.keep(panel_id, PRIYA, version=reach.version)
    assert (published(panel_id), world.unmatched_review.list_()) == (before, ())
    assert not world.unmatched_review.narrow(panel_id, ACTOR, version=reach.version)
    assert published(panel_id) == before
    world.editor.unpublish(panel_id, ACTOR)
    world.editor.publish(panel_id, ACTOR)
    assert world.unmatched_review.list_() == ()
    assert decisions() == [("panel.unmatched_kept", "Priya Raman", {"who_sees_it": "everybody"})]


def test_whoever_changed_the_panel_meanwhile_is_named_and_nothing_is_decided(world: World) -> None:
    panel_id = publish_as_before(world)
    (reach,) = world.unmatched_review.list_()
    world.editor.update(panel_id, world.form(audience="standard"), PRIYA, version=reach.version)
    for act in (world.unmatched_review.narrow, world.unmatched_review.keep):
        with pytest.raises(InvalidField, match="Priya Raman changed"):
            act(panel_id, ACTOR, version=reach.version)
        assert not db.session().in_transaction()
    assert len(world.unmatched_review.list_()) == 1
    world.editor.unpublish(panel_id, ACTOR)
    for gone in (panel_id, new_id()):
        with pytest.raises(UnknownOption):
            world.unmatched_review.narrow(gone, ACTOR, version=reach.version)
    assert decisions() == []


def test_a_choice_in_the_editor_is_a_decision_and_another_change_is_none(world: World) -> None:
    panel_id = publish_as_before(world)
    version = world.editor.list_()[0].version
    world.editor.update(panel_id, world.form(name="Renamed", link_audience="admins"), ACTOR, version=version)
    world.editor.publish(panel_id, ACTOR)
    assert [each.name for each in world.unmatched_review.list_()] == ["Renamed"]
    form = world.form(name="Renamed", unmatched_audience="standard")
    world.editor.update(panel_id, form, ACTOR, version=version + 2)
    assert world.unmatched_review.list_() == ()


@pytest.mark.parametrize(
    ("draft", "expected"),
    [("readers", "admins"), ("standard", "admins"), ("administrators", "administrators")],
)
def test_a_change_that_is_not_published_is_narrowed_along_and_never_widened(
    world: World, draft: str, expected: str
) -> None:
    panel_id = publish_as_before(world)
    panel = db.session.get_one(Panel, panel_id)
    panel.definition = panel.definition | {"unmatched_audience": draft, "job_column": "vendor_name"}
    db.session.commit()
    world.unmatched_review.narrow(panel_id, ACTOR, version=world.unmatched_review.list_()[0].version)
    form = world.editor.get(panel_id).form
    assert (form.unmatched_audience, form.job_column) == (expected, "vendor_name")
    assert world.views.published()[0].definition.job_column == "job_no"


@pytest.mark.usefixtures("_many_connections")
def test_of_many_who_decide_at_the_same_moment_one_does(world: World) -> None:
    panel_id = publish_as_before(world)
    (reach,) = world.unmatched_review.list_()
    acts = [world.unmatched_review.narrow, world.unmatched_review.keep] * 2
    everybody = threading.Barrier(len(acts))
    db.session.rollback()

    def decide(act: Any) -> object:
        with world.app.app_context(), company_scope(COMPANY):
            everybody.wait()
            try:
                return act(panel_id, ACTOR, version=reach.version)
            except EmbeddedAppError as error:
                return type(error)

    with ThreadPoolExecutor(len(acts)) as pool:
        outcomes = list(pool.map(decide, acts))
    assert sorted(map(str, outcomes)) == ["False", "False", "False", "True"]
    assert len(decisions()) == 1


def test_the_panels_of_a_database_from_before_are_undecided_and_new_ones_are_not(
    empty_database_url: str,
) -> None:
    app = Flask(__name__)
    storage.init_app(app, config(DATABASE_URL=empty_database_url))
    with app.app_context():
        storage.upgrade("0008")
        values = {
            "company": COMPANY,
            "source": SOURCE.hex,
            "id": new_id().hex,
            "now": "2026-11-20 13:00:00+00:00",
        }
        with db.engine.begin() as connection:
            for statement in FROM_BEFORE.split(";"):
                connection.execute(text(statement), values)
        storage.upgrade()
        with company_scope(COMPANY):
            assert db.session.scalars(db.select(Panel.unmatched_is_decided)).all() == [False]
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def _many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POOL, "pool_size", 5)
