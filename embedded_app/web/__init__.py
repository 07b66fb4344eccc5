"""What every page needs and no feature owns. See the level table in docs/architecture.md."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from embedded_app.config import Config
from embedded_app.web import (
    access,
    bounds,
    compression,
    cookies,
    csrf,
    errors,
    formatting,
    headers,
    limits,
    logs,
    request_ids,
    static_files,
)
from embedded_app.web.surroundings import surround

__all__ = ["init_app", "surround"]


def init_app(app: Flask, config: Config) -> None:
    """Set all of it up, in the order in which a request meets it. Features follow."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["app_name"] = config.app_name
    app.jinja_env.globals["support_email"] = config.support_email
    app.jinja_env.globals["sign_in_codes"] = config.sign_in_codes
    for part in (
        request_ids,
        logs,
        bounds,
        cookies,
        csrf,
        access,
        headers,
        limits,
        compression,
        errors,
        formatting,
        static_files,
    ):
        part.init_app(app, config)
