"""One sealed value: AES-256-GCM, bound to the place it stands in."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from embedded_app.errors import Unsealable

KEY_BYTES = 32
_NONCE_BYTES = 12  # the size GCM is specified for (NIST SP 800-38D, section 5.2.1.1)
_TAG_BYTES = 16
_GENERATION_BYTES = 1
FIRST_GENERATION = 1
LAST_GENERATION = 255


@dataclass(frozen=True, slots=True)
class SealContext:
    """Where a sealed value stands. It opens there and nowhere else.

    Attributes:
        purpose: table and column, for example ``grants.token_set``.
        company_id: the company that owns the value; 0 for a value sealed before there is one.
        row_id: the primary key of the row, as text.
        version: the row's version where an old value must not be put back; 0 otherwise.
        bound_to: what decides where the value is sent or whom it serves, where the row says that in plain; ""
            otherwise. When it is changed without the key, the value no longer opens.
    """

    purpose: str
    company_id: int
    row_id: str
    version: int = 0
    bound_to: str = ""

    def associated_data(self) -> bytes:
        """The parts, each behind its length, so that no two contexts share one encoding."""
        parts = [self.purpose, str(self.company_id), self.row_id, str(self.version)]
        if self.bound_to:
            parts.append(self.bound_to)
        encoded = (part.encode() for part in parts)
        return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


@final
@dataclass(frozen=True, slots=True)
class Sealed:
    """Ciphertext as it is stored: one byte for the data key's generation, the nonce, ciphertext with its tag."""

    _envelope: bytes

    @property
    def generation(self) -> int:
        """Which of the company's data keys it is under; see `DataKeys`."""
        return self._envelope[0]

    def to_bytes(self) -> bytes:
        return self._envelope

    @classmethod
    def from_bytes(cls, envelope: bytes) -> Sealed:
        """Take stored bytes back.

        Raises:
            Unsealable: when they cannot be a sealed value at all.
        """
        if len(envelope) < _GENERATION_BYTES + _NONCE_BYTES + _TAG_BYTES or envelope[0] < FIRST_GENERATION:
            raise Unsealable("A stored value is damaged. Restore it from a backup, or connect again.")
        return cls(bytes(envelope))


def seal(key: bytes, context: SealContext, value: bytes, generation: int = FIRST_GENERATION) -> Sealed:
    """Encrypt `value` for `context`. The nonce is random: a data key stays far below 2³² values."""
    nonce = os.urandom(_NONCE_BYTES)
    return Sealed(bytes([generation]) + nonce + AESGCM(key).encrypt(nonce, value, context.associated_data()))


def unseal(key: bytes, context: SealContext, sealed: Sealed) -> bytes:
    """Decrypt what was sealed for exactly this `context`.

    Raises:
        Unsealable: when the value was altered, belongs elsewhere, or is under another key.
    """
    envelope = sealed.to_bytes()
    nonce = envelope[_GENERATION_BYTES : _GENERATION_BYTES + _NONCE_BYTES]
    ciphertext = envelope[_GENERATION_BYTES + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, context.associated_data())
    except InvalidTag as error:
        raise Unsealable("A stored value does not belong where it was found. It was not used.") from error


@final
@dataclass(frozen=True, slots=True)
class SealingKey:
    """A key in hand, for a value that must be sealed where the vault, which asks the database, may not answer.

    It is itself stored sealed by the vault, and so as good or as destroyed as the company's key.
    """

    _key: bytes = field(repr=False)

    @classmethod
    def create(cls) -> SealingKey:
        return cls(os.urandom(KEY_BYTES))

    @classmethod
    def from_bytes(cls, stored: bytes) -> SealingKey:
        return cls(stored)

    def to_bytes(self) -> bytes:
        """For the vault and nothing else."""
        return self._key

    def seal(self, context: SealContext, value: bytes) -> Sealed:
        return seal(self._key, context, value)

    def open(self, context: SealContext, sealed: Sealed) -> bytes:
        """What was sealed for exactly this `context`; raises `Unsealable` as `unseal`."""
        return unseal(self._key, context, sealed)
