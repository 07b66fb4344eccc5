"""Whatever comes over the wire becomes a typed record or `UnexpectedPayload`, and nothing else.

The profile chooses how many bodies each decoder sees (tests/profiles.py), `FUZZ_SEED` which.
"""

from __future__ import annotations

import os
import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from embedded_app.errors import ProcoreError, UnexpectedPayload
from embedded_app.procore import WireRequest, WireResponse
from embedded_app.procore.calls.decoding import decoded
from embedded_app.procore.calls.failures import failure_of
from tests.fakes.replayed_pool import ReplayedPool
from tests.profiles import fuzz_cases
from tests.unit.procore.documents import DOCUMENTS, Document
from tests.unit.procore.mutations import Mutations

pytestmark = pytest.mark.fuzz

_CASES = fuzz_cases()
_SEED = os.environ.get("FUZZ_SEED", "tieback")
_NOW = datetime(2026, 11, 20, 13, 26, tzinfo=UTC)
_ERRORS: tuple[Any, ...] = (
    {"errors": ["App is not connected to this company."]},
    {"errors": {"assignees": ["required"]}},
    {"errors": {"base": ["Locked"], "fields": {"name": "is taken"}}},
    {"code": 401, "message": "No", "fields": "name", "reason": "expired", "error": "invalid_token"},
    {"error": "No"},
    {"message": "No"},
    {"error": {"code": "422", "message": "No", "details": [{"code": "a", "message": "b", "source": "name"}]}},
)
"""The shapes of section 4.5."""
_REQUEST = WireRequest("GET", "https://api.procore.example/x", "GET /x")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.kind.__name__)
def test_a_typed_record_or_unexpected_payload_and_nothing_else(document: Document) -> None:
    pool = ReplayedPool()
    transport = pool.transport()
    shapes = ((document.one, False), (document.many, False), (document.one, True))
    oddities = _oddities(document.kind)
    outcomes = {"record": 0, "refused": 0}
    for number, (body, is_gzip) in enumerate(Mutations(document.body, _SEED).bodies(_CASES)):
        pool.body, pool.is_gzip = body, is_gzip
        try:
            response = transport.send(_REQUEST, seconds=60)
            decode, in_envelope = shapes[0 if number % 10 else number // 10 % 3]
            found: Any = decoded(response, "GET /x", decode, in_envelope=in_envelope)
        except UnexpectedPayload:
            outcomes["refused"] += 1
        except BaseException as error:
            raise AssertionError(f"{type(error)} for case {number} of seed {_SEED}: {body!r}") from error
        else:
            outcomes["record"] += 1
            for record in found if isinstance(found, tuple) else (found,):
                assert type(record) is document.kind
                assert oddities(record) == [], f"case {number} of seed {_SEED}: {body!r}"
    assert min(outcomes.values()) > _CASES // 50, f"the bodies are of one sort only: {outcomes}"


def _oddities(kind: type) -> Callable[[object], list[str]]:
    """For a record of this kind: the fields whose values are not of their declared type."""
    checks = [(name, _check(hint)) for name, hint in typing.get_type_hints(kind).items()]
    return lambda record: [name for name, fits in checks if not fits(getattr(record, name))]


def _check(hint: Any) -> Callable[[object], bool]:
    """Whether a value is exactly of the type that an annotation names."""
    hint = getattr(hint, "gives", hint)  # what is read by a function of ours
    hint = getattr(hint, "__bound__", getattr(hint, "__supertype__", hint))  # an id
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {types.UnionType, typing.Union}:
        checks = [_check(part) for part in arguments]
        return lambda value: any(check(value) for check in checks)
    if origin is tuple:
        inside = _check(arguments[0])
        return lambda value: type(value) is tuple and all(map(inside, value))
    if origin is Mapping:
        return lambda value: isinstance(value, Mapping)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        oddities = _oddities(hint)
        return lambda value: type(value) is hint and oddities(value) == []
    return lambda value: type(value) is hint


@pytest.mark.parametrize("body", _ERRORS, ids=str)
def test_every_refusal_becomes_an_error_with_bounded_messages(body: Any) -> None:
    statuses = (300, 400, 401, 403, 404, 406, 408, 409, 413, 418, 422, 429, 500, 502, 503)
    texts = 0
    for number, (sent, _) in enumerate(Mutations(body, _SEED).bodies(_CASES // len(_ERRORS))):
        response = WireResponse(statuses[number % len(statuses)], {"X-Request-Id": "req-1"}, sent)
        failure = failure_of(response, "GET /x", _NOW)
        assert isinstance(failure, ProcoreError)
        assert (failure.route, failure.request_id) == ("GET /x", "req-1")
        assert len(failure.messages) <= 20
        assert all(type(text) is str and 0 < len(text) <= 300 for text in failure.messages)
        texts += len(failure.messages)
    assert texts > 0
