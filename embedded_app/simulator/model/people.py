"""Companies, people, and what a person may do in a company (docs/platform-reference.md, sections 5.1 and 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from embedded_app.simulator.model.levels import Level

SERVICE_ACCOUNT_ID = 990001
"""The directory user that stands for the app itself."""


@dataclass(slots=True)
class Company:
    """A customer of Procore. `region` is the platform's zone: `us01` or `us02`.

    `base_currency` is that of a company with several currencies; None where there is one, as in most.
    """

    id: int
    name: str
    region: str
    base_currency: str | None = None
    country_code: str = "US"


@dataclass(slots=True)
class Person:
    """A Procore login; `id` is unique across companies."""

    id: int
    name: str
    login: str
    job_title: str


@dataclass(slots=True)
class Membership:
    """What one person may do in one company.

    `company_levels` and `project_levels` map tool names (`admin`, `directory`, `commitments`, …) to levels; a
    tool that is missing is `Level.NONE`. `project_ids` limits the projects; None means every project.
    """

    user_id: int
    company_id: int
    company_levels: Mapping[str, Level]
    project_levels: Mapping[str, Level]
    project_ids: frozenset[int] | None = None
    permitted_actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Single actions that are granted on top of a level, by tool: the platform's granular permissions."""

    @property
    def is_company_admin(self) -> bool:
        """Admin on the company's Admin tool."""
        return self.company_levels.get("admin", Level.NONE) is Level.ADMIN

    def sees(self, project_id: int) -> bool:
        """Whether the project is in this person's list (of a project of this company)."""
        return self.project_ids is None or project_id in self.project_ids
