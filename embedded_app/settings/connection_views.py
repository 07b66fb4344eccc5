"""The connection to Procore, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from embedded_app.installations import Revoked
from embedded_app.principals import actor_of, current_viewer
from embedded_app.services import services
from embedded_app.settings.blueprint import blueprint
from embedded_app.settings.doctor_section import DoctorSection, doctor_section
from embedded_app.settings.shell import Shell, shell
from embedded_app.storage import Company, current_company_id, db
from embedded_app.web import cookies
from embedded_app.web.access import administrator, public
from embedded_app.web.headers import Kind
from embedded_app.web.pages import render

_DISCONNECTED = "disconnected:"
_TOLD_SECONDS = 600


@dataclass(frozen=True, slots=True)
class ConnectionPage:
    """The connection. Procore was asked just now: this page opens for an administrator only."""

    shell: Shell
    connected_at: datetime
    connected_by: str
    consent_version: str
    web_base_url: str
    doctor: DoctorSection


@dataclass(frozen=True, slots=True)
class DisconnectedPage:
    """What holds after disconnecting. `revoked` is known to the browser that has just disconnected."""

    revoked: Revoked | None


@blueprint.get("/settings/connection")
@administrator
@Kind.STANDALONE
def connection() -> Response:
    company = db.session.get_one(Company, current_company_id())
    page = ConnectionPage(
        shell=shell("connection"),
        connected_at=company.consent_at,
        connected_by=company.consent_by,
        consent_version=company.consent_version,
        web_base_url=company.web_base_url or "",
        doctor=doctor_section(),
    )
    return render("settings/connection.html", page)


@blueprint.post("/settings/connection/disconnect")
@administrator
@Kind.STANDALONE
def disconnect() -> AnyResponse:
    """End the connection, and with it this session."""
    viewer = current_viewer()
    revoked = services().installations.disconnect(actor_of(viewer))
    services().principals.sign_out(viewer)
    response = redirect(url_for("settings.disconnected"), 303)
    cookies.SESSION.clear(response)
    cookies.REVOKED.set(response, f"{_DISCONNECTED}{revoked.to_text()}", max_age_seconds=_TOLD_SECONDS)
    return response


@blueprint.get("/disconnected")
@public
@Kind.STANDALONE
def disconnected() -> Response:
    told = (cookies.REVOKED.read() or "").partition(_DISCONNECTED)[2]
    return render("settings/disconnected.html", DisconnectedPage(Revoked.from_text(told)))
