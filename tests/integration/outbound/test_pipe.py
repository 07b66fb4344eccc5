"""The pipe between a driver and a server: what it carries, and what ends it."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from embedded_app.outbound.pipe import Over, Pipe
from tests.fakes.raw_server import RawServer

PLENTY = 60.0


def joined(
    server: RawServer, *, seconds: float = PLENTY, most_bytes: int = 1_000
) -> tuple[Pipe, socket.socket]:
    pipe = Pipe("127.0.0.1", server.port, seconds=seconds, most_bytes=most_bytes)
    driver = socket.create_connection(("127.0.0.1", pipe.port))
    driver.settimeout(PLENTY)
    return pipe, driver


def everything(driver: socket.socket) -> bytes:
    found = b""
    while data := driver.recv(65_536):
        found += data
    return found


def test_bytes_go_both_ways_and_the_end_of_one_side_is_the_end_of_the_other() -> None:
    with RawServer([b"hello", b"again"]) as server:
        pipe, driver = joined(server)
        with driver:
            driver.sendall(b"one")
            assert driver.recv(100) == b"hello"
            driver.sendall(b"two")
            assert everything(driver) == b"again"
        assert server.requests == [b"one", b"two"]
        assert pipe.over is None


def test_a_server_that_says_nothing_is_ended_by_the_clock() -> None:
    with RawServer([None]) as server:
        pipe, driver = joined(server, seconds=0.1)
        with driver:
            driver.sendall(b"one")
            assert everything(driver) == b""
        assert pipe.over is Over.TIME


def test_a_new_limit_takes_the_place_of_the_old_one() -> None:
    with RawServer([b"first", None]) as server:
        pipe, driver = joined(server)
        with driver:
            driver.sendall(b"one")
            assert driver.recv(100) == b"first"
            pipe.limit(0.1, 1_000)
            driver.sendall(b"two")
            assert everything(driver) == b""
        assert pipe.over is Over.TIME


def test_what_rests_is_not_ended_by_the_limit_of_its_last_use() -> None:
    with RawServer([b"first", b"second"]) as server:
        pipe, driver = joined(server, seconds=0.2)
        with driver:
            driver.sendall(b"one")
            assert driver.recv(100) == b"first"
            pipe.rest()
            driver.settimeout(0.4)  # longer than the limit: nothing comes, neither bytes nor the end
            with pytest.raises(TimeoutError):
                driver.recv(1)
            pipe.limit(PLENTY, 1_000)
            driver.settimeout(PLENTY)
            driver.sendall(b"two")
            assert everything(driver) == b"second"


def test_bytes_of_the_server_are_counted_on_their_way() -> None:
    with RawServer([b"x" * 10_000_000, None]) as server:
        pipe, driver = joined(server, most_bytes=1_000_000)
        with driver:
            driver.sendall(b"one")
            assert len(everything(driver)) <= 1_000_000
        assert pipe.over is Over.BYTES


@pytest.mark.parametrize("end", [Pipe.close, lambda pipe: pipe.limit(0, 0)])
def test_a_pipe_that_nobody_came_to_ends(end: Callable[[Pipe], None]) -> None:
    with RawServer([None]) as server:
        pipe = Pipe("127.0.0.1", server.port, seconds=0.2, most_bytes=1)
        end(pipe)
        pipe._thread.join(PLENTY)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", pipe.port))


def test_a_server_that_is_not_there_is_said_so() -> None:
    with RawServer() as server:
        port = server.port
    with pytest.raises(ConnectionRefusedError):
        Pipe("127.0.0.1", port, seconds=PLENTY, most_bytes=1)
