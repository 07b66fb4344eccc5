"""What becomes of the rows of each table: how long they stay, and what goes with a company or a person."""

from __future__ import annotations

from dataclasses import dataclass

FORGOTTEN = "A deleted person"
"""Stands where a deleted person's name stood."""


@dataclass(frozen=True, slots=True)
class Retention:
    """What a table declares. `Model` takes no table without one.

    Attributes:
        kept: how long a row stays, for people to read.
        of_company: whether the rows are a company's and go when it is deleted.
        row_of: the column with the id of the principal whose row it is; it goes when that person is deleted.
        names: columns with a person's name, which is replaced when that person is deleted.
        named_by: the column with the id of the person in `names`; `None` where the name alone tells who it is, so
            that another person of that name in the company is forgotten there too.
    """

    kept: str
    of_company: bool = True
    row_of: str | None = None
    names: tuple[str, ...] = ()
    named_by: str | None = None
