"""What changes nothing is no event: said twice, or by two people at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from embedded_app import audit
from embedded_app.errors import EmbeddedAppError, InvalidField, RecordVanished, UnknownOption
from embedded_app.panels import PanelView, RecordKey
from embedded_app.storage import company_scope, db
from embedded_app.storage._database import POOL
from tests.fakes.panel_sides import COMPANY, PROJECT, commitment, row
from tests.fakes.panel_world import ACTOR, World

STEEL, GAS = (RecordKey("subcontract", commitment(number).id) for number in (14, 31))
BY_KEY, BY_HAND = "21-0417-014", "21-0417-047"
PEOPLE = 4


@pytest.fixture(autouse=True)
def _sides(world: World) -> None:
    world.procore.commitments = [commitment(14), commitment(31)]
    world.sources.rows = [row(14), row(BY_HAND)]


def events(prefix: str) -> list[str]:
    """Oldest first."""
    return [event.event for event in reversed(audit.list_events(prefixes=[prefix]))]


def test_a_decision_that_stands_already_changes_nothing(world: World) -> None:
    world.publish()
    acts = world.links
    for act, key, row_id in (
        (acts.confirm, GAS, BY_HAND),
        (acts.break_, GAS, BY_HAND),
        (acts.reject, GAS, BY_HAND),
        (acts.reconsider, GAS, BY_HAND),
        (acts.break_, STEEL, BY_KEY),  # a key rule would match it again, so it is kept apart
        (acts.reconsider, STEEL, BY_KEY),
    ):
        assert [act(world.view(), key, row_id, ACTOR) for _ in range(2)] == [True, False], act
    assert events("link.") == [
        f"link.{event}"
        for event in ("confirmed", "broken", "rejected", "reconsidered", "broken", "reconsidered")
    ]


def test_unlinking_takes_no_not_this_one_back_and_taking_back_unlinks_nothing(world: World) -> None:
    world.publish()
    world.links.reject(world.view(), GAS, BY_HAND, ACTOR)
    assert not world.links.break_(world.view(), GAS, BY_HAND, ACTOR)
    assert world.view().decisions[str(GAS), BY_HAND].state == "rejected"
    world.links.confirm(world.view(), GAS, BY_HAND, ACTOR)
    assert not world.links.reconsider(world.view(), GAS, BY_HAND, ACTOR)
    assert world.view().decisions[str(GAS), BY_HAND].state == "confirmed"
    assert events("link.") == ["link.rejected", "link.confirmed"]


def test_a_panel_saved_as_it_is_stays_as_it_is(world: World) -> None:
    panel_id = world.editor.create(world.form(), ACTOR)
    assert world.editor.publish(panel_id, ACTOR)
    before = world.editor.list_()
    assert not world.editor.update(panel_id, world.form(), ACTOR, version=before[0].version)
    assert not world.editor.publish(panel_id, ACTOR)
    world.editor.move(panel_id, -1, ACTOR)
    world.editor.move(panel_id, 1, ACTOR)
    assert world.editor.list_() == before
    world.editor.unpublish(panel_id, ACTOR)
    world.editor.unpublish(panel_id, ACTOR)
    assert events("panel.") == ["panel.created", "panel.published", "panel.unpublished"]


def test_a_change_that_was_taken_back_is_nothing_to_publish(world: World) -> None:
    panel_id = world.publish()
    world.editor.update(panel_id, world.form(audience="admins"), ACTOR, version=2)
    world.editor.update(panel_id, world.form(), ACTOR, version=3)
    assert not world.editor.list_()[0].has_unpublished_changes
    assert not world.editor.publish(panel_id, ACTOR)
    assert events("panel.") == ["panel.created", "panel.published", "panel.changed", "panel.changed"]


def test_a_refused_change_holds_nothing_up(world: World) -> None:
    panel_id = world.publish()
    world.editor.create(world.form(name="Taken"), ACTOR)
    for form, version in ((world.form(name="Taken"), 2), (world.form(), 1)):
        with pytest.raises(EmbeddedAppError):
            world.editor.update(panel_id, form, ACTOR, version=version)
        assert not db.session().in_transaction()


class TestAtTheSameMoment:
    """Each has seen the same page, and presses at once."""

    @pytest.fixture(autouse=True)
    def _many_connections(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(POOL, "pool_size", PEOPLE + 1)

    def at_once(self, world: World, act: Callable[[], object]) -> list[object]:
        """What `act` gave each of them; of a refusal, its class."""
        everybody = threading.Barrier(PEOPLE)
        db.session.rollback()

        def one() -> object:
            with world.app.app_context(), company_scope(COMPANY):
                everybody.wait()
                try:
                    return act()
                except EmbeddedAppError as error:
                    return type(error)

        with ThreadPoolExecutor(PEOPLE) as pool:
            return [each.result() for each in [pool.submit(one) for _ in range(PEOPLE)]]

    def test_of_many_who_decide_the_same_one_changes_it(self, world: World) -> None:
        world.publish()
        links = world.links

        def decide(act: Callable[..., bool], key: RecordKey, row_id: str) -> Callable[[], object]:
            view: PanelView = world.view()
            return lambda: act(view, key, row_id, ACTOR)

        for act, key, row_id in (
            (links.confirm, GAS, BY_HAND),
            (links.break_, GAS, BY_HAND),
            (links.reject, GAS, BY_HAND),
            (links.reconsider, GAS, BY_HAND),
            (links.break_, STEEL, BY_KEY),
        ):
            outcomes = self.at_once(world, decide(act, key, row_id))
            assert sorted(map(str, outcomes)) == ["False"] * (PEOPLE - 1) + ["True"], act
        assert events("link.") == [
            f"link.{event}" for event in ("confirmed", "broken", "rejected", "reconsidered", "broken")
        ]

    def test_of_many_who_save_the_same_panel_one_does(self, world: World) -> None:
        panel_id = world.publish()
        changed = world.form(audience="admins")
        outcomes = self.at_once(world, lambda: world.editor.update(panel_id, changed, ACTOR, version=2))
        assert sorted(map(str, outcomes)) == sorted([*[str(InvalidField)] * (PEOPLE - 1), "True"])
        outcomes = self.at_once(world, lambda: world.editor.publish(panel_id, ACTOR))
        assert sorted(map(str, outcomes)) == ["False"] * (PEOPLE - 1) + ["True"]
        self.at_once(world, lambda: world.editor.unpublish(panel_id, ACTOR))
        outcomes = self.at_once(world, lambda: world.editor.delete(panel_id, ACTOR))
        assert outcomes.count(UnknownOption) == PEOPLE - 1
        assert events("panel.") == [
            f"panel.{event}"
            for event in ("created", "published", "changed", "published", "unpublished", "deleted")
        ]

    def test_of_many_who_make_or_name_the_same_one_does(self, world: World) -> None:
        outcomes = self.at_once(world, lambda: str(world.editor.create(world.form(), ACTOR)))
        assert outcomes.count(InvalidField) == PEOPLE - 1
        self.at_once(world, lambda: world.jobs.assign(PROJECT, "22-0001", ACTOR))
        (job,) = [each.id for each in world.jobs.list_() if each.job == "22-0001"]
        outcomes = self.at_once(world, lambda: world.jobs.remove(job, ACTOR))
        assert outcomes.count(UnknownOption) == PEOPLE - 1
        assert events("panel.") == ["panel.created"]
        assert events("project_job.")[1:] == ["project_job.assigned", "project_job.removed"]

    def test_a_decision_in_a_panel_that_was_just_deleted_is_refused(self, world: World) -> None:
        panel_id, view = world.publish(), world.view()
        world.editor.delete(panel_id, ACTOR)
        for act in (world.links.confirm, world.links.reject, world.links.break_, world.links.reconsider):
            with pytest.raises(RecordVanished):
                act(view, GAS, BY_HAND, ACTOR)
