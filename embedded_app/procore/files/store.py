"""Procore's file store: another host, whose addresses are signed and which gets no token of ours.

Storing the same bytes at the same address again changes nothing, so it is repeated while the deadline leaves time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from urllib3.filepost import encode_multipart_formdata

from embedded_app.clock import Clock
from embedded_app.errors import Rejected, ServerFailed, UnexpectedPayload, Unreachable
from embedded_app.ids import CompanyId
from embedded_app.outbound.wire import WireRequest, WireResponse
from embedded_app.procore.calls.caller import MOST_ATTEMPTS, MeteredTransport
from embedded_app.procore.deadline import current_or
from embedded_app.procore.environment import Environment
from embedded_app.procore.sentences import FAILED, FILE_REFUSED, NOT_UNDERSTOOD

PUT_PART, POST_FILE = "PUT file store", "POST file store"
_SECONDS = 120.0  # for one part, where no deadline surrounds it
_FIRST_PAUSE_SECONDS = 0.5
_STORED = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT})


class FileStore:
    """Sends bytes where Procore said they go.

    Args:
        jitter: a random number from 0 to 1 for the pauses between attempts.
    """

    def __init__(
        self,
        environment: Environment,
        transport: MeteredTransport,
        clock: Clock,
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._scheme = urlsplit(environment.api_url).scheme
        self._transport = transport
        self._clock = clock
        self._jitter = jitter

    def put(self, url: str, headers: Mapping[str, str], content: bytes, company_id: CompanyId) -> str:
        """Store a part with exactly these headers; its ETag.

        Raises:
            Rejected: the store refused it.
            ProcoreError: it did not arrive.
        """
        response = self._patiently(WireRequest("PUT", url, PUT_PART, headers, content), company_id)
        etag = response.header("ETag")
        if not etag:
            raise UnexpectedPayload(NOT_UNDERSTOOD, route=PUT_PART, status_code=response.status)
        return etag

    def post(
        self,
        url: str,
        fields: Mapping[str, str],
        file: tuple[str, bytes, str],
        company_id: CompanyId,
    ) -> None:
        """Store a whole file, given with its name and media type, as a form with these fields.

        Raises:
            Rejected: the store refused it.
            ProcoreError: it did not arrive.
        """
        body, content_type = encode_multipart_formdata([*fields.items(), ("file", file)])
        headers = {"Content-Type": content_type}
        self._patiently(WireRequest("POST", url, POST_FILE, headers, body), company_id)

    def _patiently(self, request: WireRequest, company_id: CompanyId) -> WireResponse:
        if not _is_address(request.url, self._scheme):
            raise UnexpectedPayload(
                NOT_UNDERSTOOD, route=request.route, messages=("address of the file store",)
            )
        with current_or(self._clock, _SECONDS) as deadline:
            for attempt in range(1, MOST_ATTEMPTS + 1):
                try:
                    return self._once(request, company_id, deadline.remaining(self._clock))
                except (Unreachable, ServerFailed):
                    pause = _FIRST_PAUSE_SECONDS * 2 ** (attempt - 1) * (0.5 + self._jitter())
                    if attempt == MOST_ATTEMPTS or pause >= deadline.remaining(self._clock):
                        raise
                    self._clock.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, request: WireRequest, company_id: CompanyId, seconds: float) -> WireResponse:
        response = self._transport.send(request, seconds=seconds, company_id=company_id)
        status = response.status
        if status in _STORED:
            return response
        # What a store says is written for developers, and may quote the signature.
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
            raise ServerFailed(FAILED, route=request.route, status_code=status)
        if status >= HTTPStatus.BAD_REQUEST:
            raise Rejected(FILE_REFUSED, route=request.route, status_code=status)
        raise UnexpectedPayload(NOT_UNDERSTOOD, route=request.route, status_code=status)


def _is_address(url: str, scheme: str) -> bool:
    """Whether bytes may go there: never without TLS, unless Procore itself is a local one without."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 # reading it is the check: it raises when the port is no number
    except ValueError:
        return False
    return parts.scheme == scheme and bool(parts.hostname) and "@" not in parts.netloc and url.isprintable()
