"""Files on their way in and out: uploads in parts or whole, and what they become (platform reference, 5.13).

The API hands out addresses of the storage, which is another host and knows signatures instead of tokens; the bytes
go there. An upload belongs to the person who began it, and is erased unless a record takes it in time.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from embedded_app.simulator.clock import SimulatedClock
from embedded_app.simulator.ulid import new_ulid

URL_SECONDS = 3600
_DAY = 86_400
_KEPT_SECONDS = {"v1.1": 7 * _DAY, "v2.1": _DAY}
"""How long an upload that no record took is kept."""
_FIRST_ID = 7_400_001


class Status(StrEnum):
    """How far an upload is; `available` exists in version 2.1 alone."""

    READY = "ready"
    RECEIVING = "receiving"
    COMPLETE = "complete"
    AVAILABLE = "available"


class Mismatch(ValueError):
    """What arrived is not what was announced."""


@dataclass(slots=True)
class Part:
    """One segment as announced, and as it arrived. Checksums are hexadecimal; `md5` is None if not announced."""

    size: int
    sha256: str
    md5: str | None
    content: bytes | None = None

    @property
    def etag(self) -> str | None:
        """What storage answered for it; None while it is missing."""
        return (
            None
            if self.content is None
            else f'"{hashlib.md5(self.content, usedforsecurity=False).hexdigest()}"'
        )


@dataclass(slots=True)
class Upload:
    """One file on its way. Without `parts` it is sent whole, into `content`."""

    id: str
    version: str
    company_id: int
    project_id: int | None
    user_id: int | None
    file_name: str
    content_type: str
    created_at: float
    parts: list[Part] = field(default_factory=list)
    content: bytes | None = None
    status: Status = Status.READY
    signature: str = field(default_factory=lambda: secrets.token_hex(16))
    urls_made_at: float = 0.0
    polls_left: int = 0
    used: bool = False

    @property
    def urls_expire_at(self) -> float:
        return self.urls_made_at + URL_SECONDS

    def receive(self, number: int, content: bytes) -> str:
        """Take part `number` (from 0); the answer is its ETag.

        Raises:
            Mismatch: it has another size or checksum.
        """
        part = self.parts[number]
        if len(content) != part.size or hashlib.sha256(content).hexdigest() != part.sha256:
            raise Mismatch("The content does not match its size or SHA-256.")
        if part.md5 is not None and hashlib.md5(content, usedforsecurity=False).hexdigest() != part.md5:
            raise Mismatch("The content does not match its MD5.")
        part.content = content
        return part.etag or ""

    def finish(self, etags: Sequence[str | None]) -> None:
        """Close the upload with the ETags of all parts, in order; None for a part that is still missing.

        Raises:
            Mismatch: an ETag is not the one that storage answered, or there are too few or too many.
        """
        if len(etags) != len(self.parts):
            raise Mismatch(f"There are {len(self.parts)} segments, not {len(etags)}.")
        for part, etag in zip(self.parts, etags, strict=True):
            if etag is not None and (part.etag is None or etag.strip('"') != part.etag.strip('"')):
                raise Mismatch("An ETag does not match its segment.")
        if None in etags:
            self.status = Status.RECEIVING
            return
        self.content = b"".join(part.content or b"" for part in self.parts)
        for part in self.parts:
            part.content = None
        self.status = Status.COMPLETE

    def renew_urls(self, now: float) -> None:
        """Make addresses that work from now on; the older ones end."""
        self.signature = secrets.token_hex(16)
        self.urls_made_at = now


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that a record took. `token` is the unguessable part of its address."""

    id: int
    token: str
    name: str
    content_type: str
    content: bytes


class Uploads:
    """Every upload and stored file of one run."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._uploads: dict[str, Upload] = {}
        self._files: dict[str, StoredFile] = {}

    def begin(
        self,
        version: str,
        *,
        company_id: int,
        project_id: int | None,
        user_id: int | None,
        file_name: str,
        content_type: str,
        parts: list[Part],
        polls: int = 0,
    ) -> Upload:
        """A new upload; `polls` is how often it is asked for before it is `available`."""
        now = self._clock.time()
        upload = Upload(
            id=new_ulid(now) if version == "v2.1" else str(UUID(bytes=secrets.token_bytes(16), version=4)),
            version=version,
            company_id=company_id,
            project_id=project_id,
            user_id=user_id,
            file_name=file_name,
            content_type=content_type,
            created_at=now,
            parts=parts,
            urls_made_at=now,
            polls_left=polls,
        )
        self._uploads[upload.id] = upload
        return upload

    def find(self, upload_id: str) -> Upload | None:
        """The upload; None if there is none, or it was erased because no record took it."""
        upload = self._uploads.get(upload_id)
        if upload is None or (not upload.used and self._clock.time() > self.expires_at(upload)):
            return None
        return upload

    def expires_at(self, upload: Upload) -> float:
        """When it is erased unless a record took it, in seconds since the epoch."""
        return upload.created_at + _KEPT_SECONDS[upload.version]

    def take(self, upload_id: str, user_id: int | None) -> StoredFile:
        """Put the file of a finished upload on a record, as the person who sent it.

        Raises:
            LookupError: there is no such finished upload of this person.
        """
        upload = self.find(upload_id)
        if upload is None or upload.user_id != user_id or upload.content is None:
            raise LookupError(f"Upload {upload_id} does not exist, is not complete, or is somebody else's.")
        upload.used = True
        return self.store(upload.file_name, upload.content_type, upload.content)

    def store(self, name: str, content_type: str, content: bytes) -> StoredFile:
        """Keep a file that is there from the beginning."""
        file = StoredFile(_FIRST_ID + len(self._files), secrets.token_hex(16), name, content_type, content)
        self._files[file.token] = file
        return file

    def stored(self, token: str) -> StoredFile | None:
        """The file of this address; None if there is none."""
        return self._files.get(token)
