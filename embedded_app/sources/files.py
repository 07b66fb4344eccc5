"""Uploaded files: sealed when they come, opened only to be read, replaced as a whole."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from embedded_app import audit
from embedded_app.audit import Actor
from embedded_app.clock import Clock
from embedded_app.crypto import Vault
from embedded_app.errors import InvalidField
from embedded_app.sources.connectors.base import UploadedFile
from embedded_app.sources.models import SourceFile, content_context
from embedded_app.storage import Company, current_company_id, db, new_id

LARGEST_FILE = 10_000_000
"""Bytes."""
MOST_STORED = 100_000_000
"""Bytes of all files of a company, those that wait for a source included."""
_LONGEST_FILE_NAME = 255
_WAITS = timedelta(days=1)


class Files:
    """Files of the company in scope."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    def add(self, name: str, content: bytes, *, actor: Actor) -> UUID:
        """Store a file that waits for a source; returns its id. Those that waited too long go. Commits.

        One that waits already, with the same name and content, is that file.

        Raises:
            InvalidField: when it is empty or too large, or the company has stored as much as it may.
        """
        if not content:
            raise InvalidField("file", "The file is empty.")
        if len(content) > LARGEST_FILE:
            raise InvalidField("file", f"The file is larger than {LARGEST_FILE // 1_000_000} MB. Divide it.")
        now = self._clock.now()
        db.session.execute(
            delete(SourceFile).where(SourceFile.source_id.is_(None), SourceFile.uploaded_at < now - _WAITS)
        )
        digest = hashlib.sha256(content).hexdigest()
        file_name = _file_name(name)
        same = select(SourceFile.id).where(
            SourceFile.source_id.is_(None), SourceFile.sha256 == digest, SourceFile.file_name == file_name
        )
        if (waiting := db.session.scalar(same.limit(1))) is not None:
            db.session.commit()
            return waiting
        self._make_room(len(content))
        file_id = new_id()
        db.session.add(
            SourceFile(
                id=file_id,
                file_name=file_name,
                content=self._vault.seal(content_context(current_company_id(), file_id), content),
                sha256=digest,
                size=len(content),
                uploaded_at=now,
                uploaded_by=actor.name,
            )
        )
        db.session.flush()
        detail = {"sha256": digest, "size": str(len(content))}
        audit.record("source.file_uploaded", actor=actor, subject=file_name, detail=detail)
        db.session.commit()
        return file_id

    def _make_room(self, size: int) -> None:
        """Let the files go that wait for a source, the oldest first, where there is no room for another one.

        The company's row is locked until the commit, so that uploads that come together see each other's files.

        Raises:
            InvalidField: when those of sources leave too little.
        """
        db.session.execute(select(Company.id).where(Company.id == current_company_id()).with_for_update())
        stored = db.session.scalar(select(func.coalesce(func.sum(SourceFile.size), 0))) or 0
        waiting = (
            select(SourceFile)
            .where(SourceFile.source_id.is_(None))
            .order_by(SourceFile.uploaded_at, SourceFile.id)
        )
        for file in db.session.scalars(waiting).all():
            if stored + size <= MOST_STORED:
                break
            stored -= file.size
            db.session.delete(file)
        if stored + size > MOST_STORED:
            db.session.rollback()
            raise InvalidField(
                "file",
                f"The files of this company’s sources would take more than {MOST_STORED // 1_000_000} MB. "
                "Delete a source that is no longer used.",
            )

    def fetch(self, file_id: str) -> UploadedFile:
        """The file, opened. Ends the transaction, so that none is open while the file is read.

        Raises:
            InvalidField: when it is no longer there, or never was.
        """
        file = self._find(file_id)
        found = UploadedFile(file.file_name, self._vault.open(file.seal_context(), file.content))
        db.session.commit()
        return found

    def name_of(self, file_id: str) -> str:
        """The name it had where it came from; raises InvalidField as `fetch`."""
        return self._find(file_id).file_name

    def attach(self, file_id: str, source_id: UUID) -> None:
        """Give a file to its source and remove the one it replaces; does not commit.

        Raises:
            InvalidField: when the file belongs to another source.
        """
        file = self._find(file_id)
        if file.source_id not in {None, source_id}:
            raise InvalidField("file", "This file belongs to another source. Upload it again.")
        file.source_id = source_id
        db.session.execute(
            delete(SourceFile).where(SourceFile.source_id == source_id, SourceFile.id != file.id)
        )

    def _find(self, file_id: str) -> SourceFile:
        try:
            found = db.session.scalar(select(SourceFile).where(SourceFile.id == UUID(file_id)))
        except ValueError:
            found = None
        if found is None:
            raise InvalidField("file", "This file is no longer there. Upload it again.")
        return found


def _file_name(name: str) -> str:
    """The last part of the name, without anything that cannot be printed."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable()).strip()[-_LONGEST_FILE_NAME:] or "file"
