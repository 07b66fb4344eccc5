"""The firms of the seed: who they are, what they build or deliver, and where (from `firms.csv`)."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Firm:
    """A vendor before it is in any company's directory.

    `code` is division, code and name of its usual cost code. `scopes` are the titles its commitments get in
    generated projects, of about `typical` dollars each. A firm that `supplies` gets
    purchase orders, the others get subcontracts.
    """

    name: str
    trade: str
    city: str | None
    state: str | None
    code: tuple[str, str, str]
    scopes: tuple[str, ...]
    typical: int
    supplies: bool


GROUPS = ("hollis", "cascadia", "harbor", "northgate", "thameside")


def code_of(name: str) -> tuple[str, str]:
    """Division and code of the work that the firm of this name does."""
    firm = next(firm for group in GROUPS for firm in firms(group) if firm.name == name)
    return firm.code[0], firm.code[1]


@cache
def firms(group: str) -> tuple[Firm, ...]:
    """The firms of one of the `GROUPS` of `firms.csv`."""
    with files(__package__).joinpath("firms.csv").open(encoding="utf-8") as lines:
        return tuple(
            Firm(
                name=row["name"],
                trade=row["trade"],
                city=row["city"] or None,
                state=row["state"] or None,
                code=(row["division"], row["code"], row["code_name"]),
                scopes=tuple(row["scopes"].split("; ")),
                typical=1000 * int(row["typical_thousands"]),
                supplies=bool(row["supplies"]),
            )
            for row in csv.DictReader(lines)
            if row["group"] == group
        )


def draw(key: str, low: int, high: int) -> int:
    """A whole number in [low, high] that depends on nothing but `key`: the same on every machine, for ever."""
    digest = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    return low + digest % (high - low + 1)
