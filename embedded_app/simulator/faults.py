"""Ways in which a network and a service fail, switched on per path for a number of requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase


class Drop(StrEnum):
    """When the connection is cut instead of answered."""

    BEFORE = "before"
    """Nothing was done: the request is lost."""
    AFTER = "after"
    """Everything was done: only the answer is lost."""


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
    times: int | None = None

    def meets(self, method: str, path: str) -> bool:
        return (
            self.times != 0
            and (self.method is None or self.method == method)
            and fnmatchcase(path, self.path)
        )


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

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault of this request, counted; None for none."""
        for fault in self._faults:
            if fault.meets(method, path):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self._faults.remove(fault)
                return fault
        return None
