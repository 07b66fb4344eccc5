"""An app of one's own, from a manifest of schema 4.1 (docs/platform-reference.md, section 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from embedded_app.simulator.model.apps import App, Parameter

SCHEMA = "4.1"


class NotAManifest(ValueError):
    """The message says what is wrong."""


def read(app: App, manifest: object) -> App:
    """The app with the components, addresses, fields and notes of a manifest; what it does not name stays.

    Raises:
        NotAManifest: it has another schema, or something in it is of another type.
    """
    if not isinstance(manifest, dict) or manifest.get("schema_version") != SCHEMA:
        raise NotAManifest(f"It is no manifest of schema_version {SCHEMA}.")
    try:
        return _read(app, manifest)
    except (AttributeError, KeyError, TypeError) as wrong:
        raise NotAManifest(f"Something in it is missing or of another type: {wrong}") from wrong


def _read(app: App, manifest: Mapping[str, Any]) -> App:
    full, side = manifest.get("fullscreen"), manifest.get("sidepanel")
    instruction = manifest.get("post_installation_instruction") or {}
    page = instruction.get("page") or {}
    parameters = {
        each.key: each
        for component in (full, side)
        if component is not None
        for each in _parameters(component)
    }
    return replace(
        app,
        name=(manifest.get("app_manifest") or {}).get("name", app.name),
        components=(
            "oauth",
            *(name for name in ("fullscreen", "sidepanel") if manifest.get(name) is not None),
        ),
        full_screen_url=full["source_url"] if full is not None else app.full_screen_url,
        panel_url=side["source_url"] if side is not None else app.panel_url,
        panel_views=tuple(side["views"]) if side is not None else (),
        parameters=tuple(parameters.values()),
        notes=instruction.get("notes", app.notes),
        notes_page_label=page.get("label", app.notes_page_label),
        notes_page_url=page.get("url", app.notes_page_url),
    )


def _parameters(component: Mapping[str, Any]) -> list[Parameter]:
    schema = component.get("user_configuration", {}).get("schema", {})
    required = schema.get("required", [])
    return [
        Parameter(key, field["name"], field.get("description", ""), key in required)
        for key, field in schema.get("properties", {}).items()
    ]
