"""Files on records: uploads that a write names become attachments (platform reference, section 5.13)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from embedded_app.simulator.files import storage
from embedded_app.simulator.rest.access import Refusal, caller
from embedded_app.simulator.rest.values.formats import Json
from embedded_app.simulator.state import simulator

_FIELD = "upload_ids"


def written(before: Sequence[Json] | None, sent: Any) -> list[Json]:
    """The attachments there were, and one for each of the finished uploads that were sent."""
    if not isinstance(sent, list):
        raise Refusal(400, "is not a list", field=_FIELD)
    running = simulator()
    attached = list(before or [])
    for upload_id in sent:
        upload = running.uploads.find(str(upload_id))
        is_unified = upload is not None and upload.version == "v2.1"
        if is_unified and not running.switches.unified_uploads_everywhere:
            raise Refusal(422, "is an upload for the document tool", field=_FIELD)
        try:
            file = running.uploads.take(str(upload_id), caller().user_id)
        except LookupError as unknown:
            raise Refusal(422, str(unknown), field=_FIELD) from unknown
        url = storage.file_address(file)
        attached.append({"id": file.id, "name": file.name, "filename": file.name, "url": url})
    return attached
