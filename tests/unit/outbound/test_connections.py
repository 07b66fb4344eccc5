from __future__ import annotations

import time
from io import BytesIO
from typing import Any, cast

import pytest

from embedded_app.outbound.connections import BoundedReader, Connection, Limits, limited


class _Socket:
    """Takes everything and has `content` to read; remembers how long each step was allowed to take."""

    def __init__(self, content: bytes = b"") -> None:
        self._content = BytesIO(content)
        self.allowed: list[float] = []
        self.pieces: list[int] = []

    def settimeout(self, seconds: float) -> None:
        self.allowed.append(seconds)

    def sendall(self, data: memoryview) -> None:
        self.pieces.append(len(data))

    def makefile(self, _mode: str, **_options: Any) -> BytesIO:
        return self._content


def _limits(seconds: float, silence: float) -> Limits:
    return Limits(time.monotonic() + seconds, silence)


def _reader(source: _Socket, limits: Limits) -> BoundedReader:
    with limited(limits):
        return BoundedReader(cast("Any", source))


def test_what_comes_in_time_is_read() -> None:
    assert _reader(_Socket(b"answer"), _limits(60, 5)).read() == b"answer"


def test_what_comes_when_the_time_is_over_is_not_read() -> None:
    """However quickly: one byte after the other would otherwise never end."""
    reader = _reader(_Socket(b"more"), _limits(-1, 5))
    with pytest.raises(TimeoutError):
        reader.read(1)


@pytest.mark.parametrize(("seconds", "silence", "longest"), [(60, 5, 5), (2, 5, 2)])
def test_each_step_may_take_what_is_left_and_no_longer_than_a_silence(
    seconds: float, silence: float, longest: float
) -> None:
    source = _Socket(b"a")
    _reader(source, _limits(seconds, silence)).read(1)
    assert 0 < source.allowed[0] <= longest
    assert source.allowed[0] > longest - 1


def test_a_large_body_has_the_time_of_the_exchange_and_not_that_of_connecting() -> None:
    source, connection = _Socket(), Connection("files.example", timeout=0.001)
    connection.sock = cast("Any", source)
    with limited(_limits(60, 5)):
        connection.send(b"x" * 200_000)
    assert sum(source.pieces) == 200_000
    assert len(source.pieces) == len(source.allowed) > 1
    assert all(4 < seconds <= 5 for seconds in source.allowed)
