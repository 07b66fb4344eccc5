"""What a SQL source asks for, and what it may say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import URL, make_url
from sqlalchemy.dialects import registry
from sqlalchemy.exc import ArgumentError

from embedded_app.errors import InvalidField
from embedded_app.outbound.network import is_host
from embedded_app.secret import Secret
from embedded_app.sources.connectors import base, one_select
from embedded_app.sources.connectors.base import Filled, Input, Option
from embedded_app.sources.connectors.sql_dialects import READ_SECONDS, SERVERS
from embedded_app.tabular.table import MOST_ROWS

_DIALECT = Option(
    "dialect",
    "Database",
    input=Input.CHOICE,
    choices=(*((name, server.label) for name, server in SERVERS.items()), ("sqlite", "SQLite file")),
)
_ENCRYPTION = Option(
    "encryption",
    "Encryption",
    input=Input.CHOICE,
    choices=(("require", "Encrypted"), ("verify", "Encrypted, certificate checked"), ("off", "None")),
)
OPTIONS = (
    _DIALECT,
    Option("host", "Host"),
    Option("port", "Port", input=Input.NUMBER),
    Option("database", "Database name", "For SQLite: the name of the file."),
    Option("user", "User", "Use an account that can only read."),
    Option("password", "Password", "Stored encrypted. Never shown again.", Input.SECRET),
    _ENCRYPTION,
    Option(
        "url",
        "Address as URL",
        "Instead of the fields above: postgresql://user:password@host/database. Stored encrypted.",
        Input.SECRET,
    ),
    Option("table", "Table", "Or a view, as schema.table.", destination=False),
    Option(
        "query",
        "Query",
        f"Instead of a table: one SELECT. It runs with a limit of {READ_SECONDS} s and {MOST_ROWS:,} rows.",
        Input.LINES,
        destination=False,
    ),
)


_SIMPLE_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_URL_OPTIONS = {"sslmode": {"require": "require", "verify-full": "verify", "disable": "off"}}


@dataclass(frozen=True, slots=True)
class SqlSettings:
    """What is read and from where. For SQLite `database` names a file, and there is no host."""

    dialect: str
    host: str
    port: int
    database: str
    user: str
    password: Secret
    encryption: str
    query: str


def settings_of(filled: Filled) -> SqlSettings:
    """Check a filled-in form; raises InvalidField.

    The address may come as a URL, which is as secret as the password in it.
    """
    url = filled.secrets.get("url")
    if url:
        if filled.settings.get("host") or filled.settings.get("database"):
            raise InvalidField("url", "Enter either the address as URL or the fields, not both.")
        dialect, target, encryption = _from_url(url)
    else:
        dialect = base.choice(filled, _DIALECT)
        encryption = base.choice(filled, _ENCRYPTION)
        target = URL.create(
            dialect,
            username=base.text(filled, "user"),
            password=filled.secrets.get("password", Secret("")).reveal(),
            host=base.text(filled, "host"),
            port=base.number(filled, "port", smallest=1, largest=65_535),
            database=base.text(filled, "database"),
        )
    if not target.database:
        raise InvalidField("database", "Enter the name of the database.")
    if dialect in SERVERS:
        SERVERS[dialect].require_driver()
        if not is_host(target.host or ""):
            raise InvalidField("host", "Enter the host as sql.example.com, without a path.")
        if not target.username:
            raise InvalidField("user", "Enter the user to sign in as.")
        if encryption == "verify" and not SERVERS[dialect].by_name:
            raise InvalidField("encryption", f"For {SERVERS[dialect].label} choose Encrypted.")
    return SqlSettings(
        dialect=dialect,
        host=target.host or "",
        port=target.port or (SERVERS[dialect].port if dialect in SERVERS else 0),
        database=target.database,
        user=target.username or "",
        password=Secret(str(target.password or "")),
        encryption=encryption,
        query=_query(filled, dialect),
    )


def _from_url(url: Secret) -> tuple[str, URL, str]:
    """Take from a URL what the fields could say, and refuse the rest: drivers have options that open files."""
    try:
        parsed = make_url(url.reveal())
    except ArgumentError:
        raise InvalidField("url", "Write the address as postgresql://user:password@host/database.") from None
    dialect = {"postgres": "postgresql", "mariadb": "mysql"}.get(
        parsed.get_backend_name(), parsed.get_backend_name()
    )
    if dialect not in {*SERVERS, "sqlite"}:
        raise InvalidField("url", f"{dialect} is not supported. Choose one of the databases of the list.")
    encryption = "require"
    for name, value in parsed.query.items():
        if name not in _URL_OPTIONS or not isinstance(value, str) or value not in _URL_OPTIONS[name]:
            raise InvalidField("url", f"Leave {name} out of the address, or set it to what the fields offer.")
        encryption = _URL_OPTIONS[name][value]
    return dialect, parsed, encryption


def _query(filled: Filled, dialect: str) -> str:
    table, query = base.text(filled, "table"), base.lines(filled, "query")
    if bool(table) == bool(query):
        raise InvalidField("query" if table else "table", "Enter a table or a query, one of the two.")
    if query:
        return one_select.check(query, dialect)
    return f"SELECT * FROM {_table_name(table, dialect)}"  # noqa: S608 # quoted below


def _table_name(table: str, dialect: str) -> str:
    """Parts that a database reads without quotes stay as they are, so that its rules on capitals apply."""
    preparer = registry.load(dialect)().identifier_preparer
    begin, end = preparer.initial_quote, preparer.final_quote
    parts = table.split(".")
    if not all(part.strip() for part in parts):
        raise InvalidField("table", "Write the table as schema.table.")
    return ".".join(
        part
        if _SIMPLE_NAME.fullmatch(part) and part.lower() not in preparer.reserved_words
        else f"{begin}{part.replace(end, end * 2)}{end}"
        for part in parts
    )
