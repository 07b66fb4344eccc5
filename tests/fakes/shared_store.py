"""A store that several clients in one process share as processes do, and that can be taken away."""

from __future__ import annotations

from collections.abc import Callable

from embedded_app.procore import StoreUnavailable
from tests.fakes.fake_clock import FakeClock


class SharedStore:
    """Its time is the wall clock's. `interfere` is called once between a read and the write that follows it."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.value = ""
        self.is_down = False
        self.interfere: Callable[[], object] | None = None
        self.asked = 0

    def read(self) -> tuple[str, float]:
        self._answer()
        return self.value, self._clock.now().timestamp()

    def replace(self, seen: str, value: str) -> bool:
        self._answer()
        if self.interfere is not None:
            interfere, self.interfere = self.interfere, None
            interfere()
        if self.value != seen:
            return False
        self.value = value
        return True

    def _answer(self) -> None:
        self.asked += 1
        if self.is_down:
            raise StoreUnavailable
