"""The way to Procore: the wire, with errors that say what is certain.

`Transport` is the seam for tests: an implementation replaces the network and nothing else.
"""

from __future__ import annotations

from typing import Protocol

from embedded_app.errors import ConnectFailed, TimedOut, UnexpectedPayload
from embedded_app.outbound.wire import BadAnswer, NoAnswer, NotSent, Wire, WireRequest, WireResponse
from embedded_app.procore.sentences import CANNOT_REACH, NO_ANSWER, NOT_UNDERSTOOD


class Transport(Protocol):
    """A way to Procore. Safe to use from several threads."""

    def send(self, request: WireRequest, *, seconds: float) -> WireResponse:
        """Exchange one request for one answer of any status, in at most about `seconds`.

        Raises:
            ConnectFailed: nothing was sent.
            TimedOut: it may have been sent, and no whole answer came.
            UnexpectedPayload: the answer is larger than we accept.
        """
        ...


class PooledTransport:
    """The network. `wire` has Procore's limits when it is ``None``."""

    def __init__(self, wire: Wire | None = None) -> None:
        self._wire = wire or Wire()

    def close(self) -> None:
        """Close the kept connections."""
        self._wire.close()

    def send(self, request: WireRequest, *, seconds: float) -> WireResponse:
        try:
            return self._wire.send(request, seconds=seconds)
        except NotSent as error:
            raise ConnectFailed(CANNOT_REACH, route=request.route) from error
        except NoAnswer as error:
            raise TimedOut(NO_ANSWER, route=request.route) from error
        except BadAnswer as error:
            raise UnexpectedPayload(NOT_UNDERSTOOD, route=request.route, status_code=error.status) from error
