"""Pieces of HTML that a frame fetches with its bearer and puts into its shell.

What `static/js/lib/fragments.js` finds in a piece:

- ``<a data-fragment href="…">``: fetched, and the answer replaces the whole view.
- ``<form data-fragment>`` (GET): the same, with its fields as the query.
- ``<form data-fragment-form>`` (POST): sent by script; the answer replaces the whole view.
- ``<div data-src="…">`` in a detail row: fetched when the row is first opened; the answer replaces its content.
- ``<a data-download href="…">``: fetched and offered as a file.
- ``data-reload-at="…"``, a time: the view is fetched again then, and with ``data-lags`` in a second.
- ``data-announce`` on the outermost element: said to screen readers after the swap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from embedded_app.web import pages
from embedded_app.web.errors import FRAGMENT_HEADER

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def render(template: str, context: DataclassInstance | None = None) -> Response:
    """A piece that shows what was asked for."""
    return pages.render(template, context)


def refuse(template: str, context: DataclassInstance | None = None, *, status: int) -> Response:
    """A piece that says why it cannot be shown: a `.blank` or a card, with the status of the refusal."""
    response = pages.render(template, context, status)
    response.headers[FRAGMENT_HEADER] = "error"
    return response
