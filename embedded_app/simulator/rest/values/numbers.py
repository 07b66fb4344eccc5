"""Whole numbers as they are written in addresses, headers and bodies."""

from __future__ import annotations

import re

_WHOLE = re.compile(
    r"-?[0-9]{1,19}", re.ASCII
)  # as far as 64 bits go; Python itself refuses some longer ones


def written(text: str) -> int | None:
    """The number that is written there; None for anything else."""
    return int(text) if _WHOLE.fullmatch(text) else None


def written_id(text: str) -> int | None:
    """The same, of an id: zero or more."""
    return None if text.startswith("-") else written(text)
