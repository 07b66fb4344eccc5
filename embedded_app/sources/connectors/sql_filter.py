"""The condition that keeps a reading to the rows of some jobs, for every kind of database."""

from __future__ import annotations

import re
from decimal import Decimal

from sqlalchemy import (
    ColumnElement,
    Double,
    Unicode,
    cast,
    column,
    false,
    func,
    literal,
    or_,
    quoted_name,
    try_cast,
)

from embedded_app.sources.rows import Where

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_BLANKS = "\t\n\r\u00a0"
"""Besides the space, which is all that a database trims."""


def holds(where: Where, dialect: str) -> ColumnElement[bool]:
    """Whether the column holds one of the texts, but for blanks around it.

    It leaves out no row that does. It may let through others, where the database takes "a" for "A" or 21 for 21.0;
    the service compares again. The column is compared as text, because a database that makes a number of
    ``21-0417`` makes 21 of it, or fails. The price is that no index of the column is used.
    """
    name, values = where
    if not values:
        return false()
    found = column_named(name)
    written = cast(found, Unicode())
    spaced: ColumnElement[str] = written
    for sign in _BLANKS:
        spaced = func.replace(spaced, sign, " ")
    conditions: list[ColumnElement[bool]] = [
        func.ltrim(func.rtrim(spaced)).in_([_trimmed(value) for value in values])
    ]
    for value in values:
        if _NUMBER.fullmatch(value):
            conditions.append(
                written.like(f"{value}%" if "." in value else f"{value}.%")
            )  # 417 may be 417.00
            conditions += _equal_numbers(found, value, dialect)
    return or_(*conditions)


def column_named(name: str) -> ColumnElement[object]:
    """A column, its name quoted."""
    return column(quoted_name(name, quote=True))


def _trimmed(value: str) -> str:
    return value.translate(dict.fromkeys(map(ord, _BLANKS), " ")).strip(" ")


def _equal_numbers(found: ColumnElement[object], value: str, dialect: str) -> list[ColumnElement[bool]]:
    """For databases whose text of a number is another one than its plain digits."""
    if dialect == "mysql":  # fills a number up with zeros where the column says so
        return [found.op("+")(0) == literal(Decimal(value))]
    if dialect == "mssql":  # writes six digits of a float
        return [try_cast(found, Double()) == cast(literal(value, Unicode()), Double())]
    return []
