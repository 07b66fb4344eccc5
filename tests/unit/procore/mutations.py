"""Answers as a broken or hostile server would send them: seeded changes of a whole one, at any depth."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from random import Random
from typing import Any

import orjson

_PIECES: tuple[bytes, ...] = (
    # other types, and nothing
    *(
        b"null",
        b"true",
        b"false",
        b"0",
        b"-1",
        b"1.5",
        b'""',
        b'" "',
        b'"x"',
        b'"5"',
        b"[]",
        b"{}",
        b"[null]",
        b"[[]]",
    ),
    *(b"[{}]", b'{"id":0}', b'{"id":"7","name":5}', b'[{"id":1},{"id":1}]', b'{"data":[]}'),
    # numbers
    *(b"-0", b"1e400", b"-1e-400", b"1e22", b"9223372036854775808", b"1" * 400, b'"' + b"9" * 400 + b'"'),
    *(b"NaN", b"Infinity", b'"NaN"', b'"1,000"', b'"1e5"', b'"5%"', b'"%"', '"٣"'.encode(), b"0x1", b"01"),
    # times
    *(b'"2026-02-30"', b'"2026-11-20"', b'"2026-11-20T08:00:00Z"', b'"9999-12-31T23:59:59-23:59"'),
    *(b'"0001-01-01T00:00:00+23:59"', b'"2026-W07-3"', b'"T"', b'"24:00"', b'"2026-11-20T25:00"'),
    # nesting
    *(b"[" * depth + b"]" * depth for depth in (60, 900, 3000)),
    b'{"a":' * 60 + b"1" + b"}" * 60,
    b'{"id":' * 2000 + b"1" + b"}" * 2000,
    # texts that are none
    *(
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'"\\u0000"',
        b'"\x00"',
        b'"\xf4\x90\x80\x80"',
        b"'x'",
        b'"',
    ),
    b'"' + b"x" * 4000 + b'"',
)
_HEAD = bytes(range(256))


class Mutations:
    """Bodies made of `document` as a list, an object, or within ``data``; the same ones for the same seed."""

    def __init__(self, document: Any, seed: str) -> None:
        self._random = Random(seed)  # noqa: S311 # repeatable on purpose
        self._wholes = [_with_spans(shape) for shape in (document, [document, document], {"data": document})]

    def bodies(self, count: int) -> Iterator[tuple[bytes, bool]]:
        """So many bodies, each with whether it is sent as gzip."""
        choose = self._random.random
        for _ in range(count):
            body = self._changed() if choose() < 0.75 else self._damaged(self._changed())
            if choose() < 0.8:
                yield body, False
            else:
                packed = gzip.compress(body, 1)
                yield (packed if choose() < 0.5 else self._damaged(packed)), True

    def _changed(self) -> bytes:
        """The document with other values, or other names, in up to three places."""
        body, spans = self._random.choices(self._wholes, (8, 1, 1))[0]
        for start, end in sorted(self._random.choices(spans, k=self._random.randrange(4)), reverse=True):
            body = body[:start] + self._random.choice(_PIECES) + body[end:]
        return body

    def _damaged(self, body: bytes) -> bytes:
        """Cut off, overwritten or doubled somewhere."""
        at = self._random.randrange(len(body) + 1)
        what = self._random.randrange(4)
        if what == 0:
            return body[:at]
        if what == 1:
            return body[:at] + self._random.choice(_PIECES) + body[at:]
        if what == 2:
            return body[:at] + body[at // 2 :]
        other = self._random.choice(_HEAD).to_bytes()
        return body[:at] + other + body[at + 1 :]


def _with_spans(document: Any) -> tuple[bytes, list[tuple[int, int]]]:
    """The document as JSON, and where in it each value and each name begins and ends."""
    body = bytearray()
    spans: list[tuple[int, int]] = []

    def write(value: Any) -> None:
        start = len(body)
        if isinstance(value, dict):
            for number, (name, inner) in enumerate(value.items()):
                body.extend(b"," if number else b"{")
                spans.append((len(body), len(body) + len(orjson.dumps(name))))
                body.extend(orjson.dumps(name) + b":")
                write(inner)
            body.extend(b"}" if value else b"{}")
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                body.extend(b"," if number else b"[")
                write(inner)
            body.extend(b"]" if value else b"[]")
        else:
            body.extend(orjson.dumps(value))
        spans.append((start, len(body)))

    write(document)
    return bytes(body), spans
