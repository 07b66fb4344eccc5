"""The tools of a company and of a project that the simulator knows by name.

Only the name `documents` is published; the others are plausible (docs/platform-reference.md, sections 6 and 9).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool; `place` is `company` or `project`."""

    id: int
    name: str
    title: str
    place: str


def _tools(place: str, first_id: int, *titles: str) -> tuple[Tool, ...]:
    return tuple(
        Tool(first_id + step, title.lower().replace(" ", "_"), title, place)
        for step, title in enumerate(titles)
    )


COMPANY_TOOLS = _tools("company", 1, "Admin", "Directory", "Documents")
PROJECT_TOOLS = _tools(
    "project",
    101,
    "Home",
    "Admin",
    "Directory",
    "Documents",
    "Commitments",
    "Prime Contracts",
    "Change Events",
    "Budget",
    "RFI",
    "Submittals",
    "Observations",
    "Daily Log",
    "Direct Costs",
    "Punch List",
)
