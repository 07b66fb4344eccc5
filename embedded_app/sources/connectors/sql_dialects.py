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
from embedded_app.secret import Secret

CONNECT_SECONDS = 3
READ_SECONDS = 10

_POSTGRESQL_ENCRYPTION = {
    "require": {"sslmode": "require"},
    "verify": {"sslmode": "verify-full", "sslrootcert": "system"},
    "off": {"sslmode": "disable"},
}


@dataclass(frozen=True, slots=True)
class Server:
    """Where a database server is and how to sign in; `address` is what the host name was resolved to."""

    address: str
    encryption: str
    password: Secret


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of database server.

    Attributes:
        driver: SQLAlchemy's name of dialect and driver.
        module: the package that must be installed for it.
        by_name: whether the driver takes the address apart from the name; the name is then what a
            certificate is checked against. Others are given the address as host.
        prelude: statements before each query, within its transaction.
        may_write: a query that answers whether the account may also write; "" where there is none.
    """

    label: str
    driver: str
    module: str
    port: int
    arguments: Callable[[Server], Mapping[str, Any]]
    by_name: bool = False
    prelude: tuple[str, ...] = ()
    may_write: str = ""

    def require_driver(self) -> None:
        """Raise InvalidField when the driver is not installed."""
        if find_spec(self.module) is None:
            raise InvalidField(
                "dialect",
                f"{self.label} cannot be read here: its driver is not installed. "
                f"Whoever runs the app can install the Python package {self.module}.",
            )


def _postgresql(server: Server) -> Mapping[str, Any]:
    return {
        "hostaddr": server.address,
        "password": server.password.reveal(),  # also when empty: the environment's would be sent otherwise
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": READ_SECONDS * 1000,
        "application_name": "tieback",
        # Nothing of the operator's own may sign in at a customer's host: no password file, no client
        # certificate, no Kerberos ticket, no options from the environment.
        "passfile": f"{os.devnull}/none",
        "sslcertmode": "disable",
        "gssencmode": "disable",
        "options": "",
        "prepare_threshold": None,  # connection poolers do not keep prepared statements
        **_POSTGRESQL_ENCRYPTION[server.encryption],
    }


def _mysql(server: Server) -> Mapping[str, Any]:
    encrypted = {"ssl": {"check_hostname": False}} if server.encryption == "require" else {}
    timeouts = {
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": READ_SECONDS,
        "write_timeout": READ_SECONDS,
    }
    return {**timeouts, "local_infile": False, **encrypted}


def _mssql(server: Server) -> Mapping[str, Any]:
    return {
        "login_timeout": CONNECT_SECONDS,
        "timeout": READ_SECONDS,
        "read_only": True,
        "encryption": server.encryption,
    }


SERVERS: dict[str, Dialect] = {
    "postgresql": Dialect(
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
    "mssql": Dialect(
        label="SQL Server",
        driver="mssql+pymssql",
        module="pymssql",
        port=1433,
        arguments=_mssql,
        may_write="SELECT HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'INSERT')",
    ),
    "mysql": Dialect(
        label="MySQL",
        driver="mysql+pymysql",
        module="pymysql",
        port=3306,
        arguments=_mysql,
        prelude=("SET SESSION TRANSACTION READ ONLY", "START TRANSACTION READ ONLY"),
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
    """A connection that can read and nothing else, and that gives up after `READ_SECONDS`."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro", uri=True, timeout=CONNECT_SECONDS, check_same_thread=False
    )
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
