"""Writes: sent once, and a lost answer is an unknown outcome."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest

from embedded_app.errors import (
    AppNotConnected,
    ConnectFailed,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    ProcoreError,
    RateLimited,
    Rejected,
    TimedOut,
    Unauthorized,
)
from embedded_app.ids import CompanyId, ProjectId, RecordId, UserId
from embedded_app.procore import CompanyApi, Procore, WireResponse
from embedded_app.procore.records.rfis import Rfi
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_grant import FakeGrant
from tests.fakes.scripted_transport import Answer, ScriptedTransport, json_answer

_COMPANY, _PROJECT = CompanyId(562949953443325), ProjectId(7)
_CREATE, _LIST = "POST /rest/v1.0/projects/{p}/rfis", "GET /rest/v1.0/projects/{p}/rfis"
_CREATED = json_answer({"id": 3, "subject": "Anchor bolts"}, 201)


@pytest.fixture
def company(procore: Procore, grant: FakeGrant) -> CompanyApi:
    return procore.company(_COMPANY, grant)


def _ask(company: CompanyApi) -> Rfi:
    return company.rfis.create(
        _PROJECT,
        subject="Anchor bolts",
        question="Which grade?",
        rfi_manager_id=UserId(5),
        assignee_ids=[UserId(6)],
        due_date=date(2026, 12, 1),
    )


def test_a_write_is_one_json_post_with_the_company(company: CompanyApi, transport: ScriptedTransport) -> None:
    transport.answer(_CREATE, _CREATED)
    assert _ask(company).subject == "Anchor bolts"
    [request] = transport.requests
    assert (request.method, request.url) == ("POST", "https://api.procore.example/rest/v1.0/projects/7/rfis")
    assert request.headers["Procore-Company-Id"] == str(_COMPANY)
    assert request.headers["Content-Type"] == "application/json"
    assert orjson.loads(request.body or b"") == {
        "rfi": {
            "subject": "Anchor bolts",
            "question": {"body": "Which grade?"},
            "rfi_manager_id": 5,
            "assignee_ids": [6],
            "due_date": "2026-12-01",
        }
    }


@pytest.mark.parametrize(
    ("create", "route", "body"),
    [
        (
            lambda company: company.submittals.create(_PROJECT, number="05-1", title="Shop drawings"),
            "POST /rest/v1.1/projects/{p}/submittals",
            {"submittal": {"number": "05-1", "title": "Shop drawings"}},
        ),
        (
            lambda company: company.observations.create(_PROJECT, name="Loose rail", type_id=RecordId(4)),
            "POST /rest/v1.0/observations/items",
            {"project_id": 7, "observation": {"name": "Loose rail", "type_id": 4}},
        ),
        (
            lambda company: company.punch_items.create(_PROJECT, name="Paint"),
            "POST /rest/v1.1/punch_items",
            {"project_id": 7, "punch_item": {"name": "Paint"}},
        ),
        (
            lambda company: company.requisitions.create(
                _PROJECT, RecordId(9), invoice_number="INV-7", upload_ids=["01HZ"]
            ),
            "POST /rest/v1.1/requisitions",
            {
                "project_id": 7,
                "commitment_id": 9,
                "requisition": {"invoice_number": "INV-7", "upload_ids": ["01HZ"]},
            },
        ),
    ],
)
def test_what_each_family_sends(
    company: CompanyApi,
    transport: ScriptedTransport,
    create: Callable[[CompanyApi], Any],
    route: str,
    body: dict[str, Any],
) -> None:
    transport.answer(route, json_answer({"id": 3}, 201))
    assert create(company).id == 3
    [request] = transport.requests
    assert orjson.loads(request.body or b"") == body


@pytest.mark.parametrize(
    "answer",
    [
        TimedOut("No answer."),
        *(WireResponse(status) for status in (500, 502, 503, 504, 408, 202, 204, 302)),
        WireResponse(201, body=b"<html>"),
        json_answer({"subject": "no id"}, 201),
    ],
    ids=lambda answer: str(getattr(answer, "status", "timed out")),
)
def test_a_lost_answer_is_an_unknown_outcome_and_nothing_is_repeated(
    company: CompanyApi, transport: ScriptedTransport, answer: Answer
) -> None:
    transport.answer(_CREATE, answer)
    with pytest.raises(OutcomeUnknown) as caught:
        _ask(company)
    assert len(transport.requests) == 1
    assert caught.value.route == _CREATE
    assert not caught.value.retryable


def test_an_unknown_outcome_carries_what_is_known(company: CompanyApi, transport: ScriptedTransport) -> None:
    transport.answer(_CREATE, json_answer({"errors": ["Heavy load"]}, 503, X_Request_Id="req-1"))
    with pytest.raises(OutcomeUnknown) as caught:
        _ask(company)
    assert (caught.value.request_id, caught.value.status_code, caught.value.messages) == (
        "req-1",
        503,
        ("Heavy load",),
    )


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Rejected), (403, Forbidden), (404, NotFound), (409, Rejected), (413, Rejected), (422, Rejected)],
)
def test_a_refusal_is_certain_and_says_why(
    company: CompanyApi, transport: ScriptedTransport, status: int, error: type[ProcoreError]
) -> None:
    transport.answer(_CREATE, json_answer({"errors": {"assignees": ["required"]}}, status))
    with pytest.raises(error) as caught:
        _ask(company)
    assert caught.value.messages == ("assignees: required",)
    assert len(transport.requests) == 1


def test_an_app_that_is_not_connected_is_told_apart(
    company: CompanyApi, transport: ScriptedTransport
) -> None:
    transport.answer(_CREATE, json_answer({"errors": ["App is not connected to this company."]}, 403))
    with pytest.raises(AppNotConnected):
        _ask(company)


def test_what_was_not_sent_can_be_sent_again_by_whoever_wants(
    company: CompanyApi, transport: ScriptedTransport
) -> None:
    transport.answer(_CREATE, ConnectFailed("Cannot be reached."), _CREATED)
    with pytest.raises(ConnectFailed):
        _ask(company)
    assert _ask(company).id == 3


def test_after_401_it_is_sent_once_more_with_another_token(
    procore: Procore, transport: ScriptedTransport
) -> None:
    transport.answer(_CREATE, WireResponse(401), _CREATED)
    _ask(procore.company(_COMPANY, FakeGrant("old", "new")))
    assert [request.headers["Authorization"] for request in transport.requests] == [
        "Bearer old",
        "Bearer new",
    ]


def test_a_second_401_is_the_end(procore: Procore, transport: ScriptedTransport) -> None:
    transport.answer(_CREATE, WireResponse(401))
    with pytest.raises(Unauthorized):
        _ask(procore.company(_COMPANY, FakeGrant("old", "new")))
    assert len(transport.requests) == 2


def test_after_429_it_waits_and_is_sent_again(
    company: CompanyApi, transport: ScriptedTransport, clock: FakeClock
) -> None:
    transport.answer(_CREATE, json_answer({}, 429, Retry_After="3"), _CREATED)
    assert _ask(company).id == 3
    assert sum(clock.slept) > 3


def test_when_the_time_is_up_nothing_is_sent(
    procore: Procore, company: CompanyApi, transport: ScriptedTransport, clock: FakeClock
) -> None:
    transport.answer(_CREATE, _CREATED)
    with procore.within(5):
        clock.advance(6)
        with pytest.raises(TimedOut):
            _ask(company)
    transport.answer(_CREATE, json_answer({}, 429, Retry_After="600"))
    with pytest.raises(RateLimited):
        _ask(company)
    assert len(transport.requests) == 1


@pytest.mark.parametrize("answer", [_CREATED, TimedOut("No answer.")])
def test_what_was_read_before_a_write_is_read_again(
    company: CompanyApi, transport: ScriptedTransport, answer: Answer
) -> None:
    transport.answer(_LIST, json_answer([]))
    transport.answer(_CREATE, answer)
    company.rfis.list(_PROJECT)
    with contextlib.suppress(OutcomeUnknown):
        _ask(company)
    company.rfis.list(_PROJECT)
    assert len(transport.sent(_LIST)) == 2


def test_a_write_is_not_printed(company: CompanyApi, transport: ScriptedTransport) -> None:
    transport.answer(_CREATE, _CREATED)
    _ask(company)
    assert "Which grade" not in repr(transport.requests)
