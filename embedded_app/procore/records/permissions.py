"""What Procore lets the viewer do, by tool (docs/platform-reference.md, section 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import IntEnum

import msgspec

from embedded_app.ids import ProjectId
from embedded_app.procore.calls.decoding import converted
from embedded_app.procore.calls.fields import Id, RequiredText, Text, Wire, required_items

COMPANY_ADMIN_TOOLS = frozenset({"admin", "directory"})
"""Tools whose Admin level at company scope makes a company administrator: *Admin* itself, and *Directory*,
whose administrators install apps. The platform publishes no flag and no list of names."""


class AccessLevel(IntEnum):
    """The level in one tool; a higher one includes the lower. The numbers are ours, not Procore's ids."""

    NONE = 0
    READ_ONLY = 1
    STANDARD = 2
    ADMIN = 3


_BY_NAME = {level.name.replace("_", " ").casefold(): level for level in AccessLevel}


class _Level(msgspec.Struct):
    name: Text | None = None


class _Tool(msgspec.Struct):
    name: RequiredText
    user_access_level: _Level | None = None


def _levels(value: object) -> Mapping[str, AccessLevel]:
    """The levels by tool. One that we do not know counts as none."""
    levels: dict[str, AccessLevel] = {}
    for tool in (converted(item, _Tool) for item in required_items(value)):
        stated = tool.user_access_level.name if tool.user_access_level else None
        level = _BY_NAME.get((stated or "").casefold(), AccessLevel.NONE)
        name = tool.name.casefold()
        levels[name] = min(level, levels.get(name, level))  # of two tools with one name, the lesser right
    return levels


class Permissions(msgspec.Struct, frozen=True):
    """The viewer's level in each tool of one company, or of one project.

    Attributes:
        project_id: the project, or ``None`` for the company's own tools.
        levels: by tool name, case-folded.
    """

    project_id: Id[ProjectId] | None
    levels: Wire[Mapping[str, AccessLevel], _levels] = msgspec.field(name="tools")

    def level(self, tool: str) -> AccessLevel:
        """The level in `tool`, whatever its case; NONE for a tool that Procore does not list."""
        return self.levels.get(tool.casefold(), AccessLevel.NONE)

    def is_company_admin(self, tools: Collection[str] = COMPANY_ADMIN_TOOLS) -> bool:
        """Whether the viewer administers the company; never true of a project's tools."""
        return self.project_id is None and any(self.level(tool) is AccessLevel.ADMIN for tool in tools)
