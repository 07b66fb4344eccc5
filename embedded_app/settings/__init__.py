"""The administrator's pages: the install, and the sections under /settings. Complete without script."""

from __future__ import annotations

from flask import Flask

from embedded_app.settings import (  # noqa: F401 # each module adds its views to the blueprint
    access_views,
    audit_views,
    connection_views,
    install_views,
    overview_views,
    panels_views,
    projects_views,
    public_views,
    sign_ins_views,
    sources_views,
)
from embedded_app.settings.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)
