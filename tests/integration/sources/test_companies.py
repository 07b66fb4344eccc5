"""Two companies with sources of their own: no id, name, file or reading of one leads to the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from embedded_app.errors import InvalidField, SourceRefused, SourceUnavailable, UnknownOption
from embedded_app.sources.service import SourceService
from embedded_app.storage import company_scope
from tests.fakes.scripted_connector import ScriptedConnector
from tests.integration.sources.conftest import DANA, ONE, TWO, events

FORM = {"kind": "scripted", "name": "Sage ERP", "host": "erp.example.com", "key_column": "sc_no"}


@pytest.fixture
def source_id(service: SourceService) -> UUID:
    """A source of company ONE."""
    with company_scope(ONE):
        return service.create(service.draft(FORM), actor=DANA).id


def test_nothing_of_another_company_is_found_by_its_id(service: SourceService, source_id: UUID) -> None:
    with company_scope(TWO):
        draft = service.draft(FORM)
        attempts: list[Callable[[], object]] = [
            lambda: service.get_(source_id),
            lambda: service.secret_names(source_id),
            lambda: service.draft(FORM, source_id=source_id),
            lambda: service.update(source_id, draft, actor=DANA),
            lambda: service.delete(source_id, actor=DANA),
            lambda: service.test(source_id, actor=DANA),
            lambda: service.preview(source_id),
            lambda: service.read(source_id),
        ]
        for attempt in attempts:
            with pytest.raises(UnknownOption, match="does not exist"):
                attempt()
        assert not service.list_()
        assert events() == []
    with company_scope(ONE):
        assert [source.id for source in service.list_()] == [source_id]


def test_a_reading_of_one_company_serves_no_other(
    service: SourceService, source_id: UUID, scripted: ScriptedConnector
) -> None:
    with company_scope(ONE):
        service.read(source_id)
    scripted.cells = [("SC-1", "j", "1.00")]
    with company_scope(TWO):
        other = service.create(service.draft(FORM), actor=DANA).id  # also: the same name is free here
        assert [row.id for row in service.read(other).rows] == ["SC-1"]
    with company_scope(ONE):
        assert len(service.read(source_id).rows) == 3


def test_a_file_of_another_company_is_not_there(service: SourceService) -> None:
    with company_scope(ONE):
        file_id = service.upload("a.csv", b"canary\n1\n", actor=DANA)
    form = {"kind": "spreadsheet", "name": "Sheet", "file": str(file_id)}
    with company_scope(TWO):
        draft = service.draft(form)
        attempts: list[Callable[[], object]] = [
            lambda: service.preview(draft),
            lambda: service.create(draft, actor=DANA),
        ]
        for attempt in attempts:
            with pytest.raises(InvalidField, match="no longer there"):
                attempt()
        report = service.test(draft, actor=DANA)
        assert not report.ok
        assert "canary" not in repr(report)


def test_a_company_reads_files_of_its_own_folder_alone(service: SourceService, folder: Path) -> None:
    form = {"kind": "sql", "name": "ERP", "dialect": "sqlite", "database": "erp.db", "table": "jobs"}
    own = folder / str(ONE) / "erp.db"
    own.parent.mkdir()
    with closing(sqlite3.connect(own)) as connection:
        connection.executescript("CREATE TABLE jobs (job TEXT); INSERT INTO jobs VALUES ('21-0417')")
    with company_scope(ONE):
        assert len(service.preview(service.draft(form)).rows) == 1
    with company_scope(TWO):
        with pytest.raises(SourceUnavailable, match="no file"):
            service.preview(service.draft(form))
        with pytest.raises(SourceRefused, match="outside"):
            service.preview(service.draft(form | {"database": f"../{ONE}/erp.db"}))
