"""The tests' own PostgreSQL database: whatever one test leaves behind, the next finds what it expects."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.fakes.postgresql import LentDatabase

pytestmark = pytest.mark.postgresql


@pytest.fixture
def lent(postgresql_server: str, migrated_postgresql: str) -> Iterator[LentDatabase]:
    lent = LentDatabase(postgresql_server, migrated_postgresql)
    yield lent
    lent.drop()


def rows(connection: psycopg.Connection, table: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[call-overload,unused-ignore]
    assert found is not None
    count: int = found[0]
    return count


def test_rows_are_gone_and_the_schema_is_known_to_be_current(lent: LentDatabase) -> None:
    with lent.lend() as url, psycopg.connect(url) as connection:
        connection.execute("INSERT INTO shared_values (name, value) VALUES ('a', '{}')")
    with lent.lend() as again, psycopg.connect(again) as connection:
        assert again == url
        assert rows(connection, "shared_values") == 0
        assert rows(connection, "alembic_version") == 1


def test_a_connection_that_was_left_open_holds_nothing_up(lent: LentDatabase) -> None:
    with lent.lend() as url:
        left = psycopg.connect(url)
        left.execute("LOCK TABLE companies")
    with pytest.raises(psycopg.OperationalError):
        left.execute("SELECT 1")
    with lent.lend() as again, psycopg.connect(again) as connection:
        assert rows(connection, "companies") == 0


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more (id int)",
        "ALTER TABLE companies ADD COLUMN more int",
        "ALTER TABLE companies ALTER COLUMN name DROP NOT NULL",
        "ALTER TABLE companies RENAME TO firms",
        "DROP TABLE shared_values",
        "CREATE INDEX more ON companies (name)",
        "CREATE VIEW more AS SELECT 1 AS one",
        "CREATE SCHEMA more",
        "GRANT SELECT ON companies TO public",
    ],
)
def test_one_whose_schema_was_changed_is_not_lent_again(lent: LentDatabase, change: str) -> None:
    with lent.lend() as url, psycopg.connect(url) as connection:
        connection.execute(change)  # type: ignore[call-overload,unused-ignore]
    with lent.lend() as other, psycopg.connect(other) as connection:
        assert other != url
        assert rows(connection, "companies") == 0
