"""The storage behind uploads and files: another host, which knows signed addresses and refuses tokens.

File addresses of the API are opaque. They lead to the API's host, want a token there, and redirect to the storage
(platform reference, sections 4.7 and 5.13). The storage's own ways are not documented; they are those of the usual
object stores.
"""

from __future__ import annotations

import base64
import hmac
from urllib.parse import quote, urlencode

import orjson
from flask import Blueprint, redirect, request
from markupsafe import escape
from werkzeug import Response

from embedded_app.simulator.files.uploads import Mismatch, Part, Status, StoredFile, Upload
from embedded_app.simulator.hosts import host_address
from embedded_app.simulator.state import simulator

blueprint = Blueprint("storage", __name__)

HOST = "files.storage.localhost"
"""Outside the platform's domain: a client that sends its token here has lost it."""


def address(upload: Upload, number: int | None = None) -> str:
    """Where part `number` of an upload goes; without a number, where the whole file goes."""
    path = f"/storage/uploads/{upload.id}" + ("" if number is None else f"/{number}")
    query = {"expires": int(upload.urls_expire_at), "signature": upload.signature}
    return f"{host_address(HOST)}{path}?{urlencode(query)}"


def part_headers(part: Part) -> dict[str, str]:
    """What has to be sent with a part, exactly."""
    return {"x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(part.sha256)).decode()}


def form_fields(upload: Upload) -> dict[str, str]:
    """What has to be sent with a file in one piece, as fields of the form before it."""
    return {
        "key": f"uploads/{upload.id}/{upload.file_name}",
        "Content-Type": upload.content_type,
        "x-amz-signature": upload.signature,
    }


def file_address(file: StoredFile) -> str:
    """The opaque address of a file, as records have it."""
    return f"{host_address('api.procore.localhost')}/files/{file.token}/{quote(file.name, safe='')}"


@blueprint.get("/files/<token>/<name>")
def file(token: str, name: str) -> Response:
    """From the address in a record to the storage, for those who have a token."""
    running = simulator()
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or running.tokens.use(bearer) is None:
        body = orjson.dumps({"code": 401, "message": "The access token is invalid"})
        return Response(body, 401, mimetype="application/json")
    if running.uploads.stored(token) is None:
        return Response(orjson.dumps({"errors": ["Not Found"]}), 404, mimetype="application/json")
    return redirect(f"{host_address(HOST)}/storage/files/{token}/{quote(name, safe='')}?signature={token}")


@blueprint.get("/storage/files/<token>/<name>")
def content(token: str, name: str) -> Response:  # noqa: ARG001 # a name for those who save it
    """The bytes of a file."""
    found = simulator().uploads.stored(token)
    if found is None or not hmac.compare_digest(request.args.get("signature", ""), token):
        return _refuse(403, "AccessDenied", "Access Denied")
    return Response(found.content, mimetype=found.content_type)


@blueprint.put("/storage/uploads/<upload_id>/<int:number>")
def receive_part(upload_id: str, number: int) -> Response:
    """Take one part; the answer names it by an ETag."""
    upload = simulator().uploads.find(upload_id)
    if upload is None or number >= len(upload.parts) or not _signed(upload):
        return _refuse(403, "AccessDenied", "Request has expired")
    if upload.status in (Status.COMPLETE, Status.AVAILABLE):
        return _refuse(404, "NoSuchUpload", "The specified upload does not exist.")
    for header, value in part_headers(upload.parts[number]).items():
        if request.headers.get(header) != value:
            return _refuse(403, "SignatureDoesNotMatch", f"{header} is not what was signed.")
    try:
        etag = upload.receive(number, request.get_data())
    except Mismatch as wrong:
        return _refuse(400, "BadDigest", str(wrong))
    return Response(b"", 200, {"ETag": etag})


@blueprint.post("/storage/uploads/<upload_id>")
def receive_form(upload_id: str) -> Response:
    """Take a file in one piece."""
    upload = simulator().uploads.find(upload_id)
    if upload is None or upload.parts or not _signed(upload):
        return _refuse(403, "AccessDenied", "Request has expired")
    sent = request.files.get("file")
    if sent is None or any(request.form.get(name) != value for name, value in form_fields(upload).items()):
        return _refuse(403, "AccessDenied", "Invalid according to Policy")
    upload.content = sent.read()
    upload.status = Status.COMPLETE
    return Response(status=204)


@blueprint.before_request
def _know_no_tokens() -> Response | None:
    if request.path.startswith("/storage/") and "Authorization" in request.headers:
        return _refuse(400, "InvalidArgument", "Only one auth mechanism allowed")
    return None


def _signed(upload: Upload) -> bool:
    alive = simulator().clock.time() <= upload.urls_expire_at
    return alive and hmac.compare_digest(request.args.get("signature", ""), upload.signature)


def _refuse(status: int, code: str, message: str) -> Response:
    body = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', status, mimetype="application/xml")
