"""Assembling a panel: both sides apart, for the right viewer, with no more calls than needed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import OperationalError

from embedded_app.errors import (
    AppNotConnected,
    Forbidden,
    GrantLost,
    NotFound,
    ProcoreError,
    RateLimited,
    ServerFailed,
    SourceChangedShape,
    SourceUnavailable,
    TimedOut,
    Unauthorized,
)
from embedded_app.panels import EmptyJob, RecordKey
from embedded_app.procore import AccessLevel
from embedded_app.reconciliation import FindingKind
from embedded_app.storage import db
from tests.fakes.panel_sides import COLUMNS, PROJECT, READ_AT, VIEWER, commitment, row
from tests.fakes.panel_world import ACTOR, World


@pytest.fixture(autouse=True)
def _one_of_each(world: World) -> None:
    world.procore.commitments = [commitment(14, "6480000.00", approved="362500.00"), commitment(31)]
    world.sources.rows = [row(14, "6480000.00", approved="114250.00"), row("21-0417-P118", "86900.00")]


def test_both_sides_meet_in_findings(world: World) -> None:
    world.publish()
    view = world.view()
    assert view.reconciliation is not None
    totals = view.reconciliation.totals
    assert (totals.procore, totals.outside) == (Decimal("6842600.00"), Decimal("6681150.00"))
    assert [finding.kind for finding in view.reconciliation.findings] == [
        FindingKind.VARIANCE,
        FindingKind.ONLY_IN_PROCORE,
        FindingKind.ONLY_OUTSIDE,
    ]


def test_each_side_is_asked_once_and_the_rows_by_the_projects_jobs(world: World) -> None:
    world.publish()
    world.jobs.assign(PROJECT, "21-0417-B", ACTOR)
    world.view()
    assert world.procore.asked == [PROJECT]
    assert world.sources.asked == [("job_no", ("21-0417", "21-0417-B"))]


def test_without_a_job_no_row_is_read(world: World) -> None:
    world.publish()
    world.jobs.remove(world.jobs.list_()[0].id, ACTOR)
    view = world.view()
    assert world.sources.asked == []
    assert (view.rows.rows, view.reconciliation, view.jobs) == (None, None, ())
    assert view.records.records is not None


def test_a_source_that_is_down_leaves_the_records(world: World) -> None:
    world.publish()
    world.sources.failure = SourceUnavailable("It did not answer.")
    view = world.view()
    assert len(view.records.records or ()) == 2
    assert (view.rows.rows, view.rows.failure, view.reconciliation) == (None, world.sources.failure, None)


def test_stale_rows_are_compared_and_say_why_they_are_stale(world: World) -> None:
    world.publish()
    world.sources.stale_because = SourceUnavailable("It did not answer.")
    view = world.view()
    assert view.reconciliation is not None
    assert view.rows.is_stale
    assert view.rows.failure is world.sources.stale_because


def test_a_source_without_a_column_that_the_panel_needs_is_not_compared(world: World) -> None:
    world.publish()
    world.sources.columns = [column for column in COLUMNS if column.name != "revised_amount"]
    view = world.view()
    assert isinstance(view.rows.failure, SourceChangedShape)
    assert "revised_amount" in view.rows.failure.sentence
    assert view.reconciliation is None


def test_a_job_that_never_had_a_row_is_not_compared(world: World) -> None:
    """Every record would be missing in the source, which is a guess: the job may be misspelt."""
    world.publish()
    world.sources.rows = [row(14, job_no="21-0418")]
    view = world.view()
    assert (view.rows.rows, view.reconciliation, view.rows.failure) == (None, None, None)
    assert view.rows.is_withheld
    assert view.rows.empty_jobs == (EmptyJob("21-0417"),)
    assert not view.rows.empty_jobs[0].had_rows
    assert len(view.records.records or ()) == 2


def test_a_job_that_lost_its_rows_says_how_many_it_had_and_when(world: World) -> None:
    world.publish()
    world.view()
    world.sources.rows = []
    view = world.view()
    assert (view.rows.rows, view.reconciliation) == (None, None)
    assert view.rows.empty_jobs == (EmptyJob("21-0417", 2, READ_AT),)


def test_what_a_job_had_is_of_its_last_rows_and_of_this_panel_alone(world: World) -> None:
    world.publish()
    world.publish(name="Another")
    for rows in ([row(1), row(2), row(3)], [row(1)], []):
        world.sources.rows = rows
        view = world.view()
    assert view.rows.empty_jobs == (EmptyJob("21-0417", 1, READ_AT),)
    other = world.views.assemble(world.views.published()[1], VIEWER, PROJECT)
    assert other.rows.empty_jobs == (EmptyJob("21-0417"),)


def test_rows_of_a_source_that_is_down_are_not_what_it_has_now(world: World) -> None:
    world.publish()
    world.sources.stale_because = SourceUnavailable("It did not answer.")
    world.view()
    world.sources.stale_because, world.sources.rows = None, []
    assert world.view().rows.empty_jobs == (EmptyJob("21-0417"),)


def test_of_two_jobs_one_without_rows_keeps_nothing_back_unless_it_had_some(world: World) -> None:
    world.publish()
    world.jobs.assign(PROJECT, "21-0417-B", ACTOR)
    view = world.view()
    assert view.reconciliation is not None
    assert view.rows.empty_jobs == (EmptyJob("21-0417-B"),)
    world.sources.rows.append(row(31, job_no="21-0417-B"))
    assert world.view().rows.empty_jobs == ()
    world.sources.rows.pop()
    view = world.view()
    assert (view.rows.rows, view.reconciliation) == (None, None)
    assert view.rows.empty_jobs == (EmptyJob("21-0417-B", 1, READ_AT),)


def test_who_may_not_know_of_rows_without_a_record_does_not_learn_how_many_there_were(world: World) -> None:
    world.publish(unmatched_audience="administrators")
    world.view()
    world.sources.rows = []
    view = world.view()
    assert view.rows.empty_jobs == (EmptyJob("21-0417", None, READ_AT),)
    assert view.rows.is_withheld


def test_who_does_not_see_the_source_learns_nothing_of_its_jobs(world: World) -> None:
    world.publish(audience="administrators")
    world.sources.rows = []
    view = world.view()
    assert (view.rows.empty_jobs, view.missing_rows, view.sees_source) == ((), {}, False)


def test_a_link_whose_row_is_gone_is_still_known(world: World) -> None:
    world.publish()
    key = world.procore.commitments[1]
    record = RecordKey(key.kind.value, key.id)
    world.links.confirm(world.view(), record, "21-0417-P118", ACTOR)
    assert world.view().missing_rows == {}
    del world.sources.rows[1]
    view = world.view()
    assert view.reconciliation is not None
    assert [pair[1] for pair in view.missing_rows] == ["21-0417-P118"]
    world.sources.rows = []
    assert [pair[1] for pair in world.view().missing_rows] == ["21-0417-P118"]


SILENT: list[ProcoreError] = [
    TimedOut("Procore did not answer."),
    ServerFailed("Procore could not answer."),
    RateLimited("Procore asked us to wait.", retry_at=READ_AT + timedelta(minutes=15)),
]


@pytest.mark.parametrize("failure", SILENT, ids=lambda failure: failure.code)
def test_while_procore_is_silent_a_recent_proof_still_shows_the_rows(
    world: World, failure: ProcoreError
) -> None:
    world.publish()
    world.view()
    world.procore.failure = failure
    world.clock.advance(15 * 60 - 1)
    view = world.view()
    assert view.records.failure is failure
    assert [each.id for each in view.rows.rows or ()] == ["21-0417-014", "21-0417-P118"]
    assert view.reconciliation is None  # "not in Procore" would be a guess


@pytest.mark.parametrize("failure", SILENT, ids=lambda failure: failure.code)
def test_without_a_recent_proof_nothing_of_the_source_is_shown(world: World, failure: ProcoreError) -> None:
    world.publish()
    world.procore.failure = failure
    assert world.view().rows.rows is None
    world.procore.failure = None
    world.view()
    world.procore.failure = failure
    world.clock.advance(15 * 60)
    assert world.view().rows.rows is None


@pytest.mark.parametrize("error", [Forbidden("No."), NotFound("No.")], ids=["forbidden", "not found"])
def test_who_cannot_read_the_records_sees_nothing_of_the_source(world: World, error: ProcoreError) -> None:
    world.publish()
    world.view()  # a proof of before does not help
    world.procore.failure = error
    view = world.view()
    assert (view.records.records, view.rows.rows, view.sees_source) == (None, None, False)
    world.procore.failure = TimedOut("Procore did not answer.")
    assert not world.view().sees_source


def test_a_refusal_is_not_asked_to_be_repeated_at_once(world: World) -> None:
    world.publish()
    world.procore.failure = Forbidden("No.")
    for _ in range(3):
        assert world.view().records.failure is world.procore.failure
    assert len(world.procore.asked) == 1
    world.views.assemble(world.views.published()[0], VIEWER, PROJECT, refresh=True)
    assert len(world.procore.asked) == 2  # somebody insists
    world.clock.advance(30)
    world.procore.failure = None
    assert world.view().records.records


def test_somebody_who_was_refused_is_still_told_so_while_nothing_can_be_asked(world: World) -> None:
    world.publish()
    world.procore.failure = no = Forbidden("No.")
    world.view()
    world.clock.advance(60)
    world.procore.failure = TimedOut("Procore did not answer.")
    assert world.view().records.failure is no


@pytest.mark.parametrize(
    "error", [Unauthorized("No."), AppNotConnected("No."), GrantLost("revoked")], ids=lambda error: error.code
)
def test_what_is_not_about_the_panel_passes_through(world: World, error: Exception) -> None:
    world.publish()
    world.procore.failure = error  # type: ignore[assignment]
    with pytest.raises(type(error)):
        world.view()


@pytest.mark.parametrize(
    ("audience", "level", "administers", "sees"),
    [
        ("readers", AccessLevel.READ_ONLY, False, True),
        ("standard", AccessLevel.READ_ONLY, False, False),
        ("standard", AccessLevel.STANDARD, False, True),
        ("standard", AccessLevel.ADMIN, False, True),
        ("admins", AccessLevel.STANDARD, True, False),
        ("admins", AccessLevel.ADMIN, False, True),
        ("administrators", AccessLevel.ADMIN, False, False),
        ("administrators", AccessLevel.READ_ONLY, True, True),
    ],
)
def test_the_audience_decides_who_sees_the_source(
    world: World,
    audience: str,
    level: AccessLevel,
    administers: bool,  # noqa: FBT001 # a case
    sees: bool,  # noqa: FBT001
) -> None:
    world.publish(audience=audience)
    world.procore.level, world.procore.administers = level, administers
    view = world.view()
    assert view.sees_source is sees
    assert (view.rows.rows is not None) is sees
    assert len(view.records.records or ()) == 2


@pytest.mark.parametrize("audience", ["standard", "admins", "administrators"])
def test_an_audience_that_cannot_be_checked_is_not_guessed(world: World, audience: str) -> None:
    world.publish(audience=audience)
    world.procore.level, world.procore.administers = AccessLevel.ADMIN, True
    world.procore.levels_failure = TimedOut("Procore did not answer.")
    assert not world.view().sees_source


def test_a_refresh_asks_both_sides_again(world: World) -> None:
    world.publish()
    world.view()
    assert (world.procore.expired, world.sources.refreshed) == ([], 0)
    world.views.assemble(world.views.published()[0], VIEWER, PROJECT, refresh=True)
    assert (world.procore.expired, world.sources.refreshed) == (["grant-dana"], 1)


def test_only_published_panels_are_shown_and_as_they_were_published(world: World) -> None:
    draft = world.editor.create(world.form(name="Draft"), ACTOR)
    assert world.views.published() == ()
    world.editor.publish(draft, ACTOR)
    changed = world.form(name="Draft", audience="administrators")
    world.editor.update(draft, changed, ACTOR, version=2)
    [panel] = world.views.published()
    assert panel.definition.audience == "readers"


def test_no_look_fails_because_the_database_takes_no_count(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish()

    def is_locked() -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(db.session, "commit", is_locked)
    assert world.view().rows.rows
