"""Token pairs that could not be committed: kept beside the database, sealed, until they can.

A pair exists nowhere else once the login host has given it out. When the database does not take it, it goes into
a file of the instance folder, which a restart survives. The file is sealed under the grant's `PairKey`, which was
stored with the intent to refresh and is in hand while the database does not answer.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from embedded_app.crypto import SealContext, Sealed, SealingKey
from embedded_app.ids import CompanyId
from embedded_app.installations.models import principal_mark
from embedded_app.installations.tokens import pack_tokens, unpack_tokens
from embedded_app.procore import TokenSet

_SUFFIX = ".pair"
_DRAFT = ".draft"
_NAME = re.compile(
    r"(?P<company>\d{1,19})_(?P<grant>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(?P<version>\d{1,9})\.pair",
    re.ASCII,
)
_DRAFT_SECONDS = 3600.0
"""A draft that is older was left by a process that was ended while it wrote."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose grant it is, and which version of it a pair takes the place of."""

    company_id: CompanyId
    grant_id: UUID
    version: int

    @property
    def name(self) -> str:
        return f"{self.company_id}_{self.grant_id}_{self.version}{_SUFFIX}"

    @classmethod
    def of_name(cls, name: str) -> Place | None:
        """`None` when no pair of ours is named so."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        return cls(CompanyId(int(found["company"])), UUID(found["grant"]), int(found["version"]))

    def seal_context(self, principal_id: UUID | None) -> SealContext:
        """The pair opens for the principal it was given to."""
        return SealContext(
            "aside.pair", self.company_id, str(self.grant_id), self.version, principal_mark(principal_id)
        )


class Aside:
    """The files of one machine. `folder` is made when it is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, place: Place, principal_id: UUID | None, tokens: TokenSet, key: SealingKey) -> None:
        """Write the file, whole or not at all, and see it on the disk.

        Raises:
            OSError: the disk does not take it.
        """
        sealed = key.seal(place.seal_context(principal_id), pack_tokens(tokens))
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / place.name
        draft = path.with_suffix(f".{os.getpid()}{_DRAFT}")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(sealed.to_bytes())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        self._sync_folder()

    def _sync_folder(self) -> None:
        """The name is on the disk as well, and not the content alone."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def has(self, place: Place) -> bool:
        """Whether a pair is kept for `place`."""
        return (self._folder / place.name).exists()

    def open(self, place: Place, principal_id: UUID | None, key: SealingKey) -> TokenSet | None:
        """The pair that is kept for `place`; `None` when somebody has taken it.

        Raises:
            Unsealable: it is not what was kept there, or was kept under another key or for somebody else.
        """
        try:
            content = (self._folder / place.name).read_bytes()
        except FileNotFoundError:
            return None
        return unpack_tokens(key.open(place.seal_context(principal_id), Sealed.from_bytes(content)))

    def remove(self, place: Place) -> None:
        """Nothing is kept for `place` any more."""
        (self._folder / place.name).unlink(missing_ok=True)

    def places(self) -> Iterator[Place]:
        """What is kept on this machine. Another file in the folder is nobody's pair, and is left alone.

        Drafts that a process left when it was ended are removed.
        """
        for draft in self._folder.glob(f"*{_DRAFT}"):
            with suppress(FileNotFoundError):  # another process was first
                if time.time() - draft.stat().st_mtime > _DRAFT_SECONDS:
                    draft.unlink()
        found = (Place.of_name(path.name) for path in sorted(self._folder.glob(f"*{_SUFFIX}")))
        return (place for place in found if place is not None)
