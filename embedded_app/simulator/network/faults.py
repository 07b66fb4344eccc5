"""Ways in which a network and a service fail, switched on per path for a number of requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from embedded_app.simulator.network.limits import SPIKE_SECONDS, Window


class Drop(StrEnum):
    """When the connection is cut instead of answered."""

    BEFORE = "before"
    """Nothing was done: the request is lost."""
    AFTER = "after"
    """Everything was done: only the answer is lost."""


class WrongType(StrEnum):
    """What an answer that acted is turned into."""

    VALUES = "values"
    """The same keys and lists, other types: text for numbers, numbers for text, objects for null."""
    SHAPE = "shape"
    """A list where an object is due, and an object where a list is."""
    HTML = "html"
    """A page, with the status of the answer, as proxies send."""


@dataclass(slots=True)
class Fault:
    """What happens to requests whose method and path match.

    Attributes:
        path: a pattern with `*` and `?`, for example `/rest/v1.0/work_order_contracts*`.
        method: None for any.
        latency_ms: waited before anything else happens.
        status: answered instead of acting, with `body` (any JSON value) and `headers`.
        drop: cuts the connection.
        truncate: acts, and cuts the answer in its middle.
        wrong_type: acts, and answers something else.
        budget: so many requests in every `budget_seconds` are left alone; the others are answered 429, or what
            the other fields say.
        times: how many requests it still meets; None for all.
    """

    path: str
    method: str | None = None
    latency_ms: int = 0
    status: int | None = None
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: Drop | None = None
    truncate: bool = False
    wrong_type: WrongType | None = None
    budget: int | None = None
    budget_seconds: int = SPIKE_SECONDS
    times: int | None = None
    window: Window = field(init=False)

    def __post_init__(self) -> None:
        self.drop = None if self.drop is None else Drop(self.drop)
        self.wrong_type = None if self.wrong_type is None else WrongType(self.wrong_type)
        self.window = Window(self.budget or 0, self.budget_seconds)

    def meets(self, method: str, path: str) -> bool:
        return (
            self.times != 0
            and (self.method is None or self.method == method)
            and fnmatchcase(path, self.path)
        )

    def spares(self, now: float) -> bool:
        """Whether the budget covers one more request, which is then counted. `now` in seconds."""
        if self.budget is None:
            return False
        self.window.roll(now)
        if not self.window.remaining:
            return False
        self.window.used += 1
        return True


class Faults:
    """The faults that are switched on; the first that matches is the one that happens."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def __len__(self) -> int:
        return len(self._faults)

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def strike(self, method: str, path: str, now: float) -> Fault | None:
        """The fault of this request, counted; None for none. `now` in seconds."""
        for fault in self._faults:
            if fault.meets(method, path) and not fault.spares(now):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self._faults.remove(fault)
                return fault
        return None
