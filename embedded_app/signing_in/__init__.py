"""The pages of signing in, what the access rules ask of a session, and what ends one. See docs/sign-in.md."""

from __future__ import annotations

from flask import Flask

from embedded_app.signing_in import access, endings, frame_views, tab_views


def init_app(app: Flask) -> None:
    """Enforce the access rules that name a session, and register the pages."""
    access.init_app(app)
    endings.init_app(app)
    app.register_blueprint(frame_views.blueprint)
    app.register_blueprint(tab_views.blueprint)
