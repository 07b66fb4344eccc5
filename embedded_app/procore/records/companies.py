"""Who is looking, which companies they have, and what each of these is (sections 2.5, 1.2 and 3.7)."""

from __future__ import annotations

import msgspec

from embedded_app.ids import CompanyId, RecordId, UserId
from embedded_app.procore.calls.fields import Id, RequiredText, Text


class Me(msgspec.Struct, frozen=True):
    """A Procore login. `name` comes only with a company."""

    id: Id[UserId]
    login: RequiredText
    name: Text | None = None


class Company(msgspec.Struct, frozen=True):
    """A company that a person may see. `is_active` is ``None`` where Procore leaves it out."""

    id: Id[CompanyId]
    name: RequiredText
    is_active: bool | None = None


class WebBase(msgspec.Struct, frozen=True):
    """Where people open a company: its region, and the address of its pages."""

    web_base_url: RequiredText
    zone: Text | None = None

    @property
    def origin(self) -> str:
        """The address without a trailing slash."""
        return self.web_base_url.rstrip("/")


class AppInstallation(msgspec.Struct, frozen=True):
    """An app in a company.

    Attributes:
        app_uid: Procore's name of the app; that it is the client id is not documented.
    """

    id: Id[RecordId]
    status: RequiredText
    app_uid: Text | None = None

    @property
    def is_installed(self) -> bool:
        """False once it was uninstalled."""
        return self.status == "installed"


class AppConfiguration(msgspec.Struct, frozen=True):
    """What puts an app into the menus of projects or of the company."""

    id: Id[RecordId]
    title: RequiredText
