"""The SQL connector on a real MariaDB server."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import URL

from embedded_app.clock import SystemClock
from embedded_app.errors import SourceRefused, SourceUnavailable
from embedded_app.outbound.network import Network
from embedded_app.sources.connectors import sql
from embedded_app.sources.connectors.base import Filled, Surroundings, UploadedFile
from embedded_app.sources.connectors.sql import SqlConnector, SqlReader
from embedded_app.sources.service import SourceService
from tests.fakes.allowed_reader import AllowedReader
from tests.fakes.mariadb import new_database
from tests.fakes.tcp_relay import TcpRelay
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


@pytest.fixture
def opened(erp: URL) -> Iterator[Callable[..., AllowedReader[SqlReader]]]:
    loopback = Network((ipaddress.ip_network("127.0.0.0/8"),), look_up=lambda _host: ["127.0.0.1"])
    readers: list[AllowedReader[SqlReader]] = []

    def no_file() -> UploadedFile:
        raise AssertionError

    def open_reader(**changes: str) -> AllowedReader[SqlReader]:
        form = {
            "dialect": "mysql",
            "host": "erp.example.com",
            "port": str(erp.port),
            "database": str(erp.database),
            "user": str(erp.username),
            "encryption": "off",
        }
        connector = SqlConnector(Surroundings(loopback, None, SystemClock()))
        readers.append(AllowedReader(connector.open(Filled(form | changes, {}, no_file))))
        return readers[-1]

    yield open_reader
    for reader in readers:
        reader.close()


def test_a_filter_keeps_the_database_from_giving_everything(
    opened: Callable[..., AllowedReader[SqlReader]],
) -> None:
    assert len(opened(table="texts").read(("job", ("A-1000",))).lines) == 1


# Limits of ours, whatever the server does


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tenths of a second instead of seconds."""
    monkeypatch.setattr(sql, "CONNECT_SECONDS", 0.3)
    monkeypatch.setattr(sql, "READ_SECONDS", 0.3)


@pytest.fixture
def relay(erp: URL) -> Iterator[TcpRelay]:
    assert erp.port is not None
    relay = TcpRelay(("127.0.0.1", erp.port))
    yield relay
    relay.go_down()


@pytest.mark.usefixtures("hasty")
def test_a_server_that_says_nothing_is_left(
    opened: Callable[..., AllowedReader[SqlReader]], relay: TcpRelay
) -> None:
    reader = opened(table="texts", port=str(relay.port))
    relay.is_silent.set()
    with pytest.raises(SourceUnavailable, match="did not sign in"):
        reader.read()
    relay.is_silent.clear()
    assert len(reader.read().lines) == 5
    relay.is_silent.set()
    with pytest.raises(SourceUnavailable):
        reader.read()


@pytest.mark.usefixtures("hasty")
def test_a_greeting_or_an_answer_that_drips_is_ended(
    opened: Callable[..., AllowedReader[SqlReader]], relay: TcpRelay
) -> None:
    relay.drips = True
    with pytest.raises(SourceUnavailable, match="did not sign in"):
        opened(table="texts", port=str(relay.port)).read()
    relay.drips = False
    reader = opened(query="SELECT repeat('x', 5000) AS text", port=str(relay.port))
    assert len(reader.read().lines) == 1
    relay.drips = True
    with pytest.raises(SourceUnavailable):
        reader.read()


def test_a_row_of_huge_cells_is_not_taken_into_memory(
    opened: Callable[..., AllowedReader[SqlReader]],
) -> None:
    cells = ", ".join(f"repeat('x', 15000000) AS c{number}" for number in range(8))
    with pytest.raises(SourceRefused, match="too much text"):
        opened(query=f"SELECT {cells}").read()


def test_50_000_rows_are_read_and_the_rest_is_not_waited_for(
    opened: Callable[..., AllowedReader[SqlReader]],
) -> None:
    table = opened(query="SELECT seq AS n FROM seq_1_to_1000000000").read()
    assert (len(table.lines), table.truncated) == (50_000, True)
