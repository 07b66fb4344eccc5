"""Every table says what becomes of its rows, and so it is: with a company, with a person, in the document."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.orm import Mapped, mapped_column

from embedded_app import audit
from embedded_app.app import ROOT
from embedded_app.ids import UserId
from embedded_app.services import services
from embedded_app.storage import FORGOTTEN, Model, company_scope, db
from tests.system.test_database_without_keys import COMPANY, read, world
from tests.system.world import CASCADIA, INGRID, MARCUS, World, as_bytes, rows_of

__all__ = ["world"]  # a fixture
KEEP_IDS = {
    "audit_events.actor_id",
    "audit_events.subject_id",
    "audit_events.detail",
    "links.confirmed_by_id",
}
"""Where a deleted person's id stays, which names nobody any more."""


def declared() -> dict[str, Any]:
    return {str(m.local_table): m.class_.retention for m in Model.registry.mappers}


def test_a_table_that_declares_nothing_is_refused() -> None:
    with pytest.raises(TypeError, match="does not say what becomes of its rows"):

        class Silent(Model):
            __tablename__ = "silent"

            id: Mapped[int] = mapped_column(primary_key=True)

    assert "silent" not in Model.metadata.tables


def test_columns_of_the_declarations_are_there() -> None:
    for mapper in Model.registry.mappers:
        said = mapper.class_.retention
        named = {*said.names, said.row_of, said.named_by} - {None}
        assert named <= {column.key for column in mapper.columns}, mapper.local_table


def test_the_document_says_what_the_tables_declare() -> None:
    page = (ROOT / "docs" / "retention.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", page, re.MULTILINE))
    assert rows == {
        table: f"{said.kept} | {'goes' if said.of_company else 'stays'} | {_of_a_person(said)}"
        for table, said in declared().items()
    }


def _of_a_person(said: Any) -> str:
    if said.row_of is not None:
        return "their rows go"
    return "their name is replaced" if said.names else "nothing"


def test_a_deleted_company_leaves_no_row_that_is_declared_to_go(world: World) -> None:
    """With its id in it, in any table; another company's rows stay."""
    world.simulator.install(CASCADIA)
    world.walker(INGRID).install(CASCADIA)
    before = rows_of(world.app)
    filled = {table for table, rows in before.items() if rows}
    assert filled >= {"audit_events", "audit_people", "grants", "principals", "session_proofs", "sources"}
    with world.app.app_context():
        assert services().installations.delete(COMPANY, audit.SYSTEM, wait_for_procore=False).is_deleted
    after = rows_of(world.app)
    for table, said in declared().items():
        if said.of_company:
            column = "id" if table == "companies" else "company_id"
            assert [row for row in after[table] if row[column] == COMPANY] == [], table
    assert [row["id"] for row in after["companies"]] == [CASCADIA]


def test_a_deleted_person_leaves_neither_name_nor_row(world: World) -> None:
    [(person_id, user_id, name)] = read(
        world.app, "SELECT id, user_id, name FROM principals WHERE login = :login", login=MARCUS
    )
    assert name == "Marcus Oyelaran"
    with world.app.app_context(), company_scope(COMPANY):
        services().principals.open_sessions.delete_person(UserId(user_id), audit.SYSTEM)
        assert audit.verify() is None
        assert FORGOTTEN in {event.actor_name for event in audit.list_events()}
    ids = {str(person_id).replace("-", ""), str(person_id)}
    found = {
        f"{table}.{column}"
        for table, rows in rows_of(world.app).items()
        for row in rows
        for column, value in row.items()
        if any(each.encode() in as_bytes(value) for each in (name, MARCUS))
        or (any(each.encode() in as_bytes(value) for each in ids) and f"{table}.{column}" not in KEEP_IDS)
    }
    assert found == set()
    with world.app.app_context():
        assert set(inspect(db.engine).get_table_names()) - {"alembic_version"} == set(declared())
