"""Token pairs that could not be committed: kept beside the database, sealed, until they can.

A pair exists nowhere else once the login host has given it out. When the database does not take it, it goes into
a file of the instance folder, which a restart survives. The file is sealed under a key of its own that the master
key wraps, because the company's key stands in the very database that does not answer.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import orjson

from embedded_app.crypto import SealContext, Sealed, Vault, WrappedKey
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

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault

    def keep(self, place: Place, tokens: TokenSet) -> None:
        """Write the file, whole or not at all, and see it on the disk.

        Raises:
            OSError: the disk does not take it.
            CredentialError: it could not be sealed.
        """
        wrapped, sealed = self._vault.seal_apart(place.seal_context(), pack_tokens(tokens))
        content = orjson.dumps(
            {
                "master_key_id": wrapped.master_key_id,
                "wrapped_key": base64.b64encode(wrapped.wrapped).decode(),
                "sealed": base64.b64encode(sealed.to_bytes()).decode(),
            }
        )
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / place.name
        unfinished = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)

    def find(self, place: Place) -> TokenSet | None:
        """The pair that is kept for `place`, or `None`; raises as `Vault.open`."""
        try:
            value = orjson.loads((self._folder / place.name).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        wrapped = WrappedKey(value["master_key_id"], base64.b64decode(value["wrapped_key"]))
        sealed = Sealed.from_bytes(base64.b64decode(value["sealed"]))
        return unpack_tokens(self._vault.open_apart(place.seal_context(), wrapped, sealed))

    def remove(self, place: Place) -> None:
        """Nothing is kept for `place` any more."""
        (self._folder / place.name).unlink(missing_ok=True)

    def places(self) -> Iterator[Place]:
        """What is kept on this machine."""
        return (Place.of_name(path.name) for path in sorted(self._folder.glob(f"*{_SUFFIX}")))
