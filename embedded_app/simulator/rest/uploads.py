"""Direct uploads, in parts or whole (v1.1), and unified uploads (v2.1): platform reference, section 5.13."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug import Response

from embedded_app.simulator.files import storage
from embedded_app.simulator.files.uploads import Mismatch, Part, Status, Upload
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.rest.access import (
    NOT_FOUND,
    NOT_PERMITTED,
    Refusal,
    blueprint,
    caller,
    company_of_call,
    permitted_project,
    require,
)
from embedded_app.simulator.rest.answers import data, json
from embedded_app.simulator.rest.values.bodies import required, sent_json
from embedded_app.simulator.rest.values.formats import Json, stamp
from embedded_app.simulator.state import simulator

_LARGEST_PART = 104_857_600
_LARGEST_OLD_PART = 5 * 1024**3
_MOST_PARTS = 10_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_UNSAFE = re.compile(r"[^\w.\- ]")


@blueprint.post("/v1.1/companies/<int:company_id>/uploads", defaults={"project_id": None})
@blueprint.post("/v1.1/projects/<int:project_id>/uploads", defaults={"company_id": None})
def begin_upload(company_id: int | None, project_id: int | None) -> Response:  # noqa: ARG001 # checked with the header
    """Begin an upload: in segments if any are announced, whole otherwise."""
    body = sent_json()
    upload = _begin("v1.1", project_id, required(body, "response_filename", str), body, _LARGEST_OLD_PART)
    if upload.parts:
        answer = json(_old(upload))
    else:
        answer = json(
            {"uuid": upload.id, "url": storage.address(upload), "fields": storage.form_fields(upload)}
        )
    answer.status_code = 201
    return answer


@blueprint.patch("/v1.1/companies/<int:company_id>/uploads/<upload_id>", defaults={"project_id": None})
@blueprint.patch("/v1.1/projects/<int:project_id>/uploads/<upload_id>", defaults={"company_id": None})
def finish_upload(company_id: int | None, project_id: int | None, upload_id: str) -> Response:  # noqa: ARG001 # as above
    """Close an upload of segments with their ETags, in order."""
    upload = _own(upload_id, "v1.1", project_id)
    segments = required(sent_json(), "segments", list)
    _finish(upload, [each.get("etag") if isinstance(each, dict) else None for each in segments], "segments")
    return json(_old(upload))


@blueprint.post("/v2.1/companies/<int:company_id>/uploads", defaults={"project_id": None})
@blueprint.post("/v2.1/companies/<int:company_id>/projects/<int:project_id>/uploads")
def begin_unified_upload(company_id: int, project_id: int | None) -> Response:  # noqa: ARG001 # as above
    """Begin an upload; its segments together are the file."""
    body = sent_json()
    file_size = required(body, "file_size", int)
    required(body, "segments", list)
    upload = _begin("v2.1", project_id, required(body, "file_name", str), body, _LARGEST_PART)
    if sum(part.size for part in upload.parts) != file_size:
        raise Refusal(422, "is not the sum of the segments", field="file_size")
    answer = data(_unified(upload))
    answer.status_code = 201
    return answer


@blueprint.patch("/v2.1/companies/<int:company_id>/uploads/<upload_id>", defaults={"project_id": None})
@blueprint.patch("/v2.1/companies/<int:company_id>/projects/<int:project_id>/uploads/<upload_id>")
def finish_unified_upload(company_id: int, project_id: int | None, upload_id: str) -> Response:  # noqa: ARG001 # as above
    """Close an upload with the ETags of its segments; null for those still missing."""
    upload = _own(upload_id, "v2.1", project_id)
    _finish(upload, required(sent_json(), "part_etags", list), "part_etags")
    return data(_unified(upload))


@blueprint.get("/v2.1/companies/<int:company_id>/uploads/<upload_id>", defaults={"project_id": None})
@blueprint.get("/v2.1/companies/<int:company_id>/projects/<int:project_id>/uploads/<upload_id>")
def unified_upload(company_id: int, project_id: int | None, upload_id: str) -> Response:  # noqa: ARG001 # as above
    """How far an upload is, with fresh addresses where they have expired."""
    upload = _own(upload_id, "v2.1", project_id)
    now = simulator().clock.time()
    if upload.status in (Status.READY, Status.RECEIVING) and now > upload.urls_expire_at:
        upload.renew_urls(now)
    if upload.status is Status.COMPLETE:
        if upload.polls_left == 0:
            upload.status = Status.AVAILABLE
        upload.polls_left -= 1
    return data(_unified(upload))


@blueprint.patch(
    "/v2.0/companies/<int:company_id>/projects/<int:project_id>/document_management/document_uploads"
)
def attach_uploads(company_id: int, project_id: int) -> Response:  # noqa: ARG001 # as above
    """Put finished uploads into the document tool."""
    permitted_project(project_id)
    require("documents", project_id, Level.STANDARD)
    attached = []
    for each in required(sent_json(), "update_params", list):
        file_upload_id = required(each if isinstance(each, dict) else {}, "file_upload_id", str)
        try:
            file = simulator().uploads.take(file_upload_id, caller().user_id)
        except LookupError as unknown:
            raise Refusal(422, str(unknown), field="file_upload_id") from unknown
        attached.append(
            {
                "id": each.get("id"),
                "upload_status": "COMPLETED",
                "file_upload_id": file_upload_id,
                "name": file.name,
                "url": storage.file_address(file),
            }
        )
    return data(attached)


def _begin(
    version: str, project_id: int | None, file_name: str, body: Mapping[str, Any], largest: int
) -> Upload:
    if project_id is not None:
        permitted_project(project_id)
    running = simulator()
    content_type = body.get("content_type") or body.get("response_content_type")
    return running.uploads.begin(
        version,
        company_id=company_of_call(),
        project_id=project_id,
        user_id=caller().user_id,
        file_name=file_name,
        content_type=str(content_type or "application/octet-stream"),
        parts=_parts(body.get("segments") or [], largest, above=version == "v2.1"),
        polls=running.switches.upload_polls,
    )


def _parts(segments: object, largest: int, *, above: bool) -> list[Part]:
    """The segments as announced; `above` says that each but the last has to exceed the smallest size."""
    if not isinstance(segments, list) or len(segments) > _MOST_PARTS:
        raise Refusal(422, f"has to be a list of at most {_MOST_PARTS}", field="segments")
    smallest = simulator().switches.smallest_part + above
    parts = []
    for number, each in enumerate(segments, start=1):
        segment = each if isinstance(each, dict) else {}
        size, sha256 = required(segment, "size", int), required(segment, "sha256", str).lower()
        if not _SHA256.fullmatch(sha256):
            raise Refusal(422, "is not a SHA-256", field="sha256")
        if size < 1 or size > largest or (size < smallest and number < len(segments)):
            raise Refusal(422, "is too small or too large for a segment", field="size")
        parts.append(Part(size, sha256, segment.get("md5")))
    return parts


def _own(upload_id: str, version: str, project_id: int | None) -> Upload:
    upload = simulator().uploads.find(upload_id)
    if upload is None or (upload.version, upload.project_id) != (version, project_id):
        raise Refusal(404, NOT_FOUND)
    if upload.company_id != company_of_call():
        raise Refusal(404, NOT_FOUND)
    if upload.user_id != caller().user_id:
        raise Refusal(403, NOT_PERMITTED)
    return upload


def _finish(upload: Upload, etags: list[Any], field: str) -> None:
    if upload.status in (Status.COMPLETE, Status.AVAILABLE):
        return
    if upload.version == "v1.1" and None in etags:
        raise Refusal(422, "every segment needs its etag", field=field)
    if not all(etag is None or isinstance(etag, str) for etag in etags):
        raise Refusal(400, "is not a list of texts", field=field)
    try:
        upload.finish(etags)
    except Mismatch as wrong:
        raise Refusal(422, str(wrong), field=field) from wrong


def _old(upload: Upload) -> Json:
    segments: list[Json] = [
        {
            "size": part.size,
            "sha256": part.sha256,
            "md5": part.md5,
            "url": storage.address(upload, number),
            "headers": storage.part_headers(part),
            "etag": part.etag,
        }
        for number, part in enumerate(upload.parts)
    ]
    return {"uuid": upload.id, "segments": segments, "status": upload.status}


def _unified(upload: Upload) -> Json:
    body: Json = {
        "upload_id": upload.id,
        "file_name": upload.file_name,
        "file_size": sum(part.size for part in upload.parts),
        "content_type": upload.content_type,
        "upload_expires_at": _time(simulator().uploads.expires_at(upload)),
        "segments": [
            {
                "url": storage.address(upload, number),
                "url_expires_at": _time(upload.urls_expire_at),
                "headers": storage.part_headers(part),
            }
            for number, part in enumerate(upload.parts)
        ],
        "status": upload.status,
    }
    if upload.status is Status.AVAILABLE:
        body["sanitized_file_name"] = _UNSAFE.sub("_", upload.file_name)
        body["custom_metadata"] = {}
    return body


def _time(seconds: float) -> str | None:
    return stamp(datetime.fromtimestamp(seconds, UTC))
