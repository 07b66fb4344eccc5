"""How many daily logs a project has (docs/platform-reference.md, section 5.10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from embedded_app.ids import ProjectId
from embedded_app.procore.calls.decoding import shaped
from embedded_app.procore.calls.fields import Malformed
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import Family

LOG_TYPES = frozenset(
    {
        *("accident", "call", "daily_construction_report", "delay", "delivery", "dumpster", "equipment"),
        *("inspection", "manpower", "notes", "plan_revision", "productivity", "quantity", "safety_violation"),
        *("timecard_entries", "visitor", "waste", "weather", "work"),
    }
)
"""The types, without the ``_logs`` that most end in."""


_TOO_MANY = 10**9


class DailyLogCounts(msgspec.Struct, frozen=True):
    """How many logs there are of each of `LOG_TYPES`; a type that Procore does not name is not in it."""

    by_type: Mapping[str, int]

    @property
    def total(self) -> int:
        """Of all types together."""
        return sum(self.by_type.values())


def counts_in(value: object) -> DailyLogCounts:
    """`GET /rest/v1.1/projects/{p}/daily_logs/counts`.

    The shape of the answer is not documented. Read are an object from types to numbers, a list of such objects,
    for example one for each day, and a list of objects with a type and its ``count``.
    """
    counts: dict[str, int] = {}
    for item in value if isinstance(value, list) else [value]:
        for name, count in _pairs(item):
            counts[name] = counts.get(name, 0) + count
    if value and not counts:
        raise Malformed("counts")
    return DailyLogCounts(counts)


def _pairs(item: object) -> Iterator[tuple[str, int]]:
    if not isinstance(item, dict):
        raise Malformed("counts")
    named = _log_type(item.get("type")) or _log_type(item.get("name"))
    counts = [(named, item.get("count"))] if named else [(_log_type(key), item[key]) for key in item]
    for known, count in counts:
        if known is None:
            continue
        if type(count) is not int or not 0 <= count < _TOO_MANY:
            raise Malformed(known)
        yield known, count


def _log_type(name: object) -> str | None:
    known = name.removesuffix("_logs").removesuffix("_log") if isinstance(name, str) else ""
    return known if known in LOG_TYPES else None


class DailyLogs(Family):
    """The daily logs of a company."""

    def counts(self, project_id: ProjectId, first: date, last: date) -> Read[DailyLogCounts]:
        """How many there are from one day to another, both included, in the project's own days."""
        call = self._access.project_call(project_id, CompanyRoute.DAILY_LOG_COUNTS)
        return self._access.read(call.asking(start_date=first, end_date=last), shaped(object, counts_in))
