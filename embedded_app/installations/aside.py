"""Token pairs that could not be committed: kept beside the database, sealed, until they can.

A pair exists nowhere else once the login host has given it out. When the database does not take it, it goes into
a file of the instance folder, which a restart survives. The file is sealed under the grant's `PairKey`, which was
stored with the intent to refresh and is in hand while the database does not answer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from embedded_app.crypto import SealContext, Sealed, SealingKey
from embedded_app.ids import CompanyId
from embedded_app.installations.tokens import pack_tokens, unpack_tokens
from embedded_app.procore import TokenSet

_SUFFIX = ".pair"


@dataclass(frozen=True, slots=True)
class Place:
    """Whose pair it is, and which version of the grant it takes the place of."""

    company_id: CompanyId
    grant_id: UUID
    version: int

    @property
    def name(self) -> str:
        return f"{self.company_id}_{self.grant_id}_{self.version}{_SUFFIX}"

    @classmethod
    def of_name(cls, name: str) -> Place:
        company_id, grant_id, version = name.removesuffix(_SUFFIX).split("_")
        return cls(CompanyId(int(company_id)), UUID(grant_id), int(version))

    def seal_context(self) -> SealContext:
        return SealContext("aside.pair", self.company_id, str(self.grant_id), self.version)


class Aside:
    """The files of one machine. `folder` is made when it is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, place: Place, tokens: TokenSet, key: SealingKey) -> None:
        """Write the file, whole or not at all, and see it on the disk.

        Raises:
            OSError: the disk does not take it.
        """
        sealed = key.seal(place.seal_context(), pack_tokens(tokens))
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / place.name
        unfinished = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed.to_bytes())
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)

    def has(self, place: Place) -> bool:
        """Whether a pair is kept for `place`."""
        return (self._folder / place.name).exists()

    def open(self, place: Place, key: SealingKey) -> TokenSet | None:
        """The pair that is kept for `place`; `None` when somebody has taken it.

        Raises:
            Unsealable: it is not what was kept there, or was kept under another key.
        """
        try:
            content = (self._folder / place.name).read_bytes()
        except FileNotFoundError:
            return None
        return unpack_tokens(key.open(place.seal_context(), Sealed.from_bytes(content)))

    def remove(self, place: Place) -> None:
        """Nothing is kept for `place` any more."""
        (self._folder / place.name).unlink(missing_ok=True)

    def places(self) -> Iterator[Place]:
        """What is kept on this machine."""
        return (Place.of_name(path.name) for path in sorted(self._folder.glob(f"*{_SUFFIX}")))
