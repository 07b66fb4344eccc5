"""Files through the storage: in segments, whole, and unified; the storage knows no tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.fakes.simulator_process import Answer, SimulatorProcess
from tests.integration.simulator.world import DANA, HOLLIS, MARCUS, RIVERSIDE

CONTENT = b"Sheet A-101, revision 3"
PARTS = (CONTENT[:10], CONTENT[10:])
OLD = f"/rest/v1.1/projects/{RIVERSIDE}/uploads"
UNIFIED = f"/rest/v2.1/companies/{HOLLIS}/projects/{RIVERSIDE}/uploads"
DOCUMENTS = f"/rest/v2.0/companies/{HOLLIS}/projects/{RIVERSIDE}/document_management/document_uploads"


def announced(part: bytes) -> dict[str, object]:
    return {
        "size": len(part),
        "sha256": hashlib.sha256(part).hexdigest(),
        "md5": hashlib.md5(part, usedforsecurity=False).hexdigest(),
    }


SEGMENTS = [announced(part) for part in PARTS]


@pytest.fixture
def token(simulator: SimulatorProcess) -> str:
    simulator.switch(smallest_part=5)
    return simulator.access_token(DANA)


def at(simulator: SimulatorProcess, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """A request to an address that the API gave, wherever it leads."""
    parts = urlsplit(url)
    return simulator.send(
        method, f"{parts.path}?{parts.query}", headers={**headers, "Host": parts.netloc}, body=body
    )


def put(
    simulator: SimulatorProcess,
    segment: Mapping[str, Any],
    part: bytes,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    return at(simulator, "PUT", segment["url"], {**segment["headers"], **(headers or {})}, part)


def begin(simulator: SimulatorProcess, token: str, path: str = OLD) -> Any:
    body = {"response_filename": "A-101.pdf", "file_name": "A-101?.pdf", "file_size": len(CONTENT)}
    answer = simulator.call("POST", path, {**body, "segments": SEGMENTS}, token, HOLLIS)
    assert answer.status == 201
    return answer.json["data"] if "v2" in path else answer.json


def finish(simulator: SimulatorProcess, token: str, upload_id: str, etags: Sequence[str | None]) -> Answer:
    return simulator.call("PATCH", f"{UNIFIED}/{upload_id}", {"part_etags": etags}, token, HOLLIS)


def test_segments_are_sent_to_another_host_and_closed_with_their_etags(
    simulator: SimulatorProcess, token: str
) -> None:
    upload = begin(simulator, token)
    assert upload["status"] == "ready"
    assert {urlsplit(each["url"]).hostname for each in upload["segments"]} == {"files.storage.localhost"}
    etags = [
        put(simulator, segment, part).headers["etag"]
        for segment, part in zip(upload["segments"], PARTS, strict=True)
    ]
    path = f"{OLD}/{upload['uuid']}"
    swapped = {"segments": [{"etag": each} for each in reversed(etags)]}
    assert simulator.call("PATCH", path, swapped, token, HOLLIS).status == 422
    closed = simulator.call("PATCH", path, {"segments": [{"etag": each} for each in etags]}, token, HOLLIS)
    assert (closed.status, closed.json["status"]) == (200, "complete")
    assert put(simulator, upload["segments"][0], PARTS[0]).status == 404


def test_the_storage_refuses_a_token_and_what_was_not_signed(simulator: SimulatorProcess, token: str) -> None:
    first = begin(simulator, token)["segments"][0]
    refused = put(simulator, first, PARTS[0], {"Authorization": f"Bearer {token}"})
    assert (refused.status, "<Code>InvalidArgument</Code>" in refused.text) == (400, True)
    assert simulator.requests()[-1]["breaches"] == ["bearer_elsewhere"]
    assert put(simulator, first, PARTS[1]).status == 400
    assert put(simulator, first, PARTS[0], {"x-amz-checksum-sha256": "other"}).status == 403
    assert put(simulator, first, PARTS[0][::-1]).status == 400
    assert put(simulator, {**first, "url": first["url"] + "0"}, PARTS[0]).status == 403
    assert put(simulator, first, PARTS[0]).status == 200
    simulator.advance(3601)
    assert put(simulator, first, PARTS[0]).status == 403


def test_a_whole_file_is_a_form_with_every_field(simulator: SimulatorProcess, token: str) -> None:
    upload = simulator.call("POST", OLD, {"response_filename": "A-101.pdf"}, token, HOLLIS).json
    for fields, status in ((upload["fields"], 204), (dict(list(upload["fields"].items())[1:]), 403)):
        body = b"".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        )
        body += (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
            + CONTENT
            + b"\r\n--b--\r\n"
        )
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        assert at(simulator, "POST", upload["url"], headers, body).status == status


def test_a_unified_upload_takes_parts_in_several_turns_until_it_is_available(
    simulator: SimulatorProcess, token: str
) -> None:
    upload = begin(simulator, token, UNIFIED)
    assert len(upload["upload_id"]) == 26
    first = put(simulator, upload["segments"][0], PARTS[0]).headers["etag"]
    assert finish(simulator, token, upload["upload_id"], [first, None]).json["data"]["status"] == "receiving"
    simulator.advance(3601)
    path = f"{UNIFIED}/{upload['upload_id']}"
    fresh = simulator.get(path, token, HOLLIS).json["data"]
    assert put(simulator, upload["segments"][1], PARTS[1]).status == 403
    second = put(simulator, fresh["segments"][1], PARTS[1]).headers["etag"]
    done = finish(simulator, token, upload["upload_id"], [first, second])
    assert done.json["data"]["status"] == "complete"
    asked = [simulator.get(path, token, HOLLIS).json["data"] for _ in range(2)]
    assert [each["status"] for each in asked] == ["complete", "available"]
    assert asked[1]["sanitized_file_name"] == "A-101_.pdf"


def test_a_file_is_reached_by_a_redirect_that_wants_no_token(simulator: SimulatorProcess, token: str) -> None:
    upload = begin(simulator, token, UNIFIED)
    etags = [
        put(simulator, segment, part).headers["etag"]
        for segment, part in zip(upload["segments"], PARTS, strict=True)
    ]
    finish(simulator, token, upload["upload_id"], etags)
    sent = {"id": 7, "upload_status": "COMPLETED", "file_upload_id": upload["upload_id"]}
    body = {"update_params": [sent]}
    (attached,) = simulator.call("PATCH", DOCUMENTS, body, token, HOLLIS).json["data"]
    path = urlsplit(attached["url"]).path
    assert simulator.get(path).status == 401
    redirect = simulator.get(path, token)
    assert redirect.status == 302
    assert simulator.requests()[-1]["breaches"] == []
    there = redirect.headers["location"]
    assert urlsplit(there).hostname == "files.storage.localhost"
    assert at(simulator, "GET", there, {"Authorization": f"Bearer {token}"}, b"").status == 400
    assert at(simulator, "GET", there, {}, b"").body == CONTENT
    simulator.advance(30 * 86_400)
    assert at(simulator, "GET", there, {}, b"").body == CONTENT


def test_an_upload_is_its_makers_alone_and_erased_in_time(simulator: SimulatorProcess, token: str) -> None:
    upload = begin(simulator, token, UNIFIED)
    path = f"{UNIFIED}/{upload['upload_id']}"
    assert simulator.get(path, simulator.access_token(MARCUS), HOLLIS).status == 403
    assert finish(simulator, token, upload["upload_id"], ["wrong", None]).status == 422
    sent = {"update_params": [{"id": 7, "file_upload_id": upload["upload_id"]}]}
    assert simulator.call("PATCH", DOCUMENTS, sent, token, HOLLIS).status == 422
    simulator.advance(86_401)
    assert simulator.get(path, simulator.access_token(DANA), HOLLIS).status == 404


@pytest.mark.parametrize(
    "segments",
    [
        [{"size": 4, "sha256": "0" * 64}, {"size": 4, "sha256": "0" * 64}],
        [{"size": 104_857_601, "sha256": "0" * 64}],
        [{"size": 10, "sha256": "short"}],
        [{"size": "10", "sha256": "0" * 64}],
        [{"size": 10}],
        ["part"],
    ],
)
def test_segments_of_a_wrong_size_are_refused(
    simulator: SimulatorProcess, token: str, segments: list[object]
) -> None:
    body = {"file_name": "a", "file_size": 8, "segments": segments}
    assert simulator.call("POST", UNIFIED, body, token, HOLLIS).status in (400, 422)


def test_a_record_takes_uploads_as_attachments(simulator: SimulatorProcess, token: str) -> None:
    finished = []
    for path, key in ((OLD, "uuid"), (UNIFIED, "upload_id")):
        upload = begin(simulator, token, path)
        etags = [
            put(simulator, segment, part).headers["etag"]
            for segment, part in zip(upload["segments"], PARTS, strict=True)
        ]
        body = {"segments": [{"etag": each} for each in etags], "part_etags": etags}
        simulator.call("PATCH", f"{path}/{upload[key]}", body, token, HOLLIS)
        finished.append(upload[key])
    rfis = f"/rest/v1.0/projects/{RIVERSIDE}/rfis"
    rfi = simulator.get(f"{rfis}?per_page=1", token, HOLLIS).json[0]["id"]

    def reply(*upload_ids: str) -> Answer:
        sent = {"reply": {"body": "See the sheet.", "upload_ids": list(upload_ids)}}
        return simulator.call("POST", f"{rfis}/{rfi}/replies", sent, token, HOLLIS)

    answered = reply(finished[0])
    assert answered.status < 300, answered.text
    (attached,) = answered.json["attachments"]
    redirect = simulator.get(urlsplit(attached["url"]).path, token)
    assert at(simulator, "GET", redirect.headers["location"], {}, b"").body == CONTENT
    assert reply("unknown").status == 422
    assert reply(finished[1]).status == 422
    simulator.switch(unified_uploads_everywhere=True)
    assert [each["filename"] for each in reply(*finished).json["attachments"]] == ["A-101.pdf", "A-101?.pdf"]
