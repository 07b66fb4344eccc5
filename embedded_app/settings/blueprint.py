"""The blueprint that every view of this package joins."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("settings", __name__)
