"""The ids that Procore gives, as types that cannot be confused, and the way from a claim to an id.

An id that comes by URL, form or message is a claim. It is parsed here, and believed nowhere before Procore
answered for it with the viewer's own token.
"""

from __future__ import annotations

import re
from typing import NewType

from embedded_app.errors import InvalidField

CompanyId = NewType("CompanyId", int)
ProjectId = NewType("ProjectId", int)
RecordId = NewType("RecordId", int)
"""A record of any family, for example a work order contract. Unique within its family only."""
UserId = NewType("UserId", int)
"""A Procore login; globally unique across companies (platform reference, section 2.5)."""

_LARGEST = 2**63 - 1  # ids of newer regions exceed 32 bits (platform reference, section 1.2)
_DECIMAL = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


def parse_id(claim: object, field: str = "id") -> int:
    """The positive 64-bit number that `claim` writes in plain decimals.

    Accepts `int` and `str`. Refuses signs, spaces, leading zeros, other digits than 0–9 and anything beyond
    2⁶³−1.

    Raises:
        InvalidField: named `field`, when it is no such number.
    """
    if isinstance(claim, int) and not isinstance(claim, bool):
        claim = str(claim)
    if isinstance(claim, str) and _DECIMAL.fullmatch(claim) and int(claim) <= _LARGEST:
        return int(claim)
    raise InvalidField(field, "This is not a Procore id. Open the page from Procore again.")


def whole_number(text: str, *, most_digits: int = 9) -> int | None:
    """The number that `text` writes in plain decimals; `None` when it writes none, or one with more digits.

    Python refuses to read a number of thousands of digits, and takes its time for one of a little less.
    """
    return int(text) if len(text) <= most_digits and text.isascii() and text.isdigit() else None


def parse_company_id(claim: object) -> CompanyId:
    """`parse_id` for a company."""
    return CompanyId(parse_id(claim, "company_id"))


def parse_project_id(claim: object) -> ProjectId:
    """`parse_id` for a project."""
    return ProjectId(parse_id(claim, "project_id"))


def parse_record_id(claim: object) -> RecordId:
    """`parse_id` for a record."""
    return RecordId(parse_id(claim, "record_id"))
