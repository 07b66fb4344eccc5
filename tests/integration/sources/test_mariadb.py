"""The SQL connector on a real MariaDB server."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import URL

from embedded_app.clock import SystemClock
from embedded_app.outbound.network import Network
from embedded_app.sources.connectors.base import Filled, Surroundings, UploadedFile
from embedded_app.sources.connectors.sql import SqlConnector
from embedded_app.sources.service import SourceService
from tests.fakes.allowed_reader import AllowedReader
from tests.fakes.mariadb import new_database
from tests.integration.sources.conftest import DANA

SCHEMA = """
    CREATE TABLE commitments (
        id int PRIMARY KEY, job int NOT NULL, filled int(6) ZEROFILL, dotted decimal(10, 2), amount decimal(12, 2)
    );
    INSERT INTO commitments VALUES
        (1, 21, 21, 21, 100), (2, 21, 21, 21.5, 200), (3, 417, 417, 417, 900), (4, 0, 0, 0, 5555.55);
    CREATE TABLE texts (
        id int PRIMARY KEY, job varchar(20), fixed char(20), exact varchar(20) COLLATE utf8mb4_bin,
        amount decimal(12, 2)
    ) COLLATE utf8mb4_general_ci;
    INSERT INTO texts VALUES
        (1, 'A-100', 'A-100', 'A-100', 1), (2, 'a-100', 'a-100', 'a-100', 2), (3, 'Á-100', 'Á-100', 'Á-100', 3),
        (4, '  A-100 ', '  A-100', '\tA-100', 4), (5, 'A-1000', '21 A', '21abc', 5);
"""

Rows = Callable[..., list[str]]


@pytest.fixture(scope="module")
def erp(mariadb_url: str) -> Iterator[URL]:
    with new_database(mariadb_url, SCHEMA) as url:
        yield url


@pytest.fixture
def rows(erp: URL, service: SourceService, monkeypatch: pytest.MonkeyPatch) -> Rows:
    """Reads rows of the ERP for some jobs, as a panel does."""
    loopback = Network((ipaddress.ip_network("127.0.0.0/8"),), look_up=lambda _host: ["127.0.0.1"])
    connector = next(each for each in service.connectors() if isinstance(each, SqlConnector))
    monkeypatch.setattr(connector, "_surroundings", Surroundings(loopback, None, SystemClock()))

    def read(table: str, column: str, *jobs: str, key: str = "id") -> list[str]:
        form = {
            "kind": "sql",
            "name": f"{table} by {key}",
            "dialect": "mysql",
            "host": "erp.example.com",
            "port": str(erp.port),
            "database": str(erp.database),
            "user": str(erp.username),
            "password": erp.password or "",
            "encryption": "off",
            "table": table,
            "key_column": key,
        }
        known = {source.name: source.id for source in service.list_()}
        source_id = known.get(form["name"]) or service.create(service.draft(form), actor=DANA).id
        return [row.id for row in service.read(source_id, (column, jobs)).rows]

    return read


@pytest.mark.usefixtures("_scope")
@pytest.mark.parametrize("key", ["id", ""])
@pytest.mark.parametrize(
    ("column", "jobs", "found"),
    [
        ("commitments.job", ("21-0417",), []),
        ("commitments.job", ("ABC-1",), []),
        ("commitments.job", ("21abc", "0x15", "2.1e1", "021", "+21", "21.0"), []),
        ("commitments.job", ("21",), ["1", "2"]),
        ("commitments.job", ("0", "417"), ["3", "4"]),
        ("commitments.job", ("12345678901234567890",), []),
        ("commitments.filled", ("21",), ["1", "2"]),
        ("commitments.filled", ("21-0417",), []),
        ("commitments.dotted", ("21",), ["1"]),
        ("commitments.dotted", ("21.5", "417"), ["2", "3"]),
        ("commitments.dotted", ("4",), []),
        ("texts.job", ("A-100",), ["1", "4"]),
        ("texts.job", ("a-100",), ["2"]),
        ("texts.job", ("Á-100",), ["3"]),
        ("texts.fixed", ("A-100",), ["1", "4"]),
        ("texts.exact", ("A-100",), ["1", "4"]),
        ("texts.exact", ("21",), []),
        ("texts.job", (" A-100 ",), ["1", "4"]),
        ("texts.job", ("%", "A_100", "' OR 1=1 -- "), []),
    ],
)
def test_only_rows_whose_job_is_exactly_that_text_are_given(
    rows: Rows, key: str, column: str, jobs: tuple[str, ...], found: list[str]
) -> None:
    assert rows(*column.split("."), *jobs, key=key) == found


def test_a_filter_keeps_the_database_from_giving_everything(erp: URL) -> None:
    loopback = Network((ipaddress.ip_network("127.0.0.0/8"),), look_up=lambda _host: ["127.0.0.1"])

    def no_file() -> UploadedFile:
        raise AssertionError

    form = {
        "dialect": "mysql",
        "host": "erp.example.com",
        "port": str(erp.port),
        "database": str(erp.database),
    }
    form |= {"user": str(erp.username), "encryption": "off", "table": "texts"}
    reader = AllowedReader(
        SqlConnector(Surroundings(loopback, None, SystemClock())).open(Filled(form, {}, no_file))
    )
    assert len(reader.read(("job", ("A-1000",))).lines) == 1
    reader.close()
