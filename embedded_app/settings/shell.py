"""What stands around every settings page: who, which company, which section."""

from __future__ import annotations

from dataclasses import dataclass

from embedded_app.principals import current_viewer
from embedded_app.storage import Company, current_company_id, db


@dataclass(frozen=True, slots=True)
class Section:
    """A link of the navigation. `endpoint` is what it leads to; `name` is how a page says it is that section."""

    name: str
    title: str
    endpoint: str


SECTIONS = (
    Section("overview", "Overview", "settings.overview"),
    Section("connection", "Connection", "settings.connection"),
    Section("sources", "Sources", "settings.sources"),
    Section("panels", "Panels", "settings.panels"),
    Section("projects", "Projects", "settings.projects"),
    Section("access", "Access", "settings.access"),
    Section("sign-ins", "Sign-ins", "settings.sign_ins"),
    Section("audit", "Audit log", "settings.audit_log"),
)


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page.

    Attributes:
        company_name: as Procore had it at the installation.
        company_id: Procore's id.
        viewer_name: who is signed in.
        current: the `name` of the section that the page belongs to.
        sections: the navigation.
    """

    company_name: str
    company_id: int
    viewer_name: str
    current: str
    sections: tuple[Section, ...] = SECTIONS


def shell(current: str) -> Shell:
    """The shell of this request's viewer, in the company scope that is open."""
    company = db.session.get_one(Company, current_company_id())
    return Shell(company.name, company.id, current_viewer().name, current)
