"""What Procore lets the viewer do, by tool (docs/platform-reference.md, section 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum

from embedded_app.ids import ProjectId
from embedded_app.procore.calls.decoding import Fields

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


@dataclass(frozen=True, slots=True)
class Permissions:
    """The viewer's level in each tool of one company, or of one project.

    Attributes:
        project_id: the project, or ``None`` for the company's own tools.
        levels: by tool name, case-folded.
    """

    project_id: ProjectId | None
    levels: Mapping[str, AccessLevel]

    def level(self, tool: str) -> AccessLevel:
        """The level in `tool`, whatever its case; NONE for a tool that Procore does not list."""
        return self.levels.get(tool.casefold(), AccessLevel.NONE)

    def is_company_admin(self, tools: Collection[str] = COMPANY_ADMIN_TOOLS) -> bool:
        """Whether the viewer administers the company; never true of a project's tools."""
        return self.project_id is None and any(self.level(tool) is AccessLevel.ADMIN for tool in tools)


def decode_permissions(fields: Fields, project_id: ProjectId | None) -> Permissions:
    """`GET /rest/v1.0/settings/permissions`. A level that we do not know counts as none."""
    levels: dict[str, AccessLevel] = {}
    for tool in fields.items("tools"):
        name = tool.text("name").casefold()
        access = tool.inner("user_access_level")
        text = (access.optional_text("name") if access else None) or ""
        level = _BY_NAME.get(text.casefold(), AccessLevel.NONE)
        levels[name] = min(level, levels.get(name, level))  # of two tools with one name, the lesser right
    return Permissions(project_id, levels)
