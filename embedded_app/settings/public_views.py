"""Pages for everybody: what this is, privacy, support."""

from __future__ import annotations

from flask import Response

from embedded_app.installations import CONSENT_VERSION
from embedded_app.settings.blueprint import blueprint
from embedded_app.settings.consent import CONSENT
from embedded_app.settings.install_views import ConsentPage
from embedded_app.web.access import public
from embedded_app.web.headers import Kind
from embedded_app.web.pages import render


@blueprint.get("/")
@public
@Kind.STANDALONE
def home() -> Response:
    return render("settings/home.html")


@blueprint.get("/privacy")
@public
@Kind.STANDALONE
def privacy() -> Response:
    return render("settings/privacy.html", ConsentPage(CONSENT, CONSENT_VERSION))


@blueprint.get("/support")
@public
@Kind.STANDALONE
def support() -> Response:
    return render("settings/support.html")
