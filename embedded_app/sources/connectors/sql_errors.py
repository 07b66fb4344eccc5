"""What a database driver raised, as errors of ours that do not show its internals."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from embedded_app.errors import (
    EmbeddedAppError,
    SourceChangedShape,
    SourceError,
    SourceRefused,
    SourceUnavailable,
)
from embedded_app.outbound.pipe import Over, Pipe
from embedded_app.sources.connectors.sql_dialects import CONNECT_SECONDS, LONGEST_SQLITE_ROW, READ_SECONDS

_SLOW = SourceUnavailable, f"The query took longer than {READ_SECONDS} s. Narrow it."
_WRITES = SourceRefused, "The query tries to change something. A query may only read."
_ACCOUNT = SourceUnavailable, "The database refused the account. Check user and password."
_NO_DATABASE = SourceUnavailable, "The server has no such database. Check its name."
_NO_ENCRYPTION = SourceUnavailable, "The connection could not be encrypted as asked. Check the encryption."
_SHAPE = SourceChangedShape, "The query does not fit the database."
_SILENT = SourceUnavailable, "The database does not answer."
_LARGE_ROW = (
    SourceRefused,
    f"A row holds more than {LONGEST_SQLITE_ROW:,} bytes. Leave the columns with long texts or files out.",
)
TOO_MUCH = "The query returns too much text. Select fewer columns or rows."

_BY_STATE = {  # SQLSTATE, or its first two characters
    "57014": _SLOW,
    "25006": _WRITES,
    "28": _ACCOUNT,
    "3D": _NO_DATABASE,
    "42": _SHAPE,
    "22": _SHAPE,
}
_BY_WORDS = (  # for what drivers say without a code, in the order of looking
    ("password authentication failed", _ACCOUNT),
    ("no password supplied", _ACCOUNT),
    ("access denied", _ACCOUNT),
    ("login failed", _ACCOUNT),
    ("no pg_hba.conf entry", _ACCOUNT),
    ('role "', _ACCOUNT),
    ('database "', _NO_DATABASE),
    ("unknown database", _NO_DATABASE),
    ("ssl", _NO_ENCRYPTION),
    ("certificate", _NO_ENCRYPTION),
    ("interrupted", _SLOW),
    ("too big", _LARGE_ROW),
    ("pattern too complex", _SHAPE),
    ("timed out", _SLOW),
    ("readonly database", _WRITES),
    ("not authorized", _WRITES),
    ("prohibited", _WRITES),
    ("no such", _SHAPE),
    ("syntax error", _SHAPE),
    ("ambiguous column", _SHAPE),
)
_LONGEST_DETAIL = 200


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLAlchemy and drivers raise into a `SourceError`, with the original as its cause."""
    try:
        yield
    except SQLAlchemyError as error:
        kind, sentence = _meaning(error)
        raise kind(sentence) from error
    except sqlite3.Error as error:
        raise SourceUnavailable("The file cannot be read as a SQLite database.") from error


@contextmanager
def within_limits(pipe: Pipe | None, *, connecting: bool = False) -> Iterator[None]:
    """Say so where an error comes from a limit that ended the connection through `pipe`."""
    try:
        yield
    except Exception as error:
        over = pipe.over if pipe is not None else None
        if over is Over.BYTES:
            raise SourceRefused(TOO_MUCH) from error
        if over is Over.TIME and connecting:
            raise SourceUnavailable(
                f"The database did not sign in within {CONNECT_SECONDS} s. Look whether it is up."
            ) from error
        if over is Over.TIME:
            raise SourceUnavailable(_SLOW[1]) from error
        raise


def detail_of(error: EmbeddedAppError) -> str:
    """What the database itself said about a query, for the administrator who wrote it; else ""."""
    cause = error.__cause__
    if not isinstance(error, SourceChangedShape) or not isinstance(cause, DBAPIError):
        return ""
    first_line = str(cause.orig).partition("\n")[0]
    return f"The database says: {first_line[:_LONGEST_DETAIL]}"


def _meaning(error: SQLAlchemyError) -> tuple[type[SourceError], str]:
    if not isinstance(error, DBAPIError):
        return _SILENT
    state = str(getattr(error.orig, "sqlstate", None) or "")
    for code in (state, state[:2]):
        if code in _BY_STATE:
            return _BY_STATE[code]
    said = str(error.orig).casefold()
    for words, meaning in _BY_WORDS:
        if words in said:
            return meaning
    return _SHAPE if type(error).__name__ == "ProgrammingError" else _SILENT
