"""Renders a template from its context, which is a dataclass with a field for everything the template uses."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from flask import Response, render_template

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def render(template: str, context: DataclassInstance | None = None, status: int = 200) -> Response:
    """`template` with the fields of `context` as its variables."""
    values = {f.name: getattr(context, f.name) for f in fields(context)} if context is not None else {}
    return Response(render_template(template, **values), status, mimetype="text/html")
