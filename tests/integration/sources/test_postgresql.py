"""The SQL connector on a real PostgreSQL server, reached by TCP under a name of its own."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from embedded_app.clock import SystemClock
from embedded_app.errors import SourceChangedShape, SourceError, SourceRefused, SourceUnavailable
from embedded_app.outbound.network import Network
from embedded_app.secret import Secret
from embedded_app.sources.connectors import sql
from embedded_app.sources.connectors.base import Filled, Surroundings, UploadedFile
from embedded_app.sources.connectors.sql import SqlConnector, SqlReader
from embedded_app.sources.connectors.sql_dialects import SERVERS
from tests.fakes.allowed_reader import AllowedReader
from tests.fakes.raw_server import RawServer
from tests.fakes.tcp_relay import TcpRelay

pytestmark = pytest.mark.postgresql

HOST = "erp.example.com"
LOOPBACK = Network((ipaddress.ip_network("127.0.0.0/8"),), look_up=lambda _host: ["127.0.0.1"])
SCHEMA = """
    CREATE TABLE commitments (
        sc_no char(10), job_no text, job integer, amount numeric(16, 2), due date, changed timestamptz,
        executed boolean, uid uuid, extra jsonb, picture bytea, vendor text
    );
    INSERT INTO commitments VALUES
        ('SC-014', '21-0417', 417, -248250.00, '2026-11-20', '2026-11-20T13:26:00Z', true,
         '00000000-0000-0000-0000-000000000001', '{"a": 1}', '\\x00ff', 'O''Malley''s 100% : :x %s'),
        ('SC-011', '21-0388', 388, 12345678901234.56, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    CREATE VIEW "odd %%s:x" AS SELECT * FROM commitments;
    CREATE SEQUENCE counter;
    CREATE FUNCTION write_it() RETURNS integer LANGUAGE plpgsql AS
        $$ BEGIN DELETE FROM commitments; RETURN 1; END $$;
"""


@dataclass(frozen=True)
class Erp:
    """A database of a customer."""

    url: str
    relay: TcpRelay
    form: dict[str, str]

    def count(self) -> int:
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT count(*) FROM commitments").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def erp(postgresql_url: str) -> Iterator[Erp]:
    with psycopg.connect(postgresql_url) as connection:
        connection.execute(SCHEMA)
    info = conninfo_to_dict(postgresql_url)
    host, port = str(info["host"]), int(info.get("port") or 5432)
    relay = TcpRelay(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port))
    form = {
        "dialect": "postgresql",
        "host": HOST,
        "port": str(relay.port),
        "database": str(info["dbname"]),
        "user": str(info["user"]),
        "encryption": "off",
    }
    yield Erp(postgresql_url, relay, form)
    relay.go_down()


Open = Callable[..., AllowedReader[SqlReader]]


@pytest.fixture
def opened(erp: Erp) -> Iterator[Open]:
    """Opens readers of the ERP and closes them at the end."""
    readers: list[AllowedReader[SqlReader]] = []

    def open_reader(
        *, network: Network = LOOPBACK, password: str = "", **changes: str
    ) -> AllowedReader[SqlReader]:
        def no_file() -> UploadedFile:
            raise AssertionError

        connector = SqlConnector(Surroundings(network, None, SystemClock()))
        secrets = {"password": Secret(password)} if password else {}
        readers.append(AllowedReader(connector.open(Filled(erp.form | changes, secrets, no_file))))
        return readers[-1]

    yield open_reader
    for reader in readers:
        reader.close()


def test_values_come_as_the_database_holds_them(opened: Open) -> None:
    table = opened(table="commitments").read()
    assert table.columns[:3] == ("sc_no", "job_no", "job")
    first, second = table.lines
    assert first.cells == (
        "SC-014    ",
        "21-0417",
        417,
        Decimal("-248250.00"),
        date(2026, 11, 20),
        datetime(2026, 11, 20, 13, 26, tzinfo=UTC),
        True,
        UUID(int=1),
        {"a": 1},
        b"\x00\xff",
        "O'Malley's 100% : :x %s",
    )
    assert second.cells[3] == Decimal("12345678901234.56")
    assert second.cells[4:] == (None,) * 7


@pytest.mark.parametrize(
    ("column", "values", "found"),
    [
        ("job_no", ("21-0417", "none"), 1),
        ("job_no", ("21-0417", "21-0388"), 2),
        ("job", ("417",), 1),
        ("sc_no", ("SC-014",), 1),
        ("amount", ("-248250.00",), 1),
        ("due", ("2026-11-20",), 1),
        ("vendor", ("O'Malley's 100% : :x %s",), 1),
        ("job_no", ("' OR '1'='1",), 0),
        ("job_no", (), 0),
    ],
)
def test_a_filter_is_compared_as_the_column_is(
    opened: Open, column: str, values: tuple[str, ...], found: int
) -> None:
    assert len(opened(table="commitments").read((column, values)).lines) == found


def test_a_query_keeps_casts_colons_and_percent_signs_with_and_without_a_filter(opened: Open) -> None:
    source = 'SELECT job::text AS "the job:%s", \'100% :x\' AS note FROM "odd %%s:x"'
    query = f"WITH x AS ({source}) SELECT * FROM x"
    reader = opened(query=query)
    assert len(reader.read().lines) == 2
    assert [line.cells for line in reader.read(("the job:%s", ("417",))).lines] == [("417", "100% :x")]


def test_an_odd_table_name_is_quoted(opened: Open) -> None:
    reader = opened(table="public.odd %%s:x")
    assert len(reader.read().lines) == 2
    assert len(reader.read(("job_no", ("21-0417",))).lines) == 1


def test_a_job_that_cannot_be_in_the_column_leaves_the_others_their_rows(opened: Open) -> None:
    reader = opened(table="commitments")
    assert reader.read(("job", ("21-0417",))).lines == []
    assert [line.cells[2] for line in reader.read(("job", ("21-0417", "417"))).lines] == [417]
    assert reader.read(("job", ("99999999999999999999",))).lines == []


def test_blanks_around_a_job_and_decimals_behind_it_do_not_hide_its_rows(erp: Erp, opened: Open) -> None:
    with psycopg.connect(erp.url) as connection:
        connection.execute(
            """
            CREATE TABLE odd (id integer, fixed char(12), job text, number numeric(10, 2), approximate float8);
            INSERT INTO odd VALUES
                (1, '21-0417', ' 21-0417', 417, 417), (2, '21-0418', E'\\t21-0417\u00a0 ', 4.5, 4.5);
            """
        )
    reader = opened(table="odd")

    def found(column: str, job: str) -> list[object]:
        return [line.cells[0] for line in reader.read((column, (job,))).lines]

    assert found("fixed", "21-0417") == [1]
    assert found("job", "21-0417") == [1, 2]
    assert found("number", "417") == found("approximate", "417") == [1]
    assert found("number", "4.5") == found("approximate", "4.5") == [2]


@pytest.mark.parametrize(
    "query",
    ["SELECT nextval('counter') AS n", "SELECT write_it() AS n"],
)
def test_what_a_function_would_write_is_refused_by_the_transaction(
    erp: Erp, opened: Open, query: str
) -> None:
    with pytest.raises(SourceRefused, match="may only read"):
        opened(query=query).read()
    assert erp.count() == 2


def test_the_transaction_refuses_what_the_check_of_the_query_would_let_through(
    erp: Erp, opened: Open
) -> None:
    reader = opened(table="commitments")
    for statement in (
        "DELETE FROM commitments RETURNING *",
        "WITH x AS (DELETE FROM commitments RETURNING *) SELECT * FROM x",
        "SET TRANSACTION READ WRITE",
        "DROP TABLE commitments",
    ):
        object.__setattr__(reader.reader._settings, "query", statement)
        with pytest.raises(SourceError):
            reader.read()
    assert erp.count() == 2


def test_a_slow_query_is_ended_by_the_database(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    prelude = ("SET TRANSACTION READ ONLY", "SET LOCAL statement_timeout = 50")
    monkeypatch.setitem(SERVERS, "postgresql", replace(SERVERS["postgresql"], prelude=prelude))
    with pytest.raises(SourceUnavailable, match="longer than 10 s"):
        opened(query="SELECT pg_sleep(60)::text AS nap").read()


def test_the_limit_of_time_is_set_in_the_session_that_reads(opened: Open) -> None:
    settings = "current_setting('statement_timeout') AS a, current_setting('transaction_read_only') AS b"
    reader = opened(query=f"SELECT {settings}")
    assert reader.read().lines[0].cells == ("10s", "on")


def test_50_000_rows_are_read_and_more_are_marked(opened: Open) -> None:
    query = "SELECT a AS n, 'x' AS note FROM generate_series(1, {}) AS a, generate_series(1, 10000) AS b"
    whole = opened(query=query.format(5)).read()
    assert (len(whole.lines), whole.truncated) == (50_000, False)
    more = opened(
        query=query.format(100_000)
    ).read()  # a thousand million: fetched as a whole it would not end
    assert (len(more.lines), more.truncated) == (50_000, True)


def test_connections_are_kept_for_the_next_reading_and_closed_when_the_source_changes(opened: Open) -> None:
    reader = opened(query="SELECT pg_backend_pid()::text AS pid")

    def pid() -> object:
        return reader.read().lines[0].cells[0]

    first = pid()
    assert pid() == first
    reader.close()
    assert pid() != first


def test_a_name_that_moves_gets_connections_to_its_new_address(opened: Open) -> None:
    reader = opened(table="commitments")
    before = reader.reader._connect_to("127.0.0.1")
    assert reader.reader._connect_to("127.0.0.1") is before
    assert reader.reader._connect_to("127.0.0.2") is not before


def test_an_address_that_is_not_allowed_is_not_connected_to(opened: Open) -> None:
    closed = Network(look_up=lambda _host: ["127.0.0.1"])
    with pytest.raises(SourceRefused, match="SOURCE_NETWORKS"):
        opened(network=closed, table="commitments").read()
    assert not opened(network=closed, table="commitments").test().ok


def test_a_name_is_judged_at_every_reading(opened: Open) -> None:
    answers = ["127.0.0.1", "169.254.169.254"]
    network = Network(LOOPBACK.allowed, look_up=lambda _host: [answers.pop(0)])
    reader = opened(network=network, table="commitments")
    assert len(reader.read().lines) == 2
    with pytest.raises(SourceRefused):
        reader.read()


def test_a_server_that_goes_down_is_unavailable_also_for_connections_that_were_open(
    erp: Erp, opened: Open
) -> None:
    reader = opened(table="commitments")
    assert len(reader.read().lines) == 2
    erp.relay.go_down()
    with pytest.raises(SourceUnavailable, match="does not answer"):
        reader.read()
    report = reader.test()
    assert report.checks[0].text.startswith(f"{HOST} does not answer on port {erp.relay.port}.")
    assert not report.ok


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"user": "nobody_of_that_name"}, "refused the account"),
        ({"database": "no_such_database"}, "no such database"),
        ({"encryption": "require"}, "could not be encrypted"),
        ({"encryption": "verify"}, "could not be encrypted"),
    ],
)
def test_what_is_wrong_with_the_connection_is_said(
    opened: Open, changes: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SourceUnavailable, match=sentence):
        opened(table="commitments", **changes).read()


def test_what_is_wrong_with_the_query_is_said(opened: Open) -> None:
    for form in ({"table": "gone"}, {"query": "SELECT gone FROM commitments"}, {"query": "SELECT FROM FROM"}):
        with pytest.raises(SourceChangedShape):
            opened(**form).read()
    report = opened(query="SELECT gone FROM commitments").test()
    assert 'column "gone" does not exist' in report.checks[-1].text


def test_the_report_tells_each_step_and_warns_of_an_account_that_may_write(opened: Open) -> None:
    report = opened(table="commitments", password="canary-secret").test()
    assert report.ok
    assert [check.tone for check in report.checks] == ["ok", "warn", "warn", "ok"]
    texts = [check.text for check in report.checks]
    assert texts[0] == "Host reached"
    assert texts[1].endswith(". Not encrypted")
    assert texts[2] == "The account may also write. Use one that can only read."
    assert texts[3] == "Query returns 11 columns, 2 rows"
    assert "canary" not in repr(report)


def test_an_account_that_can_only_read_gets_no_warning(erp: Erp, opened: Open) -> None:
    role = f"reader_{erp.form['database']}"
    with psycopg.connect(erp.url, autocommit=True) as owner:
        owner.execute(f'CREATE ROLE "{role}" LOGIN')  # type: ignore[call-overload,unused-ignore]
        owner.execute(f'GRANT SELECT ON commitments TO "{role}"')  # type: ignore[call-overload,unused-ignore]
        try:
            report = opened(table="commitments", user=role).test()
        finally:
            owner.execute(f'DROP OWNED BY "{role}"')  # type: ignore[call-overload,unused-ignore]
            owner.execute(f'DROP ROLE "{role}"')  # type: ignore[call-overload,unused-ignore]
    assert [check.text for check in report.checks if "write" in check.text] == []
    assert report.ok


def test_nothing_of_the_operators_own_signs_in_at_a_customers_host(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that asks for a password in clear gets none, whatever the environment of this process holds."""
    monkeypatch.setenv("PGPASSWORD", "operator-secret")
    received: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def ask_for_a_password() -> None:
        client, _ = listener.accept()
        with client:
            client.recv(4096)
            client.sendall(b"R\x00\x00\x00\x08\x00\x00\x00\x03")
            received.append(client.recv(4096))

    thread = threading.Thread(target=ask_for_a_password)
    thread.start()
    with pytest.raises(SourceUnavailable, match="refused the account"):
        opened(table="commitments", port=str(listener.getsockname()[1])).read()
    thread.join()
    listener.close()
    assert received == [b""]


# Limits of ours, whatever the server does


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tenths of a second instead of seconds."""
    monkeypatch.setattr(sql, "CONNECT_SECONDS", 0.3)
    monkeypatch.setattr(sql, "READ_SECONDS", 0.3)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("answers", [[None], [b"N", None], [b"S", None]])
def test_a_server_that_takes_the_call_and_says_nothing_is_left(
    opened: Open, answers: list[bytes | None]
) -> None:
    with RawServer(answers, answers) as server:
        encryption = "off" if answers == [None] else "require"
        reader = opened(table="commitments", port=str(server.port), encryption=encryption)
        with pytest.raises(SourceUnavailable):
            reader.read()
        assert server.accepted == 1


@pytest.mark.usefixtures("hasty")
def test_a_server_that_signs_in_and_then_says_nothing_is_left(opened: Open) -> None:
    signed_in = b"R\0\0\0\x08\0\0\0\0" + b"Z\0\0\0\x05I"
    with RawServer([signed_in, None]) as server:
        with pytest.raises(SourceUnavailable, match="does not answer"):
            opened(table="commitments", port=str(server.port)).read()
        assert len(server.requests) == 2


@pytest.mark.usefixtures("hasty")
def test_a_server_that_falls_silent_is_left_also_by_a_connection_that_was_kept(
    erp: Erp, opened: Open
) -> None:
    reader = opened(table="commitments")
    assert len(reader.read().lines) == 2
    erp.relay.is_silent.set()
    for _ in range(2):
        with pytest.raises(SourceUnavailable):
            reader.read()
    erp.relay.is_silent.clear()
    assert len(reader.read().lines) == 2


@pytest.mark.usefixtures("hasty")
def test_a_backend_that_is_suspended_is_left(opened: Open) -> None:
    reader = opened(query="SELECT pg_backend_pid() AS pid, pg_sleep(0)::text AS nap")
    pid = reader.read().lines[0].cells[0]
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGSTOP)
    try:
        assert len(reader.read().lines) == 1, "the kept connection is given up for a new one"
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.usefixtures("hasty")
def test_a_query_whose_answer_drips_is_ended(erp: Erp, opened: Open) -> None:
    reader = opened(query="SELECT repeat('x', 5000) AS text")
    assert len(reader.read().lines) == 1
    erp.relay.drips = True
    with pytest.raises(SourceUnavailable):
        reader.read()


def test_a_row_of_huge_cells_is_not_taken_into_memory(opened: Open) -> None:
    reader = opened(query="SELECT " + ", ".join(f"repeat('x', 50000000) AS c{n}" for n in range(3)))
    with pytest.raises(SourceRefused, match="too much text"):
        reader.read()


def test_text_is_counted_in_characters_too(opened: Open) -> None:
    with pytest.raises(SourceRefused, match="too much text"):
        opened(query="SELECT repeat('x', 10000) AS a FROM generate_series(1, 6000)").read()


def test_cells_are_counted(opened: Open) -> None:
    columns = ", ".join(f"n AS c{number}" for number in range(200))
    with pytest.raises(SourceRefused, match="more than 2,000,000 cells"):
        opened(query=f"SELECT {columns} FROM generate_series(1, 50000) AS n").read()
