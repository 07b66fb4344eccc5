"""SQL databases: a table or one SELECT, read-only, with limits, through an address that was judged first.

Servers are reached through a `Pipe`, whose clock and count end what the driver cannot.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Dialect,
    Engine,
    Select,
    TextClause,
    create_engine,
    event,
    literal_column,
    select,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from embedded_app.clock import Clock
from embedded_app.errors import EmbeddedAppError, SourceRefused, SourceUnavailable
from embedded_app.outbound.names import LOOPBACK
from embedded_app.outbound.pipe import Pipe
from embedded_app.sources.bounds import PLACES_OF_A_COMPANY, Allowance
from embedded_app.sources.connectors.base import Filled, Surroundings
from embedded_app.sources.connectors.sql_dialects import (
    CONNECT_SECONDS,
    READ_SECONDS,
    SERVERS,
    Server,
    SignIn,
    connect_sqlite,
    sqlite_path,
)
from embedded_app.sources.connectors.sql_errors import TOO_MUCH, detail_of, translated, within_limits
from embedded_app.sources.connectors.sql_filter import column_named, holds
from embedded_app.sources.connectors.sql_settings import OPTIONS, SqlSettings, settings_of
from embedded_app.sources.rows import MOST_BYTES, Check, TestReport, Where
from embedded_app.tabular.table import MOST_CELLS, MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, Line, Table

_FETCHED_AT_ONCE = 5_000
_SIGN_IN_BYTES = 1_000_000
_PIPE, _IS_KEPT = "pipe", "is_kept"
_COLON = "\\:"  # as `text` wants a colon that begins no parameter; a query has no backslashes of its own


class SqlConnector:
    """Reads what one account of a database may see."""

    kind = "sql"
    label = "SQL database"
    hint = "Read-only account, PostgreSQL, SQL Server or MySQL"
    filters = True
    live = True
    options = OPTIONS

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings

    def open(self, filled: Filled) -> SqlReader:
        return SqlReader(settings_of(filled), filled.folder, self._surroundings)


class SqlReader:
    """Holds a small pool of connections to one database; SQLite files are opened anew each time."""

    def __init__(self, settings: SqlSettings, folder: str, surroundings: Surroundings) -> None:
        self._settings = settings
        self._network = surroundings.network
        self._files = surroundings.files / folder if surroundings.files else None
        self._clock: Clock = surroundings.clock
        self._lock = threading.Lock()
        self._address = ""
        self._engine: Engine | None = None

    def read(self, allowance: Allowance, where: Where | None = None) -> Table:
        with self._connected(self._locate(), allowance) as connection:
            return self._read(connection, None if where is None else self._those(where), allowance)

    def distinct(self, allowance: Allowance, column: str) -> Table:
        wanted = select(column_named(column)).distinct().select_from(self._rows())
        with self._connected(self._locate(), allowance) as connection:
            return self._read(connection, wanted, allowance)

    def test(self, allowance: Allowance) -> TestReport:
        checks: list[Check] = []
        try:
            for check in self._checks(allowance):
                checks.append(check)  # noqa: PERF402 # what passed before a failure is kept
        except EmbeddedAppError as error:
            checks.append(Check(ok=False, text=f"{error.sentence} {detail_of(error)}".strip()))
        return TestReport(tuple(checks))

    def close(self) -> None:
        with self._lock:
            engine, self._engine, self._address = self._engine, None, ""
        if engine is not None:
            engine.dispose()

    def _checks(self, allowance: Allowance) -> Iterator[Check]:
        timer = _Timer(self._clock)
        address = self._locate()
        if self._settings.dialect in SERVERS:
            self._reach(address)
        yield Check(
            ok=True,
            text="Host reached" if address else f"{self._settings.database} found",
            milliseconds=timer.lap(),
        )
        with self._connected(address, allowance) as connection:
            if address:
                encrypted = _ENCRYPTED[self._settings.encryption]
                yield Check(
                    ok=True,
                    text=f"Signed in as {self._settings.user}. {encrypted}",
                    milliseconds=timer.lap(),
                    warning=self._settings.encryption == "off",
                )
            if self._may_write(connection):
                yield Check(
                    ok=True, text="The account may also write. Use one that can only read.", warning=True
                )
            timer.lap()
            table = self._read(connection, None, allowance)
        columns, rows = len(table.columns), len(table.lines)
        if table.truncated:
            text_ = f"{columns:,} columns, more than {rows:,} rows. Only rows of one project can be read."
        else:
            text_ = f"Query returns {columns:,} columns, {rows:,} rows"
        yield Check(ok=True, text=text_, milliseconds=timer.lap(), warning=table.truncated or not table.lines)

    def _locate(self) -> str:
        """The address to connect to, judged anew each time; "" for a file."""
        if self._settings.dialect in SERVERS:
            return self._network.resolve(self._settings.host)
        sqlite_path(self._files, self._settings.database)
        return ""

    def _reach(self, address: str) -> None:
        try:
            socket.create_connection((address, self._settings.port), timeout=CONNECT_SECONDS).close()
        except OSError as error:
            raise SourceUnavailable(
                f"{self._settings.host} does not answer on port {self._settings.port}. Check host and port, "
                "and whether its firewall lets this app in."
            ) from error

    @contextmanager
    def _connected(self, address: str, allowance: Allowance) -> Iterator[Connection]:
        """A connection whose use ends after `READ_SECONDS` and `MOST_BYTES`, whatever the server does."""
        seconds = allowance.seconds(READ_SECONDS)
        with translated(), self._connect_to(address).connect() as connection:
            pipe: Pipe | None = connection.info.get(_PIPE)
            if pipe is not None:
                pipe.limit(seconds, MOST_BYTES)
            with within_limits(pipe):
                try:
                    yield connection
                except Exception:
                    connection.invalidate()  # what is left in it may be half an answer
                    raise

    def _connect_to(self, address: str) -> Engine:
        """The engine for `address`; when the name has moved, the old connections are closed."""
        with self._lock:
            if self._engine is not None and self._address == address:
                return self._engine
            outdated, self._engine, self._address = self._engine, self._new_engine(address), address
            engine = self._engine
        if outdated is not None:
            outdated.dispose()
        return engine

    def _new_engine(self, address: str) -> Engine:
        settings = self._settings
        if settings.dialect not in SERVERS:
            path = sqlite_path(self._files, settings.database)
            return create_engine(
                "sqlite://", creator=lambda: connect_sqlite(path, self._clock), poolclass=NullPool
            )
        engine = create_engine(
            self._url(0),
            pool_size=2,
            max_overflow=PLACES_OF_A_COMPANY - 2,  # a holder of a place need not wait for a connection
            pool_timeout=CONNECT_SECONDS,
            pool_recycle=300,
            hide_parameters=True,
        )
        event.listen(engine, "do_connect", partial(self._sign_in, address))
        event.listen(engine, "checkout", partial(_look_at, engine.dialect))
        event.listen(engine, "checkin", _rest)
        event.listen(engine, "handle_error", partial(_close, SERVERS[settings.dialect]))
        return engine

    def _url(self, port: int) -> URL:
        """Where the driver finds the server: at a port of this machine, under the name for certificates."""
        settings = self._settings
        server = SERVERS[settings.dialect]
        return URL.create(
            server.driver,
            username=settings.user,
            password=settings.password.reveal(),
            host=settings.host if server.by_name else LOOPBACK,
            port=port,
            database=settings.database,
        )

    def _sign_in(
        self, address: str, dialect: Dialect, record: ConnectionPoolEntry, *_: object
    ) -> DBAPIConnection:
        settings = self._settings
        try:
            pipe = Pipe(address, settings.port, seconds=CONNECT_SECONDS, most_bytes=_SIGN_IN_BYTES)
        except OSError as error:
            raise SourceUnavailable("The database does not answer.") from error
        record.info[_PIPE] = pipe
        positional, named = dialect.create_connect_args(self._url(pipe.port))
        arguments = SERVERS[settings.dialect].arguments(SignIn(settings.encryption, settings.password))
        try:
            with within_limits(pipe, connecting=True):
                return dialect.connect(*positional, **{**named, **arguments})
        except Exception:
            pipe.close()
            raise

    def _may_write(self, connection: Connection) -> bool:
        server = SERVERS.get(self._settings.dialect)
        if server is None or not server.may_write:
            return False
        self._begin(connection)
        answer = connection.exec_driver_sql(server.may_write).scalar()
        connection.rollback()
        return bool(answer)

    def _read(self, connection: Connection, statement: Select[Any] | None, allowance: Allowance) -> Table:
        self._begin(connection)
        streaming = connection.execution_options(stream_results=True, max_row_buffer=_FETCHED_AT_ONCE)
        is_whole = False
        with self._execute(streaming, statement) as result:
            try:
                columns = _column_names(result)
                lines = self._lines(result, len(columns), allowance)
                is_whole = len(lines) <= MOST_ROWS
            finally:
                if not is_whole:
                    _let_go(SERVERS.get(self._settings.dialect), result.cursor)
        if is_whole:
            connection.rollback()
        else:
            connection.invalidate()
        return Table(columns, lines[:MOST_ROWS], truncated=not is_whole)

    def _lines(
        self, result: CursorResult[tuple[object, ...]], width: int, allowance: Allowance
    ) -> list[Line]:
        """The rows, and one more than `MOST_ROWS` where there are more."""
        deadline = self._clock.monotonic() + READ_SECONDS
        # What comes from a server is counted on its way; what a file gives, row by row.
        most = _FETCHED_AT_ONCE if self._settings.dialect in SERVERS else 1
        lines: list[Line] = []
        characters, count = 0, 1
        with allowance.working() as rest:
            while fetched := result.fetchmany(count):
                for row in fetched:
                    characters += sum(len(cell) for cell in row if isinstance(cell, str | bytes))
                    lines.append(Line(len(lines) + 1, tuple(row)))
                if characters > MOST_CHARACTERS:
                    raise SourceRefused(TOO_MUCH)
                if len(lines) * width > MOST_CELLS:
                    raise SourceRefused(
                        f"The query returns more than {MOST_CELLS:,} cells. Select fewer columns or rows."
                    )
                if len(lines) > MOST_ROWS:
                    break
                if self._clock.monotonic() > deadline:
                    raise SourceUnavailable(f"The query took longer than {READ_SECONDS} s. Narrow it.")
                count = min(count * 2, most)
                rest()
        return lines[: MOST_ROWS + 1]

    def _begin(self, connection: Connection) -> None:
        server = SERVERS.get(self._settings.dialect)
        for statement in server.prelude if server else ():
            connection.exec_driver_sql(statement)

    def _execute(
        self, connection: Connection, statement: Select[Any] | None
    ) -> CursorResult[tuple[object, ...]]:
        """Run `statement`, or the query as it is written for `None`."""
        if statement is not None:
            return connection.execute(statement)
        return connection.exec_driver_sql(self._settings.query, execution_options={"no_parameters": True})

    def _rows(self) -> TextClause:
        return text(f"({self._settings.query.replace(':', _COLON)}) AS source_rows")

    def _those(self, where: Where) -> Select[Any]:
        return (
            select(literal_column("*")).select_from(self._rows()).where(holds(where, self._settings.dialect))
        )


def _look_at(
    dialect: Dialect, connection: DBAPIConnection, record: ConnectionPoolEntry, _fairy: object
) -> None:
    """Ask whether a kept connection still lives, which is bounded as signing in is."""
    record.info[_PIPE].limit(CONNECT_SECONDS, _SIGN_IN_BYTES)
    if record.info.setdefault(_IS_KEPT, False):
        try:
            dialect.do_ping(connection)
        except Exception as error:
            raise DisconnectionError from error
    record.info[_IS_KEPT] = True


def _let_go(server: Server | None, cursor: DBAPICursor | None) -> None:
    """Keep the driver from reading the rest of an answer when its cursor is closed."""
    if server is not None and server.let_go is not None and cursor is not None:
        server.let_go(cursor)


def _close(server: Server, failure: ExceptionContext) -> None:
    """Close a cursor whose connection has ended, which SQLAlchemy leaves to the garbage collection."""
    cursor: DBAPICursor | None = getattr(failure.execution_context, "cursor", None)
    if failure.is_disconnect and cursor is not None:
        _let_go(server, cursor)
        with suppress(Exception):  # as drivers like it
            cursor.close()


def _rest(_connection: object, record: ConnectionPoolEntry) -> None:
    if (pipe := record.info.get(_PIPE)) is not None:
        pipe.rest()


class _Timer:
    """Milliseconds between steps."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since = clock.monotonic()

    def lap(self) -> int:
        """Milliseconds since the last lap."""
        now = self._clock.monotonic()
        elapsed, self._since = now - self._since, now
        return round(elapsed * 1000)


_ENCRYPTED = {
    "require": "Encrypted, certificate not checked",
    "verify": "Encrypted, certificate valid",
    "off": "Not encrypted",
}


def _column_names(result: CursorResult[tuple[object, ...]]) -> tuple[str, ...]:
    names = tuple(result.keys())
    for name in names:
        if names.count(name) > 1:
            raise SourceRefused(f"The query returns two columns named {name}. Rename one with AS.")
    if len(names) > MOST_COLUMNS:
        raise SourceRefused(f"The query returns {len(names)} columns. A source may have {MOST_COLUMNS}.")
    return names
