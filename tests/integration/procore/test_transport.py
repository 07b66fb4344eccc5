"""`PooledTransport` against real sockets and a server that misbehaves in known ways."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded_app.errors import ConnectFailed, TimedOut, UnexpectedPayload, Unreachable
from embedded_app.outbound.wire import Wire
from embedded_app.procore import PooledTransport, WireRequest, WireResponse
from tests.fakes.certificate_authority import CertificateAuthority
from tests.fakes.raw_server import RawServer, http_answer

_ROUTE = "GET /x"


@pytest.fixture
def transport() -> Iterator[PooledTransport]:
    transport = PooledTransport(Wire(largest_body=100_000, connect_seconds=2, read_seconds=5))
    yield transport
    transport.close()


def _get(transport: PooledTransport, server: RawServer, seconds: float = 10) -> WireResponse:
    url = f"http://api.procore.localhost:{server.port}/x?y=1"
    return transport.send(WireRequest("GET", url, _ROUTE, {"Authorization": "Bearer t"}), seconds=seconds)


def _post(transport: PooledTransport, server: RawServer) -> WireResponse:
    url = f"http://login.procore.localhost:{server.port}/oauth/token"
    return transport.send(WireRequest("POST", url, "POST /oauth/token", body=b"a=b"), seconds=10)


def test_localhost_names_go_to_this_machine_with_their_name(transport: PooledTransport) -> None:
    with RawServer([http_answer(b'{"a":1}', "200 OK", "X-Request-Id: req-1")]) as server:
        response = _get(transport, server)
        assert (response.status, response.body, response.header("x-request-id")) == (
            200,
            b'{"a":1}',
            "req-1",
        )
        lines = server.requests[0].decode().split("\r\n")
        assert lines[0] == "GET /x?y=1 HTTP/1.1"
        assert f"Host: api.procore.localhost:{server.port}" in lines
        assert "Authorization: Bearer t" in lines


def test_a_connection_is_kept_for_the_next_request(transport: PooledTransport) -> None:
    with RawServer([http_answer(), http_answer()]) as server:
        _get(transport, server)
        _get(transport, server)
        assert server.accepted == 1


def test_a_kept_connection_that_died_costs_one_retry(transport: PooledTransport) -> None:
    with RawServer([http_answer()], [http_answer(b"[]")]) as server:
        _get(transport, server)
        assert _get(transport, server).body == b"[]"


@pytest.mark.parametrize("cut", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"])
def test_a_get_that_was_cut_off_is_asked_once_more(transport: PooledTransport, cut: bytes) -> None:
    with RawServer([cut], [http_answer(b"[]")]) as server:
        assert _get(transport, server).body == b"[]"
        assert len(server.requests) == 2


def test_and_not_a_third_time(transport: PooledTransport) -> None:
    with RawServer([b""], [b""], [http_answer()]) as server:
        with pytest.raises(TimedOut) as caught:
            _get(transport, server)
        assert caught.value.route == _ROUTE
        assert len(server.requests) == 2


def test_a_post_is_never_sent_twice(transport: PooledTransport) -> None:
    with RawServer([b""], [http_answer()]) as server:
        with pytest.raises(TimedOut):
            _post(transport, server)
        assert len(server.requests) == 1


def test_a_post_never_takes_a_kept_connection(transport: PooledTransport) -> None:
    with RawServer([http_answer()], [http_answer(b"[1]")]) as server:
        _get(transport, server)
        assert _post(transport, server).body == b"[1]"
        assert server.accepted == 2


def test_nobody_listening_means_nothing_was_sent(transport: PooledTransport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://api.procore.localhost:{port}/x"
    with pytest.raises(ConnectFailed):
        transport.send(WireRequest("GET", url, _ROUTE), seconds=5)
    with pytest.raises(ConnectFailed):
        transport.send(WireRequest("POST", url, _ROUTE, body=b"a=b"), seconds=5)


def test_a_server_that_fails_the_handshake_is_unreachable(transport: PooledTransport) -> None:
    with RawServer([b"not a handshake"]) as server:
        url = f"https://127.0.0.1:{server.port}/x"
        with pytest.raises(Unreachable):
            transport.send(WireRequest("POST", url, _ROUTE, body=b"a=b"), seconds=5)


def test_silence_is_a_time_out() -> None:
    impatient = PooledTransport(Wire(read_seconds=0.05))
    with RawServer([None]) as server, pytest.raises(TimedOut):
        _get(impatient, server)
    impatient.close()


def test_the_callers_time_is_shorter_than_the_longest_silence(transport: PooledTransport) -> None:
    with RawServer([None]) as server, pytest.raises(TimedOut):
        _get(transport, server, seconds=0.05)


def test_an_answer_that_never_begins_ends_with_the_callers_time(transport: PooledTransport) -> None:
    not_yet = b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000  # much more to read than the time is enough for
    with RawServer([not_yet + http_answer(b"")]) as server, pytest.raises(TimedOut):
        _get(transport, server, seconds=0.05)


def test_over_tls_the_name_of_this_machine_is_still_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = CertificateAuthority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    transport = PooledTransport()
    name = "api.procore.localhost"
    with RawServer([], [http_answer(b"[]")], tls=authority.server_context(name)) as server:
        with pytest.raises(ConnectFailed):
            transport.send(
                WireRequest("GET", f"https://www.evil.localhost:{server.port}/x", _ROUTE), seconds=10
            )
        response = transport.send(WireRequest("GET", f"https://{name}:{server.port}/x", _ROUTE), seconds=10)
        assert response.body == b"[]"
        assert f"Host: {name}:{server.port}" in server.requests[0].decode().split("\r\n")
    transport.close()


def test_the_same_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = CertificateAuthority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    transport = PooledTransport()
    answers = [http_answer(b"1" * 300_000), http_answer(b"[2]")]
    with RawServer(answers, [http_answer(b"[3]")], tls=authority.server_context("localhost")) as server:
        url = f"https://localhost:{server.port}/x"
        first, second = (transport.send(WireRequest("GET", url, _ROUTE), seconds=10) for _ in range(2))
        third = transport.send(WireRequest("POST", url, _ROUTE, body=b"a=b"), seconds=10)
    transport.close()
    assert (len(first.body), second.body, third.body) == (300_000, b"[2]", b"[3]")
    assert server.accepted == 2


def test_no_time_left_sends_nothing(transport: PooledTransport) -> None:
    with RawServer([http_answer()]) as server:
        with pytest.raises(TimedOut):
            _get(transport, server, seconds=0)
        assert server.requests == []


def test_a_redirect_is_an_answer_and_is_not_followed(transport: PooledTransport) -> None:
    with RawServer([http_answer(b"", "302 Found", "Location: http://127.0.0.1:1/steal")]) as server:
        assert _get(transport, server).status == 302
        assert len(server.requests) == 1


def test_gzip_is_asked_for_and_undone(transport: PooledTransport) -> None:
    packed = http_answer(gzip.compress(b'{"long":"text"}'), "200 OK", "Content-Encoding: gzip")
    with RawServer([packed]) as server:
        assert _get(transport, server).body == b'{"long":"text"}'
        assert b"Accept-Encoding: gzip" in server.requests[0]


@pytest.mark.parametrize("is_packed", [True, False])
def test_a_body_beyond_the_limit_is_refused(transport: PooledTransport, *, is_packed: bool) -> None:
    body = b" " * 100_001
    answer = (
        http_answer(gzip.compress(body), "200 OK", "Content-Encoding: gzip")
        if is_packed
        else http_answer(body)
    )
    with RawServer([answer], [http_answer()]) as server:
        with pytest.raises(UnexpectedPayload):
            _get(transport, server)
        assert _get(transport, server).body == b"{}", "what was left unread must not answer the next request"


def test_a_body_has_16_megabytes_at_most() -> None:
    largest = b" " * 2**24
    transport = PooledTransport()
    with RawServer([http_answer(largest)], [http_answer(largest + b" ")]) as server:
        assert len(_get(transport, server).body) == 2**24
        with pytest.raises(UnexpectedPayload):
            _get(transport, server)
    transport.close()


def test_a_body_that_is_not_what_it_says_is_unexpected(transport: PooledTransport) -> None:
    with (
        RawServer([http_answer(b"no gzip", "200 OK", "Content-Encoding: gzip")]) as server,
        pytest.raises(UnexpectedPayload),
    ):
        _get(transport, server)
