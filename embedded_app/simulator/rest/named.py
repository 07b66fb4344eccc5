"""Records that not everybody may see: private ones are for administrators of the tool, and the people on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.rest.access import Caller


def seen_by_named(tool: str, *keys: str, hidden: str = "private") -> Callable[[Any, Caller], bool]:
    """Whether a private record is for this caller.

    `keys` are where it keeps the ids of people, beside who created it; the flags of `hidden` each make it private.
    """

    def visible(record: Any, who: Caller) -> bool:
        if (
            not any(record[flag] for flag in hidden.split())
            or who.level(tool, record["project_id"]) is Level.ADMIN
        ):
            return True
        named: set[object] = set()
        for key in ("created_by_id", *keys):
            value = record[key]
            named |= {*value} if isinstance(value, list) else {value}
        return who.user_id is not None and who.user_id in named

    return visible
