"""What differs between the databases that a SQL source may be: drivers, addresses, encryption, read-only locks."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from embedded_app.clock import Clock
from embedded_app.errors import InvalidField, SourceRefused, SourceUnavailable
from embedded_app.outbound.names import LOOPBACK
from embedded_app.secret import Secret

LONGEST_SQLITE_ROW = 1_048_576
"""Bytes, of one value too."""
_LONGEST_PATTERN = 200  # of LIKE
CONNECT_SECONDS = 3
READ_SECONDS = 10

_POSTGRESQL_ENCRYPTION = {
    "require": {"sslmode": "require"},
    "verify": {"sslmode": "verify-full", "sslrootcert": "system"},
    "off": {"sslmode": "disable"},
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to sign in to a database server, which is reached through a port of this machine."""

    encryption: str
    password: Secret


@dataclass(frozen=True, slots=True)
class Server:
    """One kind of database server.

    Attributes:
        driver: SQLAlchemy's name of dialect and driver.
        module: the package that must be installed for it.
        by_name: whether the driver takes an address apart from the name; the name is then what a
            certificate is checked against. Others are given the address as host.
        prelude: statements before each query, within its transaction.
        may_write: a query that answers whether the account may also write; "" where there is none.
        let_go: keeps a cursor from reading the rest of an answer when it is closed; `None` where it does not.
    """

    label: str
    driver: str
    module: str
    port: int
    arguments: Callable[[SignIn], Mapping[str, Any]]
    by_name: bool = False
    prelude: tuple[str, ...] = ()
    may_write: str = ""
    let_go: Callable[[Any], None] | None = None

    def require_driver(self) -> None:
        """Raise InvalidField when the driver is not installed."""
        if find_spec(self.module) is None:
            raise InvalidField(
                "dialect",
                f"{self.label} cannot be read here: its driver is not installed. "
                f"Whoever runs the app can install the Python package {self.module}.",
            )


def _postgresql(sign_in: SignIn) -> Mapping[str, Any]:
    return {
        "hostaddr": LOOPBACK,
        "password": sign_in.password.reveal(),  # also when empty: the environment's would be sent otherwise
        "application_name": "tieback",
        # Nothing of the operator's own may sign in at a customer's host: no password file, no client
        # certificate, no Kerberos ticket, no options from the environment.
        "passfile": f"{os.devnull}/none",
        "sslcertmode": "disable",
        "gssencmode": "disable",
        "options": "",
        "prepare_threshold": None,  # connection poolers do not keep prepared statements
        **_POSTGRESQL_ENCRYPTION[sign_in.encryption],
    }


def _mysql(sign_in: SignIn) -> Mapping[str, Any]:
    encrypted = {"ssl": {"check_hostname": False}} if sign_in.encryption == "require" else {}
    return {"local_infile": False, **encrypted}


def _let_go_of_mysql(cursor: Any) -> None:
    if (answer := cursor._result) is not None:  # noqa: SLF001 # the driver has no other door to it
        answer.unbuffered_active = False


def _mssql(sign_in: SignIn) -> Mapping[str, Any]:
    return {
        "login_timeout": CONNECT_SECONDS,
        "timeout": READ_SECONDS,
        "read_only": True,
        "encryption": sign_in.encryption,
    }


SERVERS: dict[str, Server] = {
    "postgresql": Server(
        label="PostgreSQL",
        driver="postgresql+psycopg",
        module="psycopg",
        port=5432,
        arguments=_postgresql,
        by_name=True,
        prelude=(
            "SET TRANSACTION READ ONLY",
            f"SET LOCAL statement_timeout = {READ_SECONDS * 1000}",
        ),
        may_write=(
            "SELECT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) OR EXISTS ("
            "SELECT 1 FROM information_schema.table_privileges WHERE privilege_type IN "
            "('INSERT', 'UPDATE', 'DELETE') AND table_schema NOT IN ('pg_catalog', 'information_schema'))"
        ),
    ),
    "mssql": Server(
        label="SQL Server",
        driver="mssql+pymssql",
        module="pymssql",
        port=1433,
        arguments=_mssql,
        may_write="SELECT HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'INSERT')",
    ),
    "mysql": Server(
        label="MySQL",
        driver="mysql+pymysql",
        module="pymysql",
        port=3306,
        arguments=_mysql,
        prelude=("SET SESSION TRANSACTION READ ONLY", "START TRANSACTION READ ONLY"),
        let_go=_let_go_of_mysql,
    ),
}

_READING = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_INSTRUCTIONS_BETWEEN_LOOKS = 10_000


def sqlite_path(folder: Path | None, name: str) -> Path:
    """The file `name` inside the one directory that the operator opened for sources.

    Raises:
        SourceRefused: when there is no such directory, or the name leads out of it, also by a link.
        SourceUnavailable: when there is no such file.
    """
    if folder is None:
        raise SourceRefused("SQLite files are not allowed here. Whoever runs the app can set SOURCE_FILES.")
    root = folder.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise SourceRefused("This file is outside of the directory that SOURCE_FILES allows.")
    if not path.is_file():
        raise SourceUnavailable(f"There is no file {name} in the directory for sources.")
    return path


def connect_sqlite(path: Path, clock: Clock) -> sqlite3.Connection:
    """A connection that can read and nothing else, and that gives up after `READ_SECONDS`.

    SQLite looks at the time between its instructions, so that none may take long by itself: functions that look
    for one text in another are as slow as both are long.
    """
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro", uri=True, timeout=CONNECT_SECONDS, check_same_thread=False
    )
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_SQLITE_ROW)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, _LONGEST_PATTERN)
    connection.execute("PRAGMA query_only = ON")
    connection.set_authorizer(_authorize)
    deadline = clock.monotonic() + READ_SECONDS
    connection.set_progress_handler(lambda: clock.monotonic() > deadline, _INSTRUCTIONS_BETWEEN_LOOKS)
    return connection


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    # SQLAlchemy asks for this setting when it connects; with a value it would change it.
    if action == sqlite3.SQLITE_PRAGMA and (first, second) == ("read_uncommitted", None):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY
