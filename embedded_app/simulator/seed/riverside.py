"""Riverside Medical Center — Phase 2: the commitments, one by one, that demo and tests know by number.

The numbers stand in `riverside.csv` and `riverside_changes.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib.resources import files

from embedded_app.simulator.seed.plan import Change, Plan

_DESCRIPTIONS = {
    # What a careless import may leave behind: readers have to sanitise it.
    "SC-013": (
        "<p>Sheet membrane &amp; drainage mat, levels B1–B2.</p>"
        '<img src="x" onerror="alert(1)"><script>alert(2)</script>'
        '<p><a href="javascript:alert(3)">Specification 07 10 00</a></p>'
    ),
    "SC-004": None,
    "SC-030": None,
}


def plans() -> tuple[Plan, ...]:
    """All 38 commitments, in the order of their numbers, subcontracts first."""
    changes: dict[str, list[Change]] = {}
    for row in _rows("riverside_changes.csv"):
        approved_on = date.fromisoformat(row["approved_on"]) if row["approved_on"] else None
        changes.setdefault(row["commitment"], []).append(
            Change(row["number"], row["title"], row["status"], Decimal(row["amount"]), approved_on)
        )
    return tuple(
        Plan(
            number=row["number"],
            title=row["title"],
            vendor=row["vendor"] or None,
            status=row["status"],
            original=Decimal(row["original"]),
            invoiced=Decimal(row["invoiced"]),
            retainage=Decimal(row["retainage_percent"]) if row["retainage_percent"] else None,
            changes=tuple(changes.get(row["number"], ())),
            private=bool(row["private"]),
            description=_DESCRIPTIONS.get(row["number"], ""),
        )
        for row in _rows("riverside.csv")
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with files(__package__).joinpath(name).open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)
