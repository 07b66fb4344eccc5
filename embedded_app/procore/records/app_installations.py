"""Our app as Procore sees it installed (docs/platform-reference.md, section 3.7)."""

from __future__ import annotations

from dataclasses import dataclass

from embedded_app.ids import RecordId
from embedded_app.procore.calls.decoding import Fields


@dataclass(frozen=True, slots=True)
class AppInstallation:
    """An app in a company.

    Attributes:
        app_uid: Procore's name of the app; that it is the client id is not documented.
        is_installed: false once it was uninstalled.
    """

    id: RecordId
    app_uid: str | None
    is_installed: bool


def decode_app_installation(fields: Fields) -> AppInstallation:
    """One of `GET /rest/v1.0/app_installations`."""
    return AppInstallation(
        fields.record_id(), fields.optional_text("app_uid"), fields.text("status") == "installed"
    )


@dataclass(frozen=True, slots=True)
class AppConfiguration:
    """What puts an app into the menus of projects or of the company."""

    id: RecordId
    title: str


def decode_app_configuration(fields: Fields) -> AppConfiguration:
    """One of `GET /rest/v1.0/companies/{c}/app_configurations`."""
    return AppConfiguration(fields.record_id(), fields.text("title"))
