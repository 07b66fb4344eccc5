"""Files on their way to Procore (docs/platform-reference.md, section 5.13, direct upload v1.1).

Procore hands out addresses of its file store and the bytes go there: a small file whole, a large one in parts. The
record that is to have the file names the upload in `upload_ids`; what no record names is deleted after a week.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Literal

import msgspec

from embedded_app.ids import ProjectId
from embedded_app.procore.calls.decoding import Decode, converted, one, shaped
from embedded_app.procore.calls.fields import Malformed, RequiredText, Wire, required_items, required_text
from embedded_app.procore.calls.routes import TEXT_ID, WriteRoute
from embedded_app.procore.files.store import FileStore
from embedded_app.procore.records.access import CompanyAccess

PART_BYTES = 8 * 1024 * 1024
"""Of a part, but the last one may have almost twice as many: none may have less than 5 MB."""

Progress = Callable[[int, int], None]
"""Told how many bytes have arrived, and of how many."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of a file's bytes. Both sums are of them, in hexadecimal digits."""

    start: int
    size: int
    sha256: str
    md5: str


def _upload_id(value: object) -> str:
    """Letters, digits and dashes."""
    found = required_text(value)
    if not TEXT_ID.fullmatch(found):
        raise Malformed
    return found


def _texts(value: object) -> Mapping[str, str]:
    """An object of texts; an empty one for ``null``."""
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise Malformed
    return value


def _headers(value: object) -> Mapping[str, str]:
    """Texts that can be headers of a request."""
    found = _texts(value)
    if not all(
        TEXT_ID.fullmatch(key) and each.isascii() and each.isprintable() for key, each in found.items()
    ):
        raise Malformed
    return found


class Target(msgspec.Struct, frozen=True):
    """Where bytes go. The address and what goes with it are signed, so they are not printed."""

    url: RequiredText
    headers: Wire[Mapping[str, str], _headers] = {}

    def __repr__(self) -> str:
        return "Target()"


def _targets(value: object) -> tuple[Target, ...]:
    return tuple(converted(item, Target) for item in required_items(value))


UploadId = Wire[str, _upload_id]


class Form(msgspec.Struct, frozen=True):
    """Where a whole file goes, and what is filled in with it; signed as a `Target` is."""

    id: UploadId = msgspec.field(name="uuid")
    url: RequiredText
    fields: Wire[Mapping[str, str], _texts] = {}

    def __repr__(self) -> str:
        return f"Form(id={self.id!r})"


class Segments(msgspec.Struct, frozen=True):
    """Where the parts of a file go, in their order."""

    id: UploadId = msgspec.field(name="uuid")
    targets: Wire[tuple[Target, ...], _targets] = msgspec.field(name="segments")


class _Finished(msgspec.Struct):
    status: Literal["complete"]


@dataclass(slots=True)
class Upload:
    """A file that was announced. It remembers which parts have arrived, so that the rest can be sent later.

    Attributes:
        id: what a record takes as one of its `upload_ids`, once `Uploads.send` is through.
        size: in bytes.
        etags: what the file store said of each part that arrived, by its number from 0.
    """

    project_id: ProjectId
    filename: str
    content_type: str
    size: int
    parts: tuple[Part, ...]
    place: Form | Segments
    etags: dict[int, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Procore's name of the upload."""
        return self.place.id

    @property
    def arrived(self) -> int:
        """How many bytes are there."""
        return sum(self.parts[number].size for number in self.etags)


def segments_for(count: int) -> Decode[Segments]:
    """Decodes the answer for a file that goes in `count` parts."""

    def check(found: Segments) -> Segments:
        if len(found.targets) != count:
            raise Malformed("segments")
        return found

    return shaped(Segments, check)


@dataclass(frozen=True, slots=True)
class Uploads:
    """Brings files of a project to Procore, as the viewer. Only who began an upload may finish and use it."""

    _access: CompanyAccess
    _store: FileStore

    def begin(self, project_id: ProjectId, file: BinaryIO, filename: str, content_type: str) -> Upload:
        """Announce a file with the sums of its parts; none of it is sent yet.

        Args:
            project_id: whose record will have the file.
            file: open at its beginning; it must be possible to go back in it. At most one part is in memory.
            filename: as people will see it.
            content_type: its media type.
        """
        parts = _parts(file)
        body = {"response_filename": filename, "response_content_type": content_type}
        place: Form | Segments
        if len(parts) == 1:
            place = self._access.write(WriteRoute.CREATE_UPLOAD, body, one(Form), p=project_id)
        else:
            segments = [{"size": part.size, "sha256": part.sha256, "md5": part.md5} for part in parts]
            place = self._access.write(
                WriteRoute.CREATE_UPLOAD,
                {**body, "segments": segments},
                segments_for(len(parts)),
                p=project_id,
            )
        size = sum(part.size for part in parts)
        return Upload(project_id, filename, content_type, size, parts, place)

    def send(self, upload: Upload, file: BinaryIO, progress: Progress | None = None) -> str:
        """Send what has not arrived yet, and finish; the upload's id.

        After a failure call it again with the same `upload`: parts that arrived are not sent again.

        Raises:
            Rejected: the file store refused a part; its address may have expired. Begin again.
            OutcomeUnknown: the bytes are there, and it is not known whether the upload is finished.
            ProcoreError: a part did not arrive.
        """
        if isinstance(upload.place, Form):
            self._send_whole(upload, upload.place, file)
            _tell(progress, upload)
            return upload.id
        _tell(progress, upload)
        for number, (part, target) in enumerate(zip(upload.parts, upload.place.targets, strict=True)):
            if number not in upload.etags:
                etag = self._store.put(
                    target.url, target.headers, _bytes(file, part), self._access.company_id
                )
                upload.etags[number] = etag
                _tell(progress, upload)
        segments = [{"etag": upload.etags[number]} for number in range(len(upload.parts))]
        self._access.write(
            WriteRoute.FINISH_UPLOAD,
            {"segments": segments},
            one(_Finished),
            p=upload.project_id,
            uuid=upload.id,
        )
        return upload.id

    def _send_whole(self, upload: Upload, form: Form, file: BinaryIO) -> None:
        if upload.etags:
            return
        [part] = upload.parts
        sent = (upload.filename, _bytes(file, part), upload.content_type)
        self._store.post(form.url, form.fields, sent, self._access.company_id)
        upload.etags[0] = ""


def _parts(file: BinaryIO) -> tuple[Part, ...]:
    """The parts of a file with their sums; one for a file that goes whole, even an empty one."""
    size = file.seek(0, 2)
    count = max(1, size // PART_BYTES)
    starts = [number * PART_BYTES for number in range(count)]
    parts = []
    for start, end in zip(starts, [*starts[1:], size], strict=True):
        file.seek(start)
        content = file.read(end - start)
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        parts.append(Part(start, end - start, hashlib.sha256(content).hexdigest(), md5))
    return tuple(parts)


def _bytes(file: BinaryIO, part: Part) -> bytes:
    file.seek(part.start)
    return file.read(part.size)


def _tell(progress: Progress | None, upload: Upload) -> None:
    if progress is not None:
        progress(upload.arrived, upload.size)
