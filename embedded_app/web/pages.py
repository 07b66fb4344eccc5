"""Answers with a page: rendered from its context, or leading to the address of somebody else.

The context of a page is a dataclass with a field for everything that its template uses.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Response, render_template

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def render(template: str, context: DataclassInstance | None = None, status: int = 200) -> Response:
    """`template` with the fields of `context` as its variables."""
    values = {f.name: getattr(context, f.name) for f in fields(context)} if context is not None else {}
    return Response(render_template(template, **values), status, mimetype="text/html")


def leave(url: str) -> Response:
    """A page that goes on to `url`, for after a form: use it instead of a redirect to another host.

    Browsers hold every redirect after a form to the `form-action` of the page it stood on, and where a login
    leads to, such as the single sign-on of a customer, cannot be listed there.
    """
    response = Response(
        render_template("leave.html", url=url, host=urlsplit(url).hostname), mimetype="text/html"
    )
    response.headers["Refresh"] = f"0; url={url}"
    return response
