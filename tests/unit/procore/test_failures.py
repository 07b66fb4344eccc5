from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_app.errors import (
    AppNotConnected,
    Forbidden,
    NotFound,
    ProcoreError,
    RateLimited,
    Rejected,
    ServerFailed,
    Unauthorized,
    UnexpectedPayload,
)
from embedded_app.procore import WireResponse
from embedded_app.procore.calls.failures import failure_of, messages_of
from embedded_app.procore.pacing.headers import seconds_to_reset, wait_until
from tests.fakes.scripted_transport import json_answer

_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxNjA1ODYifQ.c2lnbmF0dXJl"
_NOW = datetime(2026, 11, 20, 13, 26, tzinfo=UTC)
_ROUTE = "GET /rest/v1.0/projects/{p}"


def _unix(seconds: float) -> str:
    return str(int((_NOW + timedelta(seconds=seconds)).timestamp()))


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        ({"errors": ["App is not connected to this company."]}, ("App is not connected to this company.",)),
        ({"errors": {"assignees": ["required"]}}, ("assignees: required",)),
        (
            {"errors": {"base": ["Period is closed"], "fields": {"name": "is taken"}}},
            ("Period is closed", "name: is taken"),
        ),
        (
            {"code": 401, "message": "No.", "fields": "name", "reason": "expired", "error": "unauthorized"},
            ("No.", "unauthorized", "expired", "name"),
        ),
        ({"error": "Missing Procore-Company-Id header!"}, ("Missing Procore-Company-Id header!",)),
        ({"message": "Too slow"}, ("Too slow",)),
        (
            {
                "error": {
                    "code": "422",
                    "message": "Invalid",
                    "details": [{"code": "blank", "message": "must be given", "source": "title"}],
                }
            },
            ("Invalid", "title: must be given"),
        ),
        ({"errors": [{"message": "first"}, {"message": "second"}]}, ("first", "second")),
        ({"errors": "one text"}, ("one text",)),
        ({"errors": {"line_items": [{"amount": ["is not a number"]}]}}, ("amount: is not a number",)),
        (["not an object"], ()),
        ({}, ()),
    ],
)
def test_every_body_shape_becomes_a_list_of_messages(body: Any, messages: tuple[str, ...]) -> None:
    assert messages_of(orjson.dumps(body)) == messages


def test_a_body_that_is_no_json_has_no_messages() -> None:
    assert messages_of(b"<html>Bad gateway</html>") == ()


def test_messages_are_looked_for_six_levels_deep() -> None:
    def nested(levels: int) -> bytes:
        body: Any = "deep"
        for _ in range(levels):
            body = [body]
        return orjson.dumps({"errors": body})

    assert messages_of(nested(5)) == ("deep",)
    assert messages_of(nested(6)) == ()


def test_number_and_length_of_messages_are_bounded() -> None:
    messages = messages_of(orjson.dumps({"errors": [f"{number} " + "word " * 1000 for number in range(100)]}))
    assert len(messages) == 20
    assert max(map(len, messages)) == 300


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["errors", "error", "message", "fields", "base", "details", "source", "name"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=30,
)


@given(_JSON)
def test_no_json_body_breaks_the_reading_of_messages(body: Any) -> None:
    messages = messages_of(orjson.dumps(body))
    assert all(text.strip() for text in messages)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (406, Rejected),
        (408, ServerFailed),
        (409, Rejected),
        (413, Rejected),
        (418, Rejected),
        (422, Rejected),
        (429, RateLimited),
        (500, ServerFailed),
        (502, ServerFailed),
        (503, ServerFailed),
        (302, UnexpectedPayload),
        (204, UnexpectedPayload),
        (207, UnexpectedPayload),
    ],
)
def test_every_status_has_its_error(status: int, kind: type[ProcoreError]) -> None:
    failure = failure_of(json_answer({"message": "why"}, status, X_Request_Id="req-1"), _ROUTE, _NOW)
    assert type(failure) is kind
    assert (failure.route, failure.request_id, failure.status_code, failure.messages) == (
        _ROUTE,
        "req-1",
        status,
        ("why",),
    )


def test_an_app_that_is_not_connected_is_recognised() -> None:
    answer = json_answer({"errors": ["App is not connected to this company."]}, 403)
    assert type(failure_of(answer, _ROUTE, _NOW)) is AppNotConnected


def test_the_same_words_with_another_status_mean_nothing() -> None:
    answer = json_answer({"errors": ["App is not connected to this company."]}, 404)
    assert type(failure_of(answer, _ROUTE, _NOW)) is NotFound


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"X-Rate-Limit-Reset": _unix(40)}, 40),
        ({"Retry-After": "30", "X-Rate-Limit-Reset": _unix(40)}, 40),
        ({"Retry-After": "50", "X-Rate-Limit-Reset": _unix(40)}, 50),
        ({"Retry-After": format_datetime(_NOW + timedelta(seconds=25), usegmt=True)}, 25),
        ({"X-Rate-Limit-Reset": _unix(-2)}, 0),
        ({"Retry-After": "5", "X-Rate-Limit-Reset": _unix(-60)}, 5),
        ({"Retry-After": "999999999999"}, 3600),
        ({"X-Rate-Limit-Reset": "9999999999"}, 3600),
    ],
)
def test_a_429_says_when_to_come_back(headers: dict[str, str], seconds: int) -> None:
    failure = failure_of(WireResponse(429, headers), _ROUTE, _NOW)
    assert isinstance(failure, RateLimited)
    assert failure.retry_at == _NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Retry-After": "soon"},
        {"X-Rate-Limit-Reset": "-5"},
        {"X-Rate-Limit-Reset": "1e9"},
        {"X-Rate-Limit-Reset": _unix(-3)},
        {"Retry-After": format_datetime(_NOW - timedelta(days=1), usegmt=True)},
    ],
)
def test_a_429_that_does_not_say_so_means_the_shorter_window(headers: dict[str, str]) -> None:
    failure = failure_of(WireResponse(429, headers), _ROUTE, _NOW)
    assert isinstance(failure, RateLimited)
    assert failure.retry_at == _NOW + timedelta(seconds=10)


def test_a_503_waits_for_retry_after_only() -> None:
    answer = WireResponse(503, {"Retry-After": "5", "X-Rate-Limit-Reset": _unix(3000)})
    assert wait_until(answer, _NOW) == _NOW + timedelta(seconds=5)


def test_a_reset_is_compared_with_procores_own_clock_where_ours_differs() -> None:
    theirs = _NOW + timedelta(minutes=7)
    answer = WireResponse(
        200,
        {
            "Date": format_datetime(theirs, usegmt=True),
            "X-Rate-Limit-Reset": str(int(theirs.timestamp()) + 8),
        },
    )
    assert seconds_to_reset(answer, _NOW) == 8


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_header_breaks_the_reading_of_times(retry_after: str, reset: str, date: str) -> None:
    headers = {"Retry-After": retry_after, "X-Rate-Limit-Reset": reset, "Date": date}
    until = wait_until(WireResponse(429, headers), _NOW)
    assert until is None or _NOW <= until <= _NOW + timedelta(hours=1)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503])
def test_every_failure_says_where_it_happened_and_what_to_do_and_no_secret(status: int) -> None:
    echo = {"errors": {"base": [f"The access token {_TOKEN} is invalid"]}, "message": f"Bearer {_TOKEN}"}
    failure = failure_of(json_answer(echo, status, X_Request_Id="req-1"), _ROUTE, _NOW)
    assert (failure.route, failure.request_id, failure.status_code) == (_ROUTE, "req-1", status)
    assert failure.messages == ("The access token … is invalid", "Bearer …")
    sentence = failure.sentence.replace(_ROUTE, "the route")
    assert re.fullmatch(r"[A-Z][^.]+\. ([A-Z][^.]+\.)+", sentence), "what happened, then the next step"
    assert _TOKEN not in repr(failure) + str(failure) + repr(vars(failure))
