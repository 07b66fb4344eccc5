"""The embedded pages: full screen in a project and in the company, and the side panel. See docs/panels.md."""

from __future__ import annotations

from flask import Flask

from embedded_app.frames.views import blueprint


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)
