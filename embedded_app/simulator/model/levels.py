"""What a person or a service account may do in a tool (docs/platform-reference.md, section 6)."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """What a person may do in one tool; the number is the platform's `user_access_level.id`.

    Only 4 = Admin is published (docs/platform-reference.md, section 6); the others count down from it.
    """

    NONE = 1
    READ_ONLY = 2
    STANDARD = 3
    ADMIN = 4

    @property
    def label(self) -> str:
        """The platform's `user_access_level.name`."""
        return self.name.replace("_", " ").title()

    @classmethod
    def of(cls, label: str) -> Level:
        """The level of this name. Raises KeyError if there is none."""
        return cls[label.upper().replace(" ", "_")]
