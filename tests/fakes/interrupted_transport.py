"""The network, where something else happens while one request is on its way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from embedded_app.procore import PooledTransport, WireRequest, WireResponse

Act = Callable[[], object]


class InterruptedTransport:
    """What is to happen, happens once, in a thread of its own, and the request goes on when it is over."""

    def __init__(self) -> None:
        self._inner = PooledTransport()
        self._before: dict[str, Act] = {}
        self._after: dict[str, Act] = {}

    def before(self, path: str, act: Act) -> None:
        """Just before the next request whose path ends so is sent."""
        self._before[path] = act

    def after(self, path: str, act: Act) -> None:
        """When the next request whose path ends so was answered, and before anybody knows the answer."""
        self._after[path] = act

    def send(self, request: WireRequest, *, seconds: float) -> WireResponse:
        _apart(_taken(self._before, request))
        act = _taken(self._after, request)  # requests of `act` itself are not interrupted
        response = self._inner.send(request, seconds=seconds)
        _apart(act)
        return response

    @property
    def is_used_up(self) -> bool:
        """Whether all that was to happen has happened."""
        return not self._before and not self._after


def _taken(acts: dict[str, Act], request: WireRequest) -> Act | None:
    path = request.url.partition("?")[0]
    found = next((each for each in acts if path.endswith(each)), None)
    return None if found is None else acts.pop(found)


def _apart(act: Act | None) -> None:
    """A thread has no request, no scope and no database session of whoever waits."""
    if act is not None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(act).result()
