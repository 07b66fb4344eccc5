"""Whether a query that a customer wrote is one SELECT and nothing else.

This is the first of two locks; the second is the read-only transaction. It does not parse SQL: it walks over
literals and quoted names, and refuses everything on whose meaning databases disagree.
"""

from __future__ import annotations

import re

from embedded_app.errors import InvalidField

_FIRST_WORDS = frozenset({"select", "with"})
_WRITING_WORDS = {"insert", "update", "delete", "merge", "into", "drop", "alter", "create", "truncate"}
_COMMANDS = {"grant", "revoke", "exec", "execute", "call", "attach", "pragma", "lock"}
_WAYS_OUT = {  # functions that write despite the transaction, change the session, or reach elsewhere
    "set_config", "openrowset", "opendatasource", "openquery", "dblink", "dblink_exec",
    "lo_creat", "lo_create", "lo_from_bytea", "lo_put", "lo_unlink", "lo_import", "lo_export", "lowrite",
    "pg_read_file", "load_file", "load_extension",
}  # fmt: skip
_REFUSED_WORDS = _WRITING_WORDS | _COMMANDS | _WAYS_OUT
_WORD = re.compile(r"[^\W\d]\w*")
_DOLLAR_QUOTE = re.compile(r"\$\w*\$")
_QUOTES = {"'": "a text", '"': "a name", "`": "a name"}
_BACKTICK_DIALECTS = frozenset({"mysql", "sqlite"})


def check(query: str, dialect: str) -> str:
    """The query without a semicolon at its end.

    Raises:
        InvalidField: for the field ``query``, saying what to change.
    """
    query = query.strip().removesuffix(";").rstrip()
    first = _WORD.match(query)
    if first is None or first[0].lower() not in _FIRST_WORDS:
        raise _refused("Enter one SELECT.")
    for word in _words(query, dialect):
        if word in _REFUSED_WORDS:
            raise _refused(
                f"A query may only read, so {word.upper()} is not allowed. Quote it if it is a column."
            )
    return query


def _words(query: str, dialect: str) -> list[str]:
    """Every unquoted word, in small letters."""
    words: list[str] = []
    place = 0
    while place < len(query):
        sign = query[place]
        if sign in _QUOTES:
            if sign == "`" and dialect not in _BACKTICK_DIALECTS:
                raise _refused("Quote names with double quotes.")
            place = _after_quoted(query, place)
        elif sign == "[":
            place = _after_bracket(query, place)
        elif word := _WORD.match(query, place):
            words.append(word[0].lower())
            place = word.end()
        elif sign == ";":
            raise _refused("Enter one SELECT, without a semicolon in it.")
        elif query.startswith(("--", "/*"), place) or (sign == "#" and dialect == "mysql"):
            raise _refused("Leave comments out of the query.")
        elif _DOLLAR_QUOTE.match(query, place):
            raise _refused("Write texts in single quotes.")
        else:
            place += 1
    return words


def _after_quoted(query: str, start: int) -> int:
    """The place behind a literal or quoted name; a doubled quote stands for itself."""
    quote = query[start]
    place = start + 1
    while place < len(query):
        if query[place] == "\\":  # an escape to some databases and a plain sign to others
            raise _refused("Leave backslashes out of the query.")
        if query[place] == quote:
            if not query.startswith(quote, place + 1):
                return place + 1
            place += 1
        place += 1
    raise _refused(f"A quotation mark around {_QUOTES[quote]} is not closed.")


def _after_bracket(query: str, start: int) -> int:
    """The place behind a bracket: a quoted name to some databases, a subscript to others."""
    end = query.find("]", start)
    if end < 0 or any(sign in query[start:end] for sign in "'\"`;$\\"):
        raise _refused("Put only names and numbers between brackets.")
    return end + 1


def _refused(sentence: str) -> InvalidField:
    return InvalidField("query", sentence)
