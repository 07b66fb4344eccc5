"""Files on their way to Procore: both flows, their sums, what is sent again, and who gets which headers."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import orjson
import pytest

from embedded_app.errors import (
    ConnectFailed,
    OutcomeUnknown,
    ProcoreError,
    Rejected,
    ServerFailed,
    TimedOut,
    UnexpectedPayload,
)
from embedded_app.ids import CompanyId, ProjectId
from embedded_app.procore import CompanyApi, Procore, WireRequest, WireResponse
from embedded_app.procore.files import uploads
from embedded_app.procore.files.uploads import Upload
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_grant import FakeGrant
from tests.fakes.scripted_transport import ScriptedTransport, json_answer

_PROJECT = ProjectId(7)
_BEGIN = "POST /rest/v1.1/projects/{p}/uploads"
_FINISH = "PATCH /rest/v1.1/projects/{p}/uploads/{uuid}"
_PUT, _POST = "PUT file store", "POST file store"
_STORE = "https://store.example"
_CONTENT = b"abcdefghij"  # of two parts with 4 and 6 bytes


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", 4)


@pytest.fixture
def company(procore: Procore, grant: FakeGrant) -> CompanyApi:
    return procore.company(CompanyId(55188), grant)


def _whole(**changes: Any) -> WireResponse:
    answer = {"uuid": "01HZ", "url": f"{_STORE}/whole", "fields": {"key": "k-1", "policy": "p-1"}}
    return json_answer({**answer, **changes}, 201)


def _in_parts(count: int = 2, url: str = _STORE) -> WireResponse:
    segments = [
        {"url": f"{url}/{number}?sig=canary", "headers": {"x-sum": str(number)}} for number in range(count)
    ]
    return json_answer({"uuid": "01HZ", "segments": segments, "status": "ready"}, 201)


def _stored(request: WireRequest) -> WireResponse:
    return WireResponse(200, {"ETag": f'"{request.url[len(_STORE) + 1]}"'})


def _begin(company: CompanyApi, content: bytes = _CONTENT) -> Upload:
    return company.uploads.begin(_PROJECT, io.BytesIO(content), "invoice.pdf", "application/pdf")


def _body(request: WireRequest) -> Any:
    return orjson.loads(request.body or b"")


@pytest.fixture
def in_parts(transport: ScriptedTransport) -> ScriptedTransport:
    transport.answer(_BEGIN, _in_parts())
    transport.answer(_PUT, _stored)
    transport.answer(_FINISH, json_answer({"uuid": "01HZ", "status": "complete"}))
    return transport


def test_a_large_file_goes_in_parts(company: CompanyApi, in_parts: ScriptedTransport) -> None:
    upload = _begin(company)
    assert company.uploads.send(upload, io.BytesIO(_CONTENT)) == "01HZ"
    [begin] = in_parts.sent(_BEGIN)
    assert _body(begin) == {
        "response_filename": "invoice.pdf",
        "response_content_type": "application/pdf",
        "segments": [
            {
                "size": len(part),
                "sha256": hashlib.sha256(part).hexdigest(),
                "md5": hashlib.md5(part, usedforsecurity=False).hexdigest(),
            }
            for part in (b"abcd", b"efghij")
        ],
    }
    assert [(request.method, request.body, dict(request.headers)) for request in in_parts.sent(_PUT)] == [
        ("PUT", b"abcd", {"x-sum": "0"}),
        ("PUT", b"efghij", {"x-sum": "1"}),
    ]
    [finish] = in_parts.sent(_FINISH)
    assert finish.url.endswith("/rest/v1.1/projects/7/uploads/01HZ")
    assert _body(finish) == {"segments": [{"etag": '"0"'}, {"etag": '"1"'}]}


@pytest.mark.parametrize("content", [b"", b"abc", b"abcdefg"])
def test_a_small_file_goes_whole(company: CompanyApi, transport: ScriptedTransport, content: bytes) -> None:
    transport.answer(_BEGIN, _whole())
    transport.answer(_POST, WireResponse(204))
    told: list[tuple[int, int]] = []
    upload = _begin(company, content)
    assert company.uploads.send(upload, io.BytesIO(content), lambda *at: told.append(at)) == "01HZ"
    assert _body(transport.requests[0]) == {
        "response_filename": "invoice.pdf",
        "response_content_type": "application/pdf",
    }
    [_, post] = transport.requests
    body = post.body or b""
    order = [
        body.index(piece) for piece in (b'"key"', b"k-1", b'"policy"', b"p-1", b'"file"', b"invoice.pdf")
    ]
    assert order == sorted(order), "the file comes last"
    assert b"application/pdf\r\n\r\n" + content in body
    assert told == [(len(content), len(content))]
    assert company.uploads.send(upload, io.BytesIO(content)) == "01HZ"
    assert len(transport.requests) == 2, "what arrived is not sent again"


@pytest.mark.parametrize(("size", "parts"), [(7, [7]), (8, [4, 4]), (11, [4, 7]), (12, [4, 4, 4])])
def test_no_part_is_shorter_than_the_shortest(
    company: CompanyApi, transport: ScriptedTransport, size: int, parts: list[int]
) -> None:
    transport.answer(_BEGIN, _in_parts(len(parts)) if len(parts) > 1 else _whole())
    assert [part.size for part in _begin(company, b"x" * size).parts] == parts


def test_a_part_has_eight_megabytes(
    company: CompanyApi, transport: ScriptedTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    transport.answer(_BEGIN, _in_parts())
    assert [part.size for part in _begin(company, bytes(2**24)).parts] == [2**23, 2**23]


def test_a_part_has_two_minutes_where_nothing_else_limits_it(
    company: CompanyApi, in_parts: ScriptedTransport
) -> None:
    company.uploads.send(_begin(company), io.BytesIO(_CONTENT))
    seconds = [
        seconds
        for request, seconds in zip(in_parts.requests, in_parts.seconds, strict=True)
        if request.route == _PUT
    ]
    assert seconds == [120, 120]


def test_neither_token_nor_company_go_to_the_store(company: CompanyApi, in_parts: ScriptedTransport) -> None:
    company.uploads.send(_begin(company), io.BytesIO(_CONTENT))
    for request in in_parts.requests:
        is_procore = request.url.startswith("https://api.procore.example/")
        assert ("Authorization" in request.headers) is is_procore
        assert ("Procore-Company-Id" in request.headers) is is_procore


@pytest.mark.usefixtures("in_parts")
def test_progress_is_told_after_each_part(company: CompanyApi) -> None:
    told: list[tuple[int, int]] = []
    company.uploads.send(_begin(company), io.BytesIO(_CONTENT), lambda *at: told.append(at))
    assert told == [(0, 10), (4, 10), (10, 10)]


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (WireResponse(403), Rejected),
        (WireResponse(500), ServerFailed),
        (TimedOut("No answer."), TimedOut),
        (WireResponse(200), UnexpectedPayload),  # without ETag
        (WireResponse(302, {"Location": "https://elsewhere.example"}), UnexpectedPayload),
    ],
)
def test_an_upload_goes_on_where_it_stopped(
    company: CompanyApi,
    in_parts: ScriptedTransport,
    failure: WireResponse | Exception,
    error: type[ProcoreError],
) -> None:
    upload = _begin(company)
    in_parts.answer(_PUT, _stored, failure)
    with pytest.raises(error) as caught:
        company.uploads.send(upload, io.BytesIO(_CONTENT))
    assert "canary" not in repr(caught.value) + repr(caught.value.__cause__)
    assert caught.value.route in {_PUT, ""}
    assert (upload.arrived, in_parts.sent(_FINISH)) == (4, [])
    in_parts.requests.clear()
    in_parts.answer(_PUT, _stored)
    assert company.uploads.send(upload, io.BytesIO(_CONTENT)) == "01HZ"
    assert [request.body for request in in_parts.sent(_PUT)] == [b"efghij"]


@pytest.mark.parametrize("failure", [WireResponse(503), TimedOut("No answer."), ConnectFailed("Down.")])
def test_a_part_that_did_not_arrive_is_sent_again_after_a_pause(
    company: CompanyApi, in_parts: ScriptedTransport, clock: FakeClock, failure: WireResponse | Exception
) -> None:
    in_parts.answer(_PUT, failure, failure, _stored)
    company.uploads.send(_begin(company), io.BytesIO(_CONTENT))
    assert [request.body for request in in_parts.sent(_PUT)] == [b"abcd"] * 3 + [b"efghij"]
    assert clock.slept == [0.5, 1.0]


def test_a_part_that_the_store_refuses_is_not_sent_again(
    company: CompanyApi, in_parts: ScriptedTransport
) -> None:
    in_parts.answer(_PUT, WireResponse(400, body=b"<Error>canary</Error>"))
    with pytest.raises(Rejected) as caught:
        company.uploads.send(_begin(company), io.BytesIO(_CONTENT))
    assert len(in_parts.sent(_PUT)) == 1
    assert caught.value.messages == ()


def test_when_the_time_is_up_no_part_is_sent_again(
    procore: Procore, company: CompanyApi, in_parts: ScriptedTransport, clock: FakeClock
) -> None:
    upload = _begin(company)
    in_parts.answer(_PUT, WireResponse(500))
    with procore.within(0.1), pytest.raises(ServerFailed):
        company.uploads.send(upload, io.BytesIO(_CONTENT))
    assert (len(in_parts.sent(_PUT)), clock.slept) == (1, [])


def test_a_lost_answer_to_the_end_can_be_asked_again(
    company: CompanyApi, in_parts: ScriptedTransport
) -> None:
    upload = _begin(company)
    in_parts.answer(_FINISH, TimedOut("No answer."), json_answer({"status": "complete"}))
    with pytest.raises(OutcomeUnknown):
        company.uploads.send(upload, io.BytesIO(_CONTENT))
    assert company.uploads.send(upload, io.BytesIO(_CONTENT)) == "01HZ"
    assert (len(in_parts.sent(_PUT)), len(in_parts.sent(_FINISH))) == (2, 2)


def test_an_upload_that_is_not_complete_is_no_success(
    company: CompanyApi, in_parts: ScriptedTransport
) -> None:
    in_parts.answer(_FINISH, json_answer({"status": "ready"}))
    with pytest.raises(OutcomeUnknown):
        company.uploads.send(_begin(company), io.BytesIO(_CONTENT))


@pytest.mark.parametrize(
    "url",
    [
        "http://store.example/0",
        "ftp://store.example/0",
        "//store.example/0",
        "https://u@store.example/0",
        "https://[",
    ],
)
def test_bytes_go_nowhere_without_tls(company: CompanyApi, in_parts: ScriptedTransport, url: str) -> None:
    in_parts.answer(_BEGIN, _whole(url=url))
    upload = _begin(company, b"abc")
    with pytest.raises(UnexpectedPayload):
        company.uploads.send(upload, io.BytesIO(b"abc"))
    assert in_parts.sent(_POST) == []


@pytest.mark.parametrize(
    "answer",
    [
        _in_parts(1),
        _in_parts(3),
        _whole(),
        json_answer({"uuid": "../me", "segments": []}, 201),
        json_answer(
            {"uuid": "1", "segments": [{"url": _STORE, "headers": {"x": "a\r\nAuthorization: b"}}] * 2}, 201
        ),
    ],
)
def test_an_announcement_that_makes_no_sense(
    company: CompanyApi, in_parts: ScriptedTransport, answer: WireResponse
) -> None:
    in_parts.answer(_BEGIN, answer)
    with pytest.raises(OutcomeUnknown):
        _begin(company)


def test_signed_addresses_are_not_printed(company: CompanyApi, in_parts: ScriptedTransport) -> None:
    upload = _begin(company)
    company.uploads.send(upload, io.BytesIO(_CONTENT))
    assert "canary" not in repr(upload) + repr(in_parts.requests)
