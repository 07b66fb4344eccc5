"""SQL databases: a table or one SELECT, read-only, with limits, through an address that was judged first."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Engine,
    Select,
    create_engine,
    literal_column,
    select,
    text,
)
from sqlalchemy.pool import NullPool

from embedded_app.clock import Clock
from embedded_app.errors import EmbeddedAppError, SourceRefused, SourceUnavailable
from embedded_app.sources.bounds import Allowance
from embedded_app.sources.connectors.base import Filled, Surroundings
from embedded_app.sources.connectors.sql_dialects import (
    CONNECT_SECONDS,
    READ_SECONDS,
    SERVERS,
    Server,
    connect_sqlite,
    sqlite_path,
)
from embedded_app.sources.connectors.sql_errors import detail_of, translated
from embedded_app.sources.connectors.sql_filter import holds
from embedded_app.sources.connectors.sql_settings import OPTIONS, SqlSettings, settings_of
from embedded_app.sources.rows import (
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    Check,
    Line,
    Table,
    TestReport,
    Where,
)

_FETCHED_AT_ONCE = 5_000
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
        del allowance
        engine = self._connect_to(self._locate())
        with translated(), engine.connect() as connection:
            return self._read(connection, where)

    def test(self, allowance: Allowance) -> TestReport:
        del allowance
        checks: list[Check] = []
        try:
            for check in self._checks():
                checks.append(check)  # noqa: PERF402 # what passed before a failure is kept
        except EmbeddedAppError as error:
            checks.append(Check(ok=False, text=f"{error.sentence} {detail_of(error)}".strip()))
        return TestReport(tuple(checks))

    def close(self) -> None:
        with self._lock:
            engine, self._engine, self._address = self._engine, None, ""
        if engine is not None:
            engine.dispose()

    def _checks(self) -> Iterator[Check]:
        timer = _Timer(self._clock)
        address = self._locate()
        if self._settings.dialect in SERVERS:
            self._reach(address)
        yield Check(
            ok=True,
            text="Host reached" if address else f"{self._settings.database} found",
            milliseconds=timer.lap(),
        )
        engine = self._connect_to(address)
        with translated(), engine.connect() as connection:
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
            table = self._read(connection, None)
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
        server = SERVERS[settings.dialect]
        url = URL.create(
            server.driver,
            username=settings.user,
            password=settings.password.reveal(),
            host=settings.host if server.by_name else address,
            port=settings.port,
            database=settings.database,
        )
        arguments = server.arguments(Server(address, settings.encryption, settings.password))
        return create_engine(
            url,
            connect_args=dict(arguments),
            pool_size=2,
            max_overflow=2,
            pool_timeout=READ_SECONDS,
            pool_recycle=300,
            pool_pre_ping=True,
            hide_parameters=True,
        )

    def _may_write(self, connection: Connection) -> bool:
        server = SERVERS.get(self._settings.dialect)
        if server is None or not server.may_write:
            return False
        self._begin(connection)
        answer = connection.exec_driver_sql(server.may_write).scalar()
        connection.rollback()
        return bool(answer)

    def _read(self, connection: Connection, where: Where | None) -> Table:
        deadline = self._clock.monotonic() + READ_SECONDS
        self._begin(connection)
        streaming = connection.execution_options(stream_results=True, max_row_buffer=_FETCHED_AT_ONCE)
        with self._execute(streaming, where) as result:
            columns = _column_names(result)
            lines: list[Line] = []
            characters = 0
            while fetched := result.fetchmany(_FETCHED_AT_ONCE):
                for row in fetched:
                    characters += sum(len(cell) for cell in row if isinstance(cell, str | bytes))
                    lines.append(Line(len(lines) + 1, tuple(row)))
                if characters > MOST_CHARACTERS:
                    raise SourceRefused("The query returns too much text. Select fewer columns or rows.")
                if len(lines) > MOST_ROWS:
                    break
                if self._clock.monotonic() > deadline:
                    raise SourceUnavailable(f"The query took longer than {READ_SECONDS} s. Narrow it.")
        connection.rollback()
        return Table(columns, lines[:MOST_ROWS], truncated=len(lines) > MOST_ROWS)

    def _begin(self, connection: Connection) -> None:
        server = SERVERS.get(self._settings.dialect)
        for statement in server.prelude if server else ():
            connection.exec_driver_sql(statement)

    def _execute(self, connection: Connection, where: Where | None) -> CursorResult[tuple[object, ...]]:
        query = self._settings.query
        if where is None:
            return connection.exec_driver_sql(query, execution_options={"no_parameters": True})
        statement: Select[tuple[object, ...]] = (
            select(literal_column("*"))
            .select_from(text(f"({query.replace(':', _COLON)}) AS source_rows"))
            .where(holds(where, self._settings.dialect))
        )
        return connection.execute(statement)


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
