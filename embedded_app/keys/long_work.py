"""Work that goes through whole tables while the service runs: how it tells how far it has come, and waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from embedded_app.clock import Clock
from embedded_app.errors import KeysUnreachable

T = TypeVar("T")

BATCH = 100
"""Rows read at once. Each is changed in a transaction of its own, so that nobody waits for a batch."""
_PAUSES = (
    0.5,
    1.0,
    2.0,
    4.0,
)  # seconds; a longer outage ends the work, which is taken up again by running it


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one table is.

    Attributes:
        table: its name.
        done: rows looked at.
        total: rows that there were when the work began.
        failed: of those done, the ones that cannot be opened. They were left as they are, and the log names them.
    """

    table: str
    done: int
    total: int
    failed: int = 0


def patiently(clock: Clock, function: Callable[[], T]) -> T:
    """The result of `function`, which asks the key provider; an outage of seconds is waited out.

    Raises:
        KeysUnreachable: when it takes longer.
    """
    for pause in _PAUSES:
        try:
            return function()
        except KeysUnreachable:
            clock.sleep(pause)
    return function()
