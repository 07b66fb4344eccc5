"""Numbers as people type them into forms, with a decimal point or a decimal comma.

A form is typed by somebody who can be asked, so what can be read in two ways is refused, and both are named. A
column of a file is read by `tabular.parsing`, which decides by all its cells.
"""

from __future__ import annotations

import re
from decimal import Decimal

from embedded_app.errors import InvalidField

_PLAIN_SIGNS = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})
_MOST_DIGITS = 40
_FORMS = tuple(
    (
        re.compile(
            rf"([0-9]+|[1-9][0-9]{{0,2}}(?:[{thousands}][0-9]{{3}})+|)(?:[{decimal}]([0-9]+))?", re.ASCII
        ),
        thousands,
    )
    for thousands, decimal in ((",", "."), (".", ","), (" '", ".,"))
)
"""Ways to write a number: 1,500.00 and 1.500,00; with a blank or an apostrophe either decimal sign is clear."""
_THOUSANDS_OR_DECIMALS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}", re.ASCII)


def typed_number(typed: str, at: str, expected: str, *, whole: bool = False) -> Decimal:
    """The number, not negative, that somebody typed into the field `at`; `whole` allows no decimals.

    Raises:
        InvalidField: it is none, and `expected` says what to write; or it can be read in two ways; both are named.
    """
    readings = [number for number in _readings(typed) if not whole or number.as_tuple().exponent == 0]
    if not readings:
        raise InvalidField(at, expected)
    if len(readings) > 1:
        each = " or as ".join(number_text(number) for number in readings)
        raise InvalidField(at, f"“{typed.strip()}” can be read as {each}. Write it in one of these ways.")
    return readings[0]


def number_text(number: Decimal) -> str:
    """The number as a form shows it, so that `typed_number` reads it again: never with three decimals alone."""
    text = f"{number:f}"
    if not _THOUSANDS_OR_DECIMALS.fullmatch(text):
        return text
    return text[:-1] if text.endswith("0") else f"{text}0"


def _readings(typed: str) -> list[Decimal]:
    """Every number that the text can mean, with thousands before decimals."""
    text = typed.translate(_PLAIN_SIGNS).strip()
    if not text or len(text) > _MOST_DIGITS:
        return []
    found: dict[Decimal, None] = {}
    for form, thousands in _FORMS:
        match = form.fullmatch(text)
        if match and any(match.groups()):
            whole = match[1].translate(dict.fromkeys(map(ord, thousands)))
            found[Decimal(f"{whole or 0}.{match[2]}" if match[2] else whole)] = None
    return sorted(found, reverse=True)
