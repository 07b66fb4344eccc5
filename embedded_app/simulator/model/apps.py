"""The app that companies can install, and what becomes of it in them (docs/platform-reference.md, section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from embedded_app.simulator.model.levels import Level


@dataclass(frozen=True, slots=True)
class Parameter:
    """A field that administrators fill in when they configure the app; its `key` is a token in addresses."""

    key: str
    name: str
    description: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class App:
    """The one app that companies can install: what the Developer Portal knows of its newest version.

    The URLs are templates with the platform's interpolation tokens (platform reference, section 3.2); there is
    one for both levels of the Apps menu. `components` are `oauth` (the data connector), `fullscreen`, `sidepanel`.
    """

    uid: str
    client_id: str
    name: str
    installation_key: str
    semantic_version: str
    full_screen_url: str
    panel_url: str
    panel_views: tuple[str, ...]
    notes: str
    notes_page_label: str
    notes_page_url: str
    components: tuple[str, ...] = ("oauth", "fullscreen", "sidepanel")
    parameters: tuple[Parameter, ...] = ()
    service_levels: Mapping[str, Level] = field(default_factory=dict)
    """What the app's version declares for its service account, by tool; Read Only for tools that are missing."""


@dataclass(slots=True)
class AppInstallation:
    """The app in one company. `status` is `installed` or `uninstalled`; `uninstalled_…` is None before that.

    `permitted_project_ids` is where the service account may work, None for every project. It is to be chosen anew
    after each installation and update (docs/platform-reference.md, section 2.4).
    """

    id: int
    company_id: int
    status: str
    installed_at: datetime
    installed_by: int
    semantic_version: str
    permitted_project_ids: frozenset[int] | None = frozenset()
    uninstalled_at: datetime | None = None
    uninstalled_by: int | None = None


@dataclass(frozen=True, slots=True)
class InstallationRequest:
    """Somebody without the right to install asks an administrator to do it."""

    id: int
    company_id: int
    user_id: int
    notes: str
    implicit: bool
    created_at: datetime


@dataclass(slots=True)
class AppConfiguration:
    """Where an installed app appears, and what was filled in for it. Without one the app is in no menu."""

    id: int
    company_id: int
    installation_id: int
    title: str
    created_at: datetime
    created_by: int
    project_ids: frozenset[int] = frozenset()
    applies_to_all_projects: bool = False
    applies_to_company: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    """Of the app's parameters, by key."""

    def covers(self, project_id: int | None) -> bool:
        """Whether the app is in the Apps menu of this project; None asks for the company level."""
        if project_id is None:
            return self.applies_to_company
        return self.applies_to_all_projects or project_id in self.project_ids
