"""What changes nothing of a source is no event: saved as it is, or by many at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask import Flask

from embedded_app.errors import EmbeddedAppError, InputError, SourceUnavailable, UnknownOption
from embedded_app.sources.service import SourceService
from embedded_app.storage import company_scope, db
from embedded_app.storage._database import POOL
from tests.fakes.fake_clock import FakeClock
from tests.fakes.scripted_connector import ScriptedConnector
from tests.integration.sources.conftest import DANA, ONE, events

FORM = {"name": "Sage ERP", "host": "erp.example.com", "key_column": "sc_no"}
MANY = 4


@pytest.fixture(autouse=True)
def _many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POOL, "pool_size", MANY + 1)


@pytest.fixture
def source_id(_many_connections: None, _scope: None, service: SourceService) -> UUID:
    draft = service.draft(FORM | {"kind": "scripted", "password": "canary-secret"})
    return service.create(draft, actor=DANA).id


def at_once(app: Flask, act: Callable[[int], object]) -> list[object]:
    """What `act` gave each of them; of a refusal, its class."""
    everybody = threading.Barrier(MANY)
    db.session.rollback()

    def one(number: int) -> object:
        with app.app_context(), company_scope(ONE):
            everybody.wait()
            try:
                return act(number)
            except EmbeddedAppError as error:
                return type(error)

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def test_a_source_saved_as_it_is_stays_as_it_is(service: SourceService, source_id: UUID) -> None:
    version = service.get_(source_id).version
    for password in ({}, {"password": "canary-secret"}):
        service.update(source_id, service.draft(FORM | password, source_id=source_id), actor=DANA)
    assert service.get_(source_id).version == version
    assert events() == ["source.created Sage ERP"]


def test_of_many_who_change_or_delete_a_source_at_the_same_moment_one_does(
    app: Flask, service: SourceService, source_id: UUID
) -> None:
    draft = service.draft(FORM | {"name": "Sage"}, source_id=source_id)
    outcomes = at_once(app, lambda _: bool(service.update(source_id, draft, actor=DANA)))
    assert set(map(str, outcomes)) <= {"True", str(InputError)}
    outcomes = at_once(app, lambda _: service.delete(source_id, actor=DANA))
    assert outcomes.count(UnknownOption) == MANY - 1
    assert events() == ["source.created Sage ERP", "source.updated Sage", "source.deleted Sage"]


def test_a_source_that_fails_or_comes_back_for_many_at_the_same_moment_does_so_once(
    app: Flask, service: SourceService, source_id: UUID, scripted: ScriptedConnector, clock: FakeClock
) -> None:
    everybody_reads = threading.Barrier(MANY)

    def wait() -> None:
        everybody_reads.wait()

    scripted.while_reading = wait
    scripted.error = SourceUnavailable("The database does not answer.")
    outcomes = at_once(app, lambda number: service.read(source_id, ("job_no", (str(number),))))
    assert outcomes == [SourceUnavailable] * MANY
    assert events() == ["source.created Sage ERP", "source.failed Sage ERP"]
    scripted.error = None
    clock.advance(60)
    at_once(app, lambda number: service.read(source_id, ("job_no", (str(number),))))
    assert events() == ["source.created Sage ERP", "source.failed Sage ERP", "source.recovered Sage ERP"]
